"""What a descriptor lacks before it may be published: few rules, each with its reason.

What is not listed here may stay unknown; it is shown so. A richer judgement against named rule
sets belongs to ``quality``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stackmark.model.achievement import Achievement


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that must be filled: its place in the JSON, and a stable word for why."""

    place: str
    reason: str


Rule = Callable[[Achievement], bool]  # true when the field is filled


def gaps(achievement: Achievement) -> tuple[Gap, ...]:
    """Every gap, in the order of the descriptor; empty when it may be published."""
    found = [Gap(place, reason) for place, reason, filled in _ALWAYS if not filled(achievement)]
    found += _outcome_gaps(achievement)
    more = _BY_KIND.get(achievement.kind, ())
    found += [Gap(place, reason) for place, reason, filled in more if not filled(achievement)]
    return tuple(found)


def _outcome_gaps(achievement: Achievement) -> list[Gap]:
    return [
        Gap(f"outcomes/{number}/statement", "outcome-without-statement")
        for number, one in enumerate(achievement.outcomes)
        if not one.statement.get(achievement.language)
    ]


def _has_criteria(achievement: Achievement) -> bool:
    found = achievement.criteria
    return found is not None and bool(found.narrative.get(achievement.language) or found.url)


def _has_methods(achievement: Achievement) -> bool:
    return bool(achievement.assessment and achievement.assessment.methods)


def _is_tested(achievement: Achievement) -> bool:
    return bool(achievement.assessment and not achievement.assessment.is_attendance)


def _ends(achievement: Achievement) -> bool:
    return bool(achievement.validity and achievement.validity.kind != "unlimited")


def _has_programme(achievement: Achievement) -> bool:
    found = achievement.programme
    return bool(found and found.name.get(achievement.language))


_ALWAYS: Final[tuple[tuple[str, str, Rule], ...]] = (
    ("kind", "kind", lambda one: bool(one.kind)),
    ("title", "title", lambda one: bool(one.title.get(one.language))),
    ("description", "description", lambda one: bool(one.description.get(one.language))),
    ("outcomes", "outcomes", lambda one: bool(one.outcomes)),
    ("criteria/narrative", "criteria", _has_criteria),
    ("assessment/methods", "assessment", _has_methods),
)
_SIZE: Final = ("workload", "size", lambda one: bool(one.workload or one.credit))
_BY_KIND: Final[dict[str, tuple[tuple[str, str, Rule], ...]]] = {
    "certificate": (_SIZE,),
    "nano-degree-part": (("programme/name", "programme", _has_programme), _SIZE),
    "micro-certification": (
        (
            "assessment/methods",
            "certification-untested",
            lambda o: not _has_methods(o) or _is_tested(o),
        ),
        ("supervision", "certification-supervision", lambda one: bool(one.supervision)),
        ("validity/kind", "certification-endless", _ends),
    ),
}
