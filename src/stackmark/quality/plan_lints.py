"""Warnings on an assessment plan: what is assessed nowhere, what assesses nothing, what is bare.

A plan without components says nothing yet and is passed over. Two statements about supervision
contradict each other when they cannot both be true of the same assessment (EU Council
Recommendation 2022/C 243/02, annex I, against the plan's separate facts).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackmark.model import achievement_words as words
from stackmark.model.achievement import Achievement
from stackmark.model.assessment_plan import Plan
from stackmark.quality.advice import Advice, cut

MAX_LISTED: Final = 3
_HERE: Final = "/achievement/plan"
_PLACES: Final = {"supervised-online-id": ("onsite",), "supervised-onsite-id": ("remote",)}
_PROOFED: Final = ("document", "eid")


def plan_lint(achievement: Achievement) -> Iterator[Advice]:
    """Every warning about the plan; pointers lead into the record's JSON."""
    plan = achievement.plan
    if plan is None:
        return
    if plan.components:
        yield from _outcomes(achievement, plan)
        yield from _components(achievement, plan)
        yield from _levels(achievement, plan)
    yield from _supervision(achievement, plan)


def _outcomes(achievement: Achievement, plan: Plan) -> Iterator[Advice]:
    known = {one.id for one in plan.components}
    outcomes = list(enumerate(achievement.outcomes))
    open_ = [(number, one) for number, one in outcomes if not known.intersection(one.components)]
    if open_:
        names = _list([achievement.say(one.statement) for _number, one in open_])
        yield Advice(
            "plan.outcome-not-assessed",
            f"/achievement/outcomes/{open_[0][0]}/components",
            f"{len(open_)} of {len(outcomes)} outcomes are assessed in no part of the plan: "
            f"{names}.",
            "Tick for each outcome where it is assessed, or take it out.",
        )
    for number, one in outcomes:
        gone = [name for name in one.components if name not in known]
        if gone:
            yield Advice(
                "plan.component-unknown",
                f"/achievement/outcomes/{number}/components",
                f"An outcome names {', '.join(gone)}, which the plan does not have.",
                "Add the part to the plan, or take it off the outcome.",
            )


def _components(achievement: Achievement, plan: Plan) -> Iterator[Advice]:
    used = {name for one in achievement.outcomes for name in one.components}
    for number, one in enumerate(plan.components):
        if one.id not in used:
            yield Advice(
                "plan.component-without-outcome",
                f"{_HERE}/components/{number}",
                f"“{cut(achievement.say(one.name))}” assesses no outcome.",
                "Tick the outcomes it assesses, or take it out: it costs time and shows nothing.",
            )


def _levels(achievement: Achievement, plan: Plan) -> Iterator[Advice]:
    for place, component in enumerate(plan.components):
        for number, one in enumerate(component.criteria):
            bare = [level for level in one.levels if not level.description]
            if bare:
                names = _list([achievement.say(level.name) for level in bare])
                yield Advice(
                    "plan.level-undescribed",
                    f"{_HERE}/components/{place}/criteria/{number}",
                    f"The criterion “{cut(achievement.say(one.name))}” does not describe "
                    f"{len(bare)} of {len(one.levels)} levels: {names}.",
                    "Say what work of each level is like, so that two markers see the same.",
                )


def _supervision(achievement: Achievement, plan: Plan) -> Iterator[Advice]:
    stated = achievement.supervision
    for fact, clash in (
        ("supervision", _watched(stated, plan)),
        ("identity", _known(stated, plan)),
    ):
        if clash:
            yield Advice(
                "plan.supervision-contradicts",
                f"{_HERE}/{fact}",
                f"The assessment is stated to be {words.SUPERVISION[stated]}, and its plan says: "
                f"{clash}.",
                "Correct the one that is wrong; readers see both.",
            )


def _watched(stated: str, plan: Plan) -> str:
    """What the plan says of supervision, where that cannot be true together with it."""
    if not stated or not plan.supervision:
        return ""
    is_watched = plan.supervision != "none"
    elsewhere = plan.supervision.startswith(_PLACES.get(stated, ("-",)))
    clashes = stated.startswith("supervised") != is_watched or elsewhere
    return words.PROCTORING[plan.supervision] if clashes else ""


def _known(stated: str, plan: Plan) -> str:
    """The same of identity."""
    if not stated or not plan.identity:
        return ""
    clashes = stated.endswith("no-id") == (plan.identity in _PROOFED)
    return words.IDENTITY_PROOFING[plan.identity] if clashes else ""


def _list(names: list[str]) -> str:
    more = len(names) - MAX_LISTED
    told = "; ".join(f"“{cut(name)}”" for name in names[:MAX_LISTED])
    return told + (f"; and {more} more" if more > 0 else "")
