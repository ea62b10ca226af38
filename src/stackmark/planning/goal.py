"""What somebody wants to reach: awards by their rules, skills with a confidence, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NoReturn

from stackmark.errors import UsageError
from stackmark.stacking.rules import Rules

MAX_SKILLS: Final = 200


@dataclass(frozen=True, slots=True)
class SkillGoal:
    """A skill and the chance, in (0, 1), to have it at the end.

    A ``confidence`` of ``None`` asks for one offer with the skill, whatever its pass chance.
    """

    skill: str
    confidence: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Everything that must be reached. Amounts of money are in ``currency``."""

    skills: tuple[SkillGoal, ...] = ()
    award: Rules | None = None
    currency: str = ""


def award_of(value: Any) -> str:
    """The address or file that a goal names as its award; empty where it names none."""
    found = value.get("award", "") if isinstance(value, Mapping) else ""
    if not isinstance(found, str):
        _refuse("type", "award", "must be the name of a file of rules.")
    return found


def read_goal(value: Any, award: Rules | None = None) -> Goal:
    """A goal ``{"award": …, "skills": [{"skill", "confidence"?}], "currency"?}``.

    ``award`` are the rules it names, read by the caller. Raises ``UsageError`` ``goal.…``.
    """
    if not isinstance(value, Mapping):
        _refuse("type", "goal", "must be an object.")
    odd = sorted(str(name) for name in value if name not in ("award", "skills", "currency"))
    if odd:
        _refuse("unknown", odd[0], "is not a member of a goal.")
    rows = value.get("skills", [])
    if not isinstance(rows, list) or len(rows) > MAX_SKILLS:
        _refuse("type", "skills", f"must be a list of at most {MAX_SKILLS}.")
    skills = tuple(_skill(one, f"skills/{place}") for place, one in enumerate(rows))
    if len({one.skill for one in skills}) < len(skills):
        _refuse("repeated", "skills", "name one skill twice.")
    currency = value.get("currency", "")
    if not isinstance(currency, str):
        _refuse("type", "currency", "must be a code such as EUR.")
    if award_of(value) and award is None:
        _refuse("award", "award", "is named and its rules were not given.")
    if not skills and award is None:
        _refuse("empty", "goal", "names neither an award nor a skill.")
    return Goal(skills=skills, award=award, currency=currency)


def _skill(value: Any, place: str) -> SkillGoal:
    row = {"skill": value} if isinstance(value, str) else value
    if not isinstance(row, Mapping) or set(row) - {"skill", "confidence"}:
        _refuse("type", place, "must be a skill with a confidence, and nothing else.")
    name, sure = row.get("skill"), row.get("confidence")
    if not isinstance(name, str) or not name:
        _refuse("type", f"{place}/skill", "must be a text.")
    if sure is None:
        return SkillGoal(name)
    if not isinstance(sure, float) or not 0 < sure < 1:
        _refuse("range", f"{place}/confidence", "must be a number above 0 and below 1.")
    return SkillGoal(name, Fraction(str(sure)))


def _refuse(slug: str, place: str, sentence: str) -> NoReturn:
    raise UsageError(f"goal.{slug}", f"{place}: {sentence}")
