"""Steps that tests of the desk share: hand in, mark, decide, all by the real actions."""

from __future__ import annotations

from stackmark_web.assessing.actions import applying, submitting
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.actions.marking import Marks
from stackmark_web.assessing.models import Attempt, Marking, Setup

ENOUGH = ("excellent", "excellent", 10)
NEAR = ("secure", "beginning", 7)  # 0.6 × 5/9 + 0.4 × 0.7 = 61.3 percent
LITTLE = ("beginning", "beginning", 3)


def alone(world, **more):
    """Nobody is drawn and nobody is near: one marking each, but for what a test wants."""
    values = {"second_share": 0, "second_least": 0, "seconds_near_cut": False, **more}
    Setup.everywhere.filter(pk=world.setup.pk).update(**values)


def hand_in(world, learner=None, text="What I found in the data.") -> Attempt:
    """An application, its attempt and what is handed in."""
    learner = learner or world.learner
    application = applying.apply(world.achievement, actor=learner)
    attempt = application.attempts.get()
    return finish(world, attempt, learner, text)


def finish(world, attempt, learner=None, text="What I found in the data.") -> Attempt:
    learner = learner or world.learner
    submitting.write_text(attempt, "project", actor=learner, text=text)
    return submitting.submit(attempt, actor=learner, name=learner.name)


def marks(cleaning, telling, points, **more) -> Marks:
    levels = {"project": {"cleaning": cleaning, "telling": telling}}
    return Marks(levels=levels, points={"test": points}, **more)


def mark(attempt, marker, given, kind="first", **more) -> Marking:
    """Take a marking of a kind and hand it in."""
    found = Marking.everywhere.exclude(state="withdrawn").get(attempt=attempt, kind=kind)
    if found.marker_id is None:
        markings.take(found, actor=marker)
    return markings.submit_marking(
        found, actor=marker, marks=marks(*given, **more), revision=found.revision
    )


def decision_of(attempt):
    return attempt.decisions.get(is_current=True)
