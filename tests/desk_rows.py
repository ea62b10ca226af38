"""What the marking desk of the small world has in every state its pages need."""

from __future__ import annotations

from datetime import timedelta

from stackmark_web import clock
from stackmark_web.assessing import artefacts
from stackmark_web.assessing.models import (
    Adjustment,
    Application,
    Artefact,
    Attempt,
    Circumstance,
    Decision,
    MarkAppeal,
    Marking,
    Misconduct,
    Moderation,
)
from stackmark_web.catalogue import actions as catalogue


def fill(world):
    """Attempts at an achievement with a plan, with a marking, a decision, cases and a meeting."""
    from web.assessing.world import design  # which itself needs the small world

    draft = catalogue.create_draft(world.here, actor=world.owner, content=design())
    world.planned = catalogue.publish(draft, actor=world.owner)
    world.desk_attempt = _attempt(world, "desk", "marking")
    world.desk_other = _attempt(world, "other", "marking")
    world.desk_piece = _piece(world, world.desk_attempt)
    world.desk_piece_other = _piece(world, world.desk_other)
    world.desk_marking = _marking(world, world.desk_attempt, state="draft", marker=world.owner)
    world.desk_free = _marking(world, _attempt(world, "free", "submitted"))
    _marked(world)
    _people(world)
    world.meeting = Moderation.everywhere.create(
        organisation=world.here,
        achievement=world.planned.achievement,
        held_on=clock.today(),
        chaired_by=world.owner,
    )
    world.meeting.attempts.add(world.desk_other)
    world.meeting_closed = Moderation.everywhere.create(
        organisation=world.here,
        achievement=world.planned.achievement,
        held_on=clock.today(),
        chaired_by=world.owner,
        conclusion=world.say("moderation.conclusion", "We agree.", 2000),
        closed_at=clock.now(),
    )


def _attempt(world, candidate, state):
    now = clock.now()
    return Attempt.everywhere.create(
        organisation=world.here,
        achievement=world.planned.achievement,
        version=world.planned,
        candidate=candidate,
        number=1,
        purpose="first",
        state=state,
        opened_at=now,
        submitted_at=now,
    )


def _piece(world, attempt):
    made = Artefact(
        attempt=attempt,
        component="project",
        kind="text",
        name="Text",
        text=world.say("desk.piece", "My words.", 2000),
        media_type="text/plain",
        added_at=clock.now(),
    )
    made.sha256 = artefacts.digest_of(artefacts.content(made))
    made.save()
    return made


def _marking(world, attempt, **more):
    say = world.say
    return Marking.everywhere.create(
        organisation=world.here,
        attempt=attempt,
        kind="first",
        allotted_at=clock.now(),
        comment=say("marking.comment", "Well done.", 2000),
        note=say("marking.note", "Between us.", 2000),
        **more,
    )


def _marked(world):
    now, other = clock.now(), world.desk_other
    levels = {"project": {"cleaning": "beginning", "telling": "beginning"}}
    scores = {"project": 100 / 3, "test": 30.0}
    given = {"levels": levels, "points": {"test": 3}, "total": 32.0, "submitted_at": now}
    _marking(world, other, state="submitted", marker_code="0123", **given)
    shared = {"outcome": "failed", "basis": "one-marking", "scores": scores, "levels": levels}
    Decision.everywhere.create(
        organisation=world.here, attempt=other, total=32.0, cut=60.0, proposed_at=now, **shared
    )
    appealed = _attempt(world, "appealed", "decided")
    decision = Decision.everywhere.create(
        organisation=world.here,
        attempt=appealed,
        total=32.0,
        cut=60.0,
        proposed_at=now,
        confirmed_at=now,
        feedback=world.say("desk.feedback", "Read on.", 2000),
        **shared,
    )
    world.desk_appeal = MarkAppeal.everywhere.create(
        organisation=world.here,
        decision=decision,
        text=world.say("desk.appeal", "Look again.", 2000),
        opened_at=now,
        due_at=now + timedelta(days=21),
    )


def _people(world):
    say, now = world.say, clock.now()
    world.desk_application = Application.everywhere.create(
        organisation=world.here,
        achievement=world.planned.achievement,
        version=world.planned,
        learner=world.learner,
        candidate="desk",
        name=say("desk.applicant", "Ada"),
        email=world.learner.email,
        message=say("desk.message", "Please.", 2000),
        applied_at=now,
    )
    world.desk_adjustment = Adjustment.everywhere.create(
        organisation=world.here,
        application=world.desk_application,
        kind="extra-time",
        text=say("desk.adjustment", "I read slowly.", 2000),
        asked_at=now,
    )
    world.desk_circumstance = Circumstance.everywhere.create(
        organisation=world.here,
        attempt=world.desk_other,
        text=say("desk.circumstance", "I was ill.", 2000),
        told_at=now,
    )
    world.desk_case = Misconduct.everywhere.create(
        organisation=world.here,
        attempt=world.desk_attempt,
        ground=say("desk.ground", "Two texts are alike.", 2000),
        raised_at=now,
        answer_by=now + timedelta(days=7),
    )
