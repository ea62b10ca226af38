"""What learners and the desk do, in one line each, for tests."""

from __future__ import annotations

from datetime import timedelta

from stackmark_web import clock
from stackmark_web.assessing.actions import applying, submitting
from stackmark_web.assessing.models import Decision, Marking
from stackmark_web.assessing.pseudonyms import candidate_of, marker_code


def applied(world, **more):
    """Lena applies; with the world's defaults she is accepted at once."""
    return applying.apply(world.achievement, actor=more.pop("actor", world.learner), **more)


def opened(world, **more):
    """An attempt of hers that is being prepared."""
    return applied(world, **more).attempts.get()


def prepared(world, **more):
    """The same with a text in it."""
    attempt = opened(world, **more)
    submitting.write_text(attempt, "project", actor=attempt.learner, text="My project in words.")
    return attempt


def submitted(world, **more):
    """The same handed in."""
    attempt = prepared(world, **more)
    return submitting.submit(attempt, actor=attempt.learner, name="Lena", help_had="A friend.")


def decided(world, attempt, outcome="failed", **changes):
    """A person marked it and confirmed a decision; made by hand, as the desk does."""
    now = clock.now()
    levels = {"project": {"cleaning": "beginning", "telling": "secure"}}
    # Submission has allotted the first marking; the desk's own tests make it by its actions.
    Marking.everywhere.filter(attempt=attempt).delete()
    Marking.everywhere.create(
        organisation=world.here,
        attempt=attempt,
        marker=world.assessor,
        marker_code=marker_code(world.here, world.assessor),
        kind="first",
        state="submitted",
        levels=levels,
        points={"test": 7},
        comments={"project/cleaning": "Say what you left out.", "project": "A good start."},
        comment="Thank you for the clear text.",
        note="For colleagues only: like the one before.",
        total=54.4,
        allotted_at=now,
        submitted_at=now,
    )
    attempt.state = "decided"
    attempt.total, attempt.passed = 54.4, outcome == "passed"
    attempt.scores = {"project": 44.4, "test": 70.0}
    attempt.save()
    values = {
        "scores": attempt.scores,
        "levels": levels,
        "total": 54.4,
        "cut": 60.0,
        "feedback": "Work on what is missing in the data.",
        "reason": "Agreed at the meeting.",
        "proposed_at": now,
        "confirmed_at": now,
        "confirmed_by": world.second,
        "appeal_by": now + timedelta(days=21),
    }
    return Decision.everywhere.create(
        organisation=world.here,
        attempt=attempt,
        outcome=outcome,
        basis="one-marking",
        **values | changes,
    )


def candidate(world, user=None):
    """Who somebody is in statistics."""
    return candidate_of(world.here, user or world.learner)
