"""The assessment plan in words, for the signed text: what Open Badges 3.0 has no member for.

Rubrics stand in result descriptions; weights, methods, what is handed in, and the five facts of
integrity are said here, one row each. Only what is known is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from stackmark.model.achievement import Achievement
from stackmark.model.achievement_rules import Texts
from stackmark.model.achievement_words import (
    AI_POLICY,
    AUTHORSHIP,
    COMPONENT_KINDS,
    IDENTITY_BINDING,
    IDENTITY_PROOFING,
    INDEPENDENCE,
    METHODS,
    PROCTORING,
    SUBMISSIONS,
)
from stackmark.model.assessment_plan import Component, Criterion

COMPONENT: Final = "Part of the assessment"


def say(texts: Texts, language: str) -> str:
    """A text in this language, or in the first there is: nothing stated goes unsaid."""
    return texts.get(language) or next(iter(texts.values()), "")


def one_line(text: str) -> str:
    """A text without line breaks, so that it stays in its row."""
    return " ".join(text.split())


def number(value: Decimal | None) -> str:
    """A number as people write it."""
    return "" if value is None else f"{value.normalize():f}"


def plan_rows(achievement: Achievement, language: str) -> list[tuple[str, str]]:
    """The rows of a plan, label and value; empty values where nobody said."""
    plan = achievement.plan
    if plan is None:
        return []
    rows = [(COMPONENT, _component(one, achievement, language)) for one in plan.components]
    return [
        *rows,
        ("Identity proofing", IDENTITY_PROOFING.get(plan.identity, "")),
        ("Identity at the assessment", IDENTITY_BINDING.get(plan.binding, "")),
        ("Supervision of the assessment", PROCTORING.get(plan.supervision, "")),
        ("Authorship", ", ".join(AUTHORSHIP[one] for one in plan.authorship)),
        ("AI tools", AI_POLICY.get(plan.ai, "")),
        ("Markers of each piece of work", "" if plan.markers is None else str(plan.markers)),
        ("Independence of the assessment", INDEPENDENCE.get(plan.independence, "")),
    ]


def _component(one: Component, achievement: Achievement, language: str) -> str:
    about = say(one.description, language)
    told = "; ".join(_told(one, achievement, language))
    return f"{say(one.name, language)} ({told})" + (f". {about}" if about else "")


def _told(one: Component, achievement: Achievement, language: str) -> Iterator[str]:
    yield ", ".join(filter(None, (METHODS.get(one.method, ""), COMPONENT_KINDS[one.kind])))
    if one.items:
        yield f"{one.items} items"
    if one.maximum is not None:
        yield f"at most {number(one.maximum)} points"
    if one.weight is not None:
        yield f"weight {number(one.weight)}"
    if one.minimum is not None:
        yield f"at least {number(one.minimum)} percent"
    for criterion in one.criteria:
        yield _criterion(criterion, language)
    if one.submissions:
        yield f"handed in: {', '.join(SUBMISSIONS[each] for each in one.submissions)}"
    places = [
        str(place)
        for place, outcome in enumerate(achievement.outcomes, 1)
        if one.id in outcome.components
    ]
    if places:
        yield f"assesses outcome {', '.join(places)}"


def _criterion(one: Criterion, language: str) -> str:
    weight = f", weight {number(one.weight)}" if one.weight is not None else ""
    levels = ", ".join(
        f"{say(level.name, language)} {number(level.points)}" for level in one.levels
    )
    return f"{say(one.name, language)}{weight}: {levels}"
