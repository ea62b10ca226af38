"""Attempts at every stage, so that the desk and the learner's pages have something to show.

Made by the same actions as people's clicks, for an achievement that has a plan with a rubric.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from stackmark.model.assessment_plan import Component, Plan
from stackmark_web import clock
from stackmark_web.assessing import cuts, plans
from stackmark_web.assessing.actions import applying, deciding, submitting, telling
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.models import Attempt, Marking, Setup

ASSESSORS: Final = ("marta", "ivan")  # two markers are the least; Olga adjudicates
# Tomas and Amir learn too: who enters as one of them sees feedback, and an attempt begun.
LEARNERS: Final = (
    *("learner41", "tomas", "learner43", "learner44", "learner45", "learner46", "amir"),
)
WORK: Final = (
    "I compared the counts of two harbours over twelve months. Three days were missing in March; I "
    "left them out and say so, because filling them in would have hidden the storm.\n\nThe drop in "
    "August is larger than chance would give, but both harbours share a ferry line, so I do not "
    "claim a cause."
)
FEEDBACK: Final = (
    "You describe the data well. What is missing is how you know: show the rows you left out and "
    "what changes when they come back in. Then hand in again."
)
APPEAL: Final = "The second table answers this question. I think it was not looked at."


def attempts(versions: dict[str, Any], cast: dict[str, Any], *, today: datetime) -> int:
    """Make them; gives how many. None where no achievement has a plan with a rubric."""
    version = next((one for one in versions.values() if _can_be_decided(one)), None)
    if version is None:
        return 0
    _open(version)
    stages = (_decided_pass, _decided_fail, _appealed, _differing, _passes, _handed_in, _begun)
    for days, (stage, word) in enumerate(zip(stages, LEARNERS, strict=False)):
        with clock.at(today - timedelta(days=24 - 3 * days)):
            stage(version, cast, cast[word])
    return len(stages)


def _can_be_decided(version: Any) -> bool:
    """A rubric to mark by, and a pass mark."""
    plan = plans.plan_of(version)
    if plan is None or not any(one.criteria for one in plan.components):
        return False
    return cuts.in_force(version.achievement, clock.now(), version=version).is_set


def _open(version: Any) -> None:
    """Applications are taken; the first ones are marked twice, as the rule asks."""
    setup = plans.setup_of(version.achievement)
    setup.takes_applications = True
    if not Setup.everywhere.filter(achievement=version.achievement).exists():
        setup.save()
    else:
        setup.save(update_fields=["takes_applications"])


# -- the stages -----------------------------------------------------------------------------


def _decided_pass(version: Any, cast: dict[str, Any], learner: Any) -> None:
    attempt = _twice(version, cast, learner, ("high", "high"))
    deciding.confirm(_proposal(attempt), actor=cast["olga"], feedback="Clear and honest.")


def _decided_fail(version: Any, cast: dict[str, Any], learner: Any) -> Attempt:
    attempt = _twice(version, cast, learner, ("low", "low"))
    deciding.confirm(_proposal(attempt), actor=cast["olga"], seen=True, feedback=FEEDBACK)
    return attempt


def _appealed(version: Any, cast: dict[str, Any], learner: Any) -> None:
    attempt = _decided_fail(version, cast, learner)
    decision = attempt.decisions.get(is_current=True)
    telling.appeal(decision, actor=learner, text=APPEAL, via="demo")


def _differing(version: Any, cast: dict[str, Any], learner: Any) -> None:
    _twice(version, cast, learner, ("high", "low"))


def _passes(version: Any, cast: dict[str, Any], learner: Any) -> None:
    _twice(version, cast, learner, ("high", "high"))


def _handed_in(version: Any, _cast: dict[str, Any], learner: Any) -> None:
    _hand_in(version, learner)


def _begun(version: Any, _cast: dict[str, Any], learner: Any) -> None:
    """An open attempt, with a draft of its text."""
    attempt = applying.apply(version.achievement, actor=learner, via="demo").attempts.first()
    if attempt is not None:
        _put_in(version, attempt, learner)


# -- steps ------------------------------------------------------------------------------------


def _twice(version: Any, cast: dict[str, Any], learner: Any, how: tuple[str, str]) -> Attempt:
    attempt = _hand_in(version, learner)
    kinds = (Marking.Kind.FIRST, Marking.Kind.SECOND)
    for kind, word, which in zip(kinds, ASSESSORS, how, strict=True):
        _mark(attempt, kind, cast[word], which)
    attempt.refresh_from_db()
    return attempt


def _hand_in(version: Any, learner: Any) -> Attempt:
    application = applying.apply(version.achievement, actor=learner, via="demo")
    if application.state == "applied":
        application = applying.answer(application, actor=None, accept=True, via="demo")
    attempt: Attempt = application.attempts.get()
    _put_in(version, attempt, learner)
    return submitting.submit(attempt, actor=learner, name=learner.name, via="demo")


def _put_in(version: Any, attempt: Attempt, learner: Any) -> None:
    plan = plans.plan_of(version)
    for component in plan.components if plan else ():
        _put(component, attempt, learner)


def _put(component: Component, attempt: Attempt, learner: Any) -> None:
    taken = component.submissions
    if "text" in taken:
        submitting.write_text(attempt, component.id, actor=learner, text=WORK)
    elif "file" in taken:
        submitting.add_file(
            attempt, component.id, actor=learner, name="report.txt", data=WORK.encode()
        )
    elif "link" in taken:
        url = f"https://work.example/{attempt.pk}"
        submitting.add_link(attempt, component.id, actor=learner, url=url)
    elif taken:
        url = f"https://code.example/{attempt.pk}"
        submitting.add_repository(
            attempt, component.id, actor=learner, url=url, commit="0123456789" * 4
        )


def _mark(attempt: Attempt, kind: str, marker: Any, which: str) -> None:
    """Everything high or low."""
    found = Marking.everywhere.filter(attempt=attempt, kind=kind).first()
    plan = plans.plan_of(attempt.version)
    if found is None or plan is None:
        return
    markings.take(found, actor=marker)
    markings.submit_marking(found, actor=marker, marks=_marks(plan, which), revision=found.revision)


def _marks(plan: Plan, which: str) -> markings.Marks:
    levels = {
        one.id: {each.id: each.levels[_place(len(each.levels), which)].id for each in one.criteria}
        for one in plan.components
        if one.criteria
    }
    share = 0.9 if which == "high" else 0.3
    points = {
        one.id: round(float(one.maximum or one.items or 0) * share)
        for one in plan.components
        if not one.criteria
    }
    comments = {
        f"{one.id}/{each.id}": "Well shown." if which == "high" else "Say how you know."
        for one in plan.components
        for each in one.criteria[:1]
    }
    return markings.Marks(levels, points, comments, "Thank you for this work.")


def _place(levels: int, which: str) -> int:
    """The top level, or the last but one from below where two still lie two apart."""
    return levels - 1 if which == "high" else int(levels > 3)


def _proposal(attempt: Attempt) -> Any:
    return attempt.decisions.get(is_current=True)
