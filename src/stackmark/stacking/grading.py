"""Whether one grade reaches another: on one named scale, or by a named policy, else undecided."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from stackmark.credit.grades import Grade, convert_grade, scales
from stackmark.errors import StackmarkError
from stackmark.model.holding import HeldGrade
from stackmark.stacking.rules import GradeAtLeast

BAVARIAN: Final = "modified-bavarian"


def reaches(held: HeldGrade | None, wanted: GradeAtLeast) -> bool | None:
    """Yes, no, or ``None``: no grade, another scale without policy, a scale nobody knows."""
    if held is None:
        return None
    if held.scale == wanted.scale:
        return at_least(held.value, wanted.value, wanted.scale)
    if not wanted.policy:
        return None
    try:
        facts = _facts(held, wanted)
        given = Grade(held.value, held.scale)
        found = convert_grade(given, wanted.scale, by=wanted.policy, **facts)
    except StackmarkError:
        return None
    low = at_least(found.low, wanted.value, wanted.scale)
    high = at_least(found.high, wanted.value, wanted.scale)
    return low if low == high else None


def _facts(held: HeldGrade, wanted: GradeAtLeast) -> dict[str, Fraction]:
    """What the modified Bavarian formula needs of the other scale, where the rule says it."""
    one = wanted.source
    if one is None or one.scale != held.scale or wanted.policy != BAVARIAN:
        return {}
    return {"best": one.best, "lowest_pass": one.lowest_pass}


def at_least(value: str, least: str, scale: str) -> bool | None:
    """Whether ``value`` is as good as ``least``; ``None`` where the scale has no known order."""
    if value == least:
        return True
    known = scales().get(scale)
    if known is None:
        return None
    if "grades" in known:
        order = known["grades"]
        if value not in order or least not in order:
            return None
        return bool(order.index(value) >= order.index(least))
    return _numbers(value, least, known)


def points(held: HeldGrade | None, scale: str) -> Fraction | None:
    """A grade as a number of its scale; ``None`` where it is none, or lies outside the scale."""
    if held is None or held.scale != scale:
        return None
    found, ends = _number(held.value), span(scale)
    if found is None or (ends is not None and not ends[0] <= found <= ends[1]):
        return None
    return found


def span(scale: str) -> tuple[Fraction, Fraction] | None:
    """The lowest and highest number of a scale; ``None`` where it has no known ones."""
    known = scales().get(scale)
    if known is None or "best" not in known:
        return None
    ends = sorted((Fraction(known["best"]), Fraction(known["worst"])))
    return ends[0], ends[1]


def higher_is_better(scale: str) -> bool | None:
    """The direction of a number scale; ``None`` where it has no known one."""
    known = scales().get(scale)
    if known is None or "best" not in known:
        return None
    return Fraction(known["best"]) > Fraction(known["worst"])


def _numbers(value: str, least: str, known: Mapping[str, Any]) -> bool | None:
    found, wanted = _number(value), _number(least)
    if found is None or wanted is None:
        return None
    best, worst = Fraction(known["best"]), Fraction(known["worst"])
    if not min(best, worst) <= found <= max(best, worst):
        return None
    return found >= wanted if best > worst else found <= wanted


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
