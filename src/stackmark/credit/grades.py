"""Grades: each names its scale, and is converted by a named policy to an interval or not at all.

================== ===========================================================================
``by_bavarian``    any number scale with a best mark and a lowest pass, to German grades
``by_distribution`` any scale to any other, by the shares of learners who got each grade (EGRACONS)
``by_class``       percent to the class of a UK honours degree, and back
================== ===========================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any, Final

import orjson

from stackmark.credit.numbers import show
from stackmark.errors import CheckFailed, UsageError

_TENTH: Final = Fraction(1, 10)
ECTS_2005: Final = (("A", 10), ("B", 25), ("C", 30), ("D", 25), ("E", 10))


@dataclass(frozen=True, slots=True)
class Grade:
    """A mark on a named scale. Raises ``UsageError`` ``credit.scale`` without one."""

    value: str
    scale: str

    def __post_init__(self) -> None:
        if not self.scale:
            raise UsageError("credit.scale", f"{self.value!r} is no grade without its scale.")

    def __str__(self) -> str:
        return f"{self.value} ({self.scale})"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAnswer:
    """A grade on another scale: ``low`` is the worse end, ``high`` the better one."""

    grade: Grade
    scale: str
    low: str
    high: str
    policy: str
    official: bool
    source: str
    sentence: str


def refuse_without_policy(grade: Grade, scale: str) -> CheckFailed:
    """What to raise where a grade is wanted on another scale and no policy is named."""
    return CheckFailed(
        "credit.grade-policy",
        f"{grade} is not converted to {scale} without a named policy; "
        f"there are {', '.join(_policies())}.",
    )


def convert_grade(grade: Grade, scale: str, *, by: str = "", **facts: Any) -> GradeAnswer:
    """A grade on another scale by a policy; ``facts`` are what the policy needs.

    ``modified-bavarian``: ``best`` and ``lowest_pass`` of the grade's own scale.
    ``egracons``: ``own`` and ``target``, distributions as ``by_distribution`` takes them.
    ``ects-2005``: ``own``. ``uk-percent-class``: none.

    Raises ``CheckFailed`` ``credit.grade-policy`` without a policy, when the policy does not give
    that scale or a fact is missing, and ``credit.grade`` for a grade outside its scale.
    """
    wanted = {
        "modified-bavarian": (by_bavarian, {"best", "lowest_pass"}, {"german"}),
        "egracons": (_by_egracons, {"own", "target"}, None),
        "ects-2005": (_by_ects, {"own"}, {"ects-letter"}),
        "uk-percent-class": (by_class, set(), {"uk-class", "percent"}),
    }
    if by not in wanted:
        raise refuse_without_policy(grade, scale)
    rule, needs, gives = wanted[by]
    if set(facts) != needs or (gives is not None and scale not in gives):
        told = f"needs {' and '.join(sorted(needs))}" if needs else "needs nothing more"
        to = " or ".join(sorted(gives)) if gives else "any scale"
        raise CheckFailed("credit.grade-policy", f"The policy {by} {told} and gives {to}.")
    if by == "egracons":
        return _by_egracons(grade, scale=scale, **facts)
    found: GradeAnswer = rule(grade, **facts)  # type: ignore[operator]
    if found.scale != scale:
        raise CheckFailed("credit.grade-policy", f"{grade} is on the scale {scale} already.")
    return found


def by_bavarian(grade: Grade, *, best: Decimal, lowest_pass: Decimal) -> GradeAnswer:
    """German grade ``1 + 3 (best - mark) / (best - lowest pass)``, source KMK 1991.

    Some offices cut after the first digit and some round: the interval holds both.
    Raises ``CheckFailed`` ``credit.grade`` for a mark that is no pass or better than the best.
    """
    mark, top, bottom = (_number(one) for one in (grade.value, best, lowest_pass))
    if top == bottom:
        raise CheckFailed("credit.grade", "The best mark and the lowest pass are the same.")
    share = (top - mark) / (top - bottom)
    if not 0 <= share <= 1:
        raise CheckFailed(
            "credit.grade",
            f"{grade} lies outside the passes from {show(bottom)} to {show(top)}; "
            "the formula speaks of passes only.",
        )
    exact = 1 + 3 * share
    better, worse = exact // _TENTH * _TENTH, -(-exact // _TENTH) * _TENTH
    told = f"1 + 3 × ({show(top)} - {show(mark)}) / ({show(top)} - {show(bottom)}) = {show(exact)}"
    return _answer(grade, "german", _tenth(worse), _tenth(better), "modified-bavarian", told)


def by_distribution(
    grade: Grade,
    *,
    own: Sequence[tuple[str, Decimal | int]],
    target: Sequence[tuple[str, Decimal | int]],
    scale: str,
    policy: str = "egracons",
) -> GradeAnswer:
    """The grades of ``target`` that learners at the same rank got.

    ``own`` and ``target`` list the passing grades from the best to the lowest with the number or
    share of learners who got each. Source: ECTS Users' Guide 2015. Raises ``CheckFailed``
    ``credit.grade`` for a grade that is not in ``own``, or that nobody got.
    """
    names = [name for name, _ in own]
    if grade.value not in names:
        raise CheckFailed("credit.grade", f"{grade} is none of the passes {', '.join(names)}.")
    begin, end = _bands(own)[names.index(grade.value)]
    if begin == end:
        raise CheckFailed("credit.grade", f"Nobody got {grade}: its rank cannot be told.")
    found = [
        name
        for (name, _), (low, high) in zip(target, _bands(target), strict=True)
        if low < end and begin < high
    ]
    told = f"rank {show(100 * begin)} to {show(100 * end)} % from the top"
    return _answer(grade, scale, found[-1], found[0], policy, told)


def by_class(grade: Grade) -> GradeAnswer:
    """Percent to the class of a UK honours degree, or a class to its percents (usual bounds).

    Raises ``CheckFailed`` ``credit.grade`` below 40 %, above 100 % or for no class.
    """
    bounds = {
        name: (Fraction(low), Fraction(high))
        for name, (low, high) in _policies()["uk-percent-class"]["bounds"].items()
    }
    if grade.scale == "uk-class":
        if grade.value not in bounds:
            raise CheckFailed("credit.grade", f"{grade} is none of {', '.join(bounds)}.")
        low, high = bounds[grade.value]
        ends = (show(low), show(high))
        return _answer(grade, "percent", *ends, "uk-percent-class", "usual bounds")
    if grade.scale != "percent":
        raise CheckFailed("credit.grade-policy", f"{grade} is no percent and no UK class.")
    mark = _number(grade.value)
    for name, (low, high) in bounds.items():
        if low <= mark < high or (mark == high == 100):
            return _answer(grade, "uk-class", name, name, "uk-percent-class", "usual bounds")
    raise CheckFailed("credit.grade", f"{grade} is below 40 or above 100: no honours class.")


def _by_egracons(grade: Grade, *, own: Any, target: Any, scale: str) -> GradeAnswer:
    return by_distribution(grade, own=own, target=target, scale=scale)


def _by_ects(grade: Grade, *, own: Any) -> GradeAnswer:
    return by_distribution(
        grade, own=own, target=ECTS_2005, scale="ects-letter", policy="ects-2005"
    )


def _bands(shares: Sequence[tuple[str, Decimal | int]]) -> list[tuple[Fraction, Fraction]]:
    """From the top, the part of all learners at each grade, as cumulated shares."""
    counts = [Fraction(share) for _, share in shares]
    if any(count < 0 for count in counts) or not sum(counts):
        raise UsageError(
            "credit.distribution", "A distribution has shares of 0 or more, not all 0."
        )
    total, at, found = sum(counts), Fraction(0), []
    for count in counts:
        found.append((at / total, (at + count) / total))
        at += count
    return found


def _answer(grade: Grade, scale: str, low: str, high: str, policy: str, told: str) -> GradeAnswer:
    row = _policies()[policy]
    where = low if low == high else f"{low} to {high}"
    return GradeAnswer(
        grade=grade,
        scale=scale,
        low=low,
        high=high,
        policy=policy,
        official=row["official"],
        source=row["source"],
        sentence=f"{grade} is {where} on the scale {scale}, by {policy}: {told}.",
    )


def _number(value: Decimal | str) -> Fraction:
    try:
        return Fraction(value)
    except (ValueError, OverflowError):
        raise CheckFailed("credit.grade", f"{str(value)[:20]!r} is no number.") from None


def _tenth(value: Fraction) -> str:
    return f"{float(value):.1f}"


def grade_policies() -> dict[str, dict[str, Any]]:
    """The policies for grades by id, with source and whether official."""
    return _policies()


def scales() -> dict[str, dict[str, Any]]:
    """The scales that have a name here."""
    found: dict[str, dict[str, Any]] = _data()["scales"]
    return found


@cache
def _policies() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in _data()["policies"]}


@cache
def _data() -> Any:
    return orjson.loads(
        resources.files("stackmark.credit").joinpath("data", "grades.json").read_bytes()
    )
