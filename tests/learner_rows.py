"""An application and attempts of the small world's learner, in the states their pages need."""

from __future__ import annotations

from datetime import timedelta

from stackmark_web import clock
from stackmark_web.assessing import artefacts
from stackmark_web.assessing.models import (
    Application,
    Artefact,
    Attempt,
    Authorship,
    Circumstance,
    Decision,
    MarkAppeal,
    Misconduct,
)
from stackmark_web.assessing.pseudonyms import candidate_of


def fill(world):
    """``application``; attempts ``attempt_open`` and ``attempt_done``; what hangs on to them."""
    say, now = world.say, clock.now()
    about = {
        "organisation": world.here,
        "achievement": world.achievement,
        "version": world.version,
        "learner": world.learner,
        "candidate": candidate_of(world.here, world.learner),
    }
    world.application = Application.everywhere.create(
        name="Ada",
        email=world.learner.email,
        state="accepted",
        message=say("application.message", "I know this.", 2000),
        answer=say("application.answer", "Welcome.", 2000),
        applied_at=now,
        **about,
    )
    common = about | {
        "application": world.application,
        "opened_at": now,
        "achievement": world.planned.achievement,
        "version": world.planned,
    }
    done = Attempt.everywhere.create(
        number=1, purpose="first", state="decided", submitted_at=now, sat_on=now.date(), **common
    )
    open_ = Attempt.everywhere.create(number=2, purpose="resit", state="open", **common)
    world.attempt_done, world.attempt_open = done, open_
    world.piece = Artefact(
        attempt=open_,
        component="project",
        kind="text",
        name=say("piece.name", "Text"),
        text=say("piece.text", "My words.", 2000),
        media_type="text/plain",
        added_at=now,
    )
    world.piece.sha256 = artefacts.digest_of(artefacts.content(world.piece))
    world.piece.save()
    Authorship.objects.create(
        attempt=done,
        text="It is mine.",
        name=say("authorship.name", "Ada"),
        help_had=say("authorship.help", "A friend.", 2000),
        signed_at=now,
    )
    decision = Decision.everywhere.create(
        organisation=world.here,
        attempt=done,
        outcome="failed",
        basis="one-marking",
        feedback=say("decision.feedback", "Not yet.", 2000),
        proposed_at=now,
        confirmed_at=now,
        appeal_by=now + timedelta(days=21),
    )
    MarkAppeal.everywhere.create(
        organisation=world.here,
        decision=decision,
        text=say("mark_appeal.text", "Look again.", 2000),
        opened_at=now,
        due_at=now + timedelta(days=21),
    )
    world.circumstance = Circumstance.everywhere.create(
        organisation=world.here,
        attempt=open_,
        text=say("circumstance.text", "I was ill.", 2000),
        told_at=now,
    )
    world.case = Misconduct.everywhere.create(
        organisation=world.here,
        attempt=open_,
        ground=say("misconduct.ground", "Two texts are alike.", 2000),
        raised_at=now,
        answer_by=now + timedelta(days=7),
    )
