"""Rubrics: points from the levels chosen, the pass rule, and when a second person looks.

Everything is exact (``Fraction``): nothing is rounded before it meets a cut. Weights, points and
cuts may be whole numbers, ``Decimal`` or ``Fraction``; a float counts as the decimal it prints as.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from stackmark.errors import UsageError

Number = int | float | Decimal | Fraction

APART: Final = 2  # levels from which a third person decides
SHARE: Final = Fraction(1, 10)
LEAST: Final = 20
SAMPLE: Final = "sample"
NEAR_CUT: Final = "near-cut"
HUNDRED: Final = Fraction(100)


@dataclass(frozen=True, slots=True)
class RubricLevel:
    """A level: its points, and an ``anchor`` that shows what such work is like."""

    id: str
    points: Number
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at: ``levels`` from low to high, ``weight`` multiplies their points."""

    id: str
    weight: Number
    levels: tuple[RubricLevel, ...]

    def place(self, level: str) -> int:
        """Which level this is, from 0. Raises ``UsageError`` ``rubric.level``."""
        for at, one in enumerate(self.levels):
            if one.id == level:
                return at
        known = ", ".join(one.id for one in self.levels)
        raise UsageError(
            "rubric.level", f"{self.id} has no level {level[:40]!r}; choose of {known}."
        )

    def points_of(self, level: str) -> Fraction:
        """The weighted points of a level. Raises ``UsageError`` ``rubric.level``."""
        return exact(self.weight) * exact(self.levels[self.place(level)].points)

    @property
    def most(self) -> Fraction:
        """The weighted points of the highest level."""
        return exact(self.weight) * exact(self.levels[-1].points)


@dataclass(frozen=True, slots=True)
class ComponentRule:
    """How a component counts: its weight, its most points, and the percent it must reach."""

    id: str
    weight: Number
    maximum: Number
    minimum: Number | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Points of so many, unrounded."""

    points: Fraction
    maximum: Fraction

    @property
    def percent(self) -> Fraction:
        """Points as percent of the maximum, 0 to 100."""
        return HUNDRED * self.points / self.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the pass rule says. ``passed`` is ``None`` where it cannot be told yet.

    ``percent`` is the weighted mean of the components' percents, ``components`` are those,
    ``reasons`` say in words why it is not a pass.
    """

    passed: bool | None
    percent: Fraction | None
    components: Mapping[str, Fraction]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion on which markers chose different levels, ``apart`` levels at most."""

    criterion: str
    levels: tuple[str, ...]
    apart: int

    @property
    def needs_adjudication(self) -> bool:
        """Whether a third person decides: two levels or more apart."""
        return self.apart >= APART


def exact(value: Number) -> Fraction:
    """The number as it stands. Raises ``UsageError`` ``rubric.number`` unless it is finite."""
    try:
        return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, OverflowError, TypeError) as error:
        raise UsageError("rubric.number", f"{value!r} is no number; give a finite one.") from error


def check_rubric(criteria: Sequence[Criterion]) -> None:
    """Refuse a rubric that cannot be marked with: ``UsageError`` ``rubric.criteria``.

    Criteria and the levels of each stand once; a criterion has a weight above 0 and two levels or
    more, whose points, from 0 on, grow.
    """
    if not criteria:
        raise UsageError("rubric.criteria", "A rubric needs a criterion.")
    _once([one.id for one in criteria], "the rubric")
    for one in criteria:
        _once([level.id for level in one.levels], one.id)
        points = [exact(level.points) for level in one.levels]
        if exact(one.weight) <= 0:
            raise UsageError(
                "rubric.criteria", f"{one.id} has the weight {one.weight}; give more than 0."
            )
        if len(points) < 2 or points[0] < 0 or any(a >= b for a, b in pairwise(points)):
            text = f"{one.id} needs two levels or more, from 0 points on and growing."
            raise UsageError("rubric.criteria", text)


def _once(ids: Sequence[str], where: str) -> None:
    for one in ids:
        if ids.count(one) > 1:
            raise UsageError("rubric.criteria", f"{one!r} stands twice in {where}; keep one.")


def score_rubric(criteria: Sequence[Criterion], chosen: Mapping[str, str]) -> Score:
    """The score of the levels chosen (criterion → level): ``Σ weight·points`` of ``Σ weight·most``.

    Raises ``UsageError``: ``rubric.unmarked`` where a criterion has no level, ``rubric.criterion``
    for one that is not in the rubric, ``rubric.level``, and those of ``check_rubric``.
    """
    _check_chosen(criteria, chosen)
    points = sum((one.points_of(chosen[one.id]) for one in criteria), Fraction(0))
    return Score(points, sum((one.most for one in criteria), Fraction(0)))


def _check_chosen(criteria: Sequence[Criterion], chosen: Mapping[str, str]) -> None:
    check_rubric(criteria)
    known = [one.id for one in criteria]
    for one in known:
        if not chosen.get(one):
            raise UsageError("rubric.unmarked", f"{one} has no level yet; choose one.")
    for one in chosen:
        if one not in known:
            raise UsageError("rubric.criterion", f"{one[:40]!r} is no criterion of this rubric.")


def differences(
    criteria: Sequence[Criterion], marked: Sequence[Mapping[str, str]]
) -> tuple[Difference, ...]:
    """The criteria on which these markers differ, in the order of the rubric.

    Raises ``UsageError`` as ``score_rubric``, for the first marking that is not complete.
    """
    for chosen in marked:
        _check_chosen(criteria, chosen)
    found = []
    for one in criteria:
        levels = tuple(chosen[one.id] for chosen in marked)
        places = [one.place(level) for level in levels]
        if places and max(places) > min(places):
            found.append(Difference(one.id, levels, max(places) - min(places)))
    return tuple(found)


def settled_score(
    criteria: Sequence[Criterion],
    marked: Sequence[Mapping[str, str]],
    adjudicated: Mapping[str, str] | None = None,
) -> Score:
    """The score after all markings: the adjudicated level where there is one, else the mean points.

    Raises ``UsageError`` ``rubric.adjudicate`` where markers are two levels or more apart and
    nobody has decided, ``rubric.unmarked`` without a marking, and those of ``differences``.
    """
    decided = dict(adjudicated or {})
    if not marked:
        raise UsageError("rubric.unmarked", "Nobody has marked this yet; ask a marker.")
    open_ones = [
        one.criterion
        for one in differences(criteria, marked)
        if one.needs_adjudication and one.criterion not in decided
    ]
    if open_ones:
        text = f"Markers are {APART} levels or more apart on {', '.join(open_ones)}; adjudicate."
        raise UsageError("rubric.adjudicate", text)
    if strange := [one for one in decided if one not in {each.id for each in criteria}]:
        raise UsageError("rubric.criterion", f"{strange[0][:40]!r} is no criterion of this rubric.")
    points = Fraction(0)
    for one in criteria:
        levels = [decided[one.id]] if one.id in decided else [each[one.id] for each in marked]
        points += sum((one.points_of(level) for level in levels), Fraction(0)) / len(levels)
    return Score(points, sum((one.most for one in criteria), Fraction(0)))


def decide(
    rules: Sequence[ComponentRule], points: Mapping[str, Number | None], cut: Number
) -> Outcome:
    """The pass rule: the weighted mean percent reaches ``cut`` and each component its minimum.

    ``points`` of each component, ``None`` where there is none yet; ``cut`` and minima in percent.
    Reaching a cut exactly passes. A component without points leaves the outcome untold, unless
    another already fails its minimum. Raises ``UsageError``: ``rubric.rules`` (no rules, one twice,
    a weight or maximum not above 0, a cut or minimum off 0 to 100), ``rubric.points`` (not 0 to the
    maximum), ``rubric.component`` (points of no component).
    """
    _check_rules(rules, points, cut)
    percents = {
        one.id: HUNDRED * exact(given) / exact(one.maximum)
        for one in rules
        if (given := points.get(one.id)) is not None
    }
    below = tuple(
        f"{one.id} has {_shown(percents[one.id])} %, at least {_shown(exact(one.minimum))} % needed"
        for one in rules
        if one.minimum is not None and one.id in percents and percents[one.id] < exact(one.minimum)
    )
    missing = tuple(f"{one.id} has no points yet" for one in rules if one.id not in percents)
    if missing:
        untold = None if not below else False
        return Outcome(passed=untold, percent=None, components=percents, reasons=below + missing)
    weights = sum((exact(one.weight) for one in rules), Fraction(0))
    percent = sum((exact(one.weight) * percents[one.id] for one in rules), Fraction(0)) / weights
    if percent < exact(cut):
        below = (f"the total is {_shown(percent)} %, the cut {_shown(exact(cut))} %", *below)
    return Outcome(passed=not below, percent=percent, components=percents, reasons=below)


def _shown(value: Fraction) -> str:
    """A percent to four digits, rounded down so that it never seems to reach a cut it missed."""
    down = Decimal(math.floor(value * 10_000)) / 10_000
    return f"{down.normalize():f}"


def _check_rules(
    rules: Sequence[ComponentRule], points: Mapping[str, Number | None], cut: Number
) -> None:
    ids = [one.id for one in rules]
    if not rules or len(set(ids)) < len(ids):
        raise UsageError(
            "rubric.rules", "Give each component one rule, and one component at least."
        )
    if not 0 <= exact(cut) <= HUNDRED:
        raise UsageError("rubric.rules", f"The cut {cut} is no percent; give 0 to 100.")
    for one in rules:
        if exact(one.weight) <= 0 or exact(one.maximum) <= 0:
            raise UsageError("rubric.rules", f"{one.id} needs a weight and a maximum above 0.")
        if one.minimum is not None and not 0 <= exact(one.minimum) <= HUNDRED:
            raise UsageError(
                "rubric.rules", f"The minimum of {one.id} is no percent; give 0 to 100."
            )
        given = points.get(one.id)
        if given is not None and not 0 <= exact(given) <= exact(one.maximum):
            raise UsageError(
                "rubric.points", f"{one.id} has {given} points; give 0 to {one.maximum}."
            )
    if strange := [one for one in points if one not in ids]:
        raise UsageError("rubric.component", f"{strange[0][:40]!r} is no component of these rules.")


def is_near_cut(score: Number, cut: Number, sem: Number | None) -> bool | None:
    """Whether a score lies within one SEM of the cut, on either side, the border included.

    All three on one scale. ``None`` where no SEM is known: it cannot be told. Raises ``UsageError``
    ``rubric.number`` for a SEM below 0.
    """
    if sem is None:
        return None
    if exact(sem) < 0:
        raise UsageError("rubric.number", f"A standard error of {sem} is below 0.")
    return abs(exact(score) - exact(cut)) <= exact(sem)


def sample_size(n: int, *, share: Number = SHARE, least: int = LEAST) -> int:
    """How many of n are marked again: a tenth, rounded up, or 20, whichever is more; never above n.

    Source: the double-marking rule of the house. Raises ``UsageError`` ``rubric.sample`` for a
    share outside 0 to 1 or a negative number.
    """
    if not 0 <= exact(share) <= 1 or least < 0 or n < 0:
        raise UsageError("rubric.sample", "Give a share from 0 to 1, and numbers not below 0.")
    return min(n, max(math.ceil(exact(share) * n), least))


def drawn(ids: Iterable[str], size: int, *, seed: str | int) -> tuple[str, ...]:
    """``size`` of the ids by a rule anybody can repeat, in the order drawn.

    Each id is ranked by the SHA-256 of ``seed``, a line feed and the id (UTF-8); the lowest are
    taken. Neither the order of the ids nor who asks changes it. Publish the seed before ids are
    known, or take it from something nobody here chooses.
    """

    def rank(one: str) -> tuple[bytes, str]:
        return hashlib.sha256(f"{seed}\n{one}".encode()).digest(), one

    return tuple(sorted(set(ids), key=rank)[: max(0, size)])


def second_marking(
    scores: Mapping[str, Number],
    *,
    cut: Number,
    sem: Number | None,
    seed: str | int,
    share: Number = SHARE,
    least: int = LEAST,
) -> dict[str, tuple[str, ...]]:
    """Whose work a second person marks, and why: ``sample``, ``near-cut`` or both.

    The sample is drawn from all scores (id → score) by ``drawn``; within one SEM of the cut
    everyone is marked again. Without a SEM nobody is near the cut as far as can be told: say so
    where this is shown. Raises ``UsageError`` as ``sample_size`` and ``is_near_cut``.
    """
    chosen = set(drawn(scores, sample_size(len(scores), share=share, least=least), seed=seed))
    found = {}
    for one in sorted(scores):
        near = is_near_cut(scores[one], cut, sem)
        if why := (SAMPLE,) * (one in chosen) + (NEAR_CUT,) * bool(near):
            found[one] = why
    return found
