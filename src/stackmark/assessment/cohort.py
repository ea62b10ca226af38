"""A ledger as arrays with one row a candidate: what the facts are computed from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stackmark.assessment.ledger import Attempt, Purpose
from stackmark.errors import UsageError

Floats = npt.NDArray[np.float64]
_PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Candidates, one row each; everything but ``final`` is about their first attempts.

    ``score`` is in points, or in per cent of the maximum where first attempts have several
    maxima (``unit``). ``first`` and ``final`` are 1 passed, 0 not, NaN where there is no such
    attempt or no cut. ``answers`` (candidates, items) is NaN where there is none. ``cut`` and
    ``most`` are in the unit of ``score``, ``None`` where there is none or more than one.
    """

    population: str
    score: Floats
    first: Floats
    final: Floats
    cut: float | None
    most: float | None
    unit: str
    items: tuple[str, ...]
    answers: Floats
    why_no_cut: str

    @property
    def candidates(self) -> int:
        """How many there are."""
        return len(self.score)

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Who answered every item."""
        if not self.items:
            return np.zeros(self.candidates, bool)
        return np.asarray(np.isfinite(self.answers).all(axis=1), dtype=bool)


People = Sequence[Sequence[Attempt]]
"""The attempts of each candidate, by number."""


def cohort_of(people: People, population: str, *, cut: float | None = None) -> Cohort:
    """The candidates of a ledger who have counted attempts; ``cut`` goes before those in force.

    Raises ``UsageError`` ``assess.cut`` for a cut above the maximum, or one in points where the
    maxima differ.
    """
    counted = [found for mine in people if (found := [one for one in mine if one.counts])]
    firsts = [mine[0] if mine[0].purpose is Purpose.FIRST else None for mine in counted]
    there = [one for one in firsts if one is not None]
    _check_cut((one for mine in counted for one in mine), cut)
    scale = _scale(there)
    bars = {
        scale(one, bar) for one in there if (bar := one.cut if cut is None else cut) is not None
    }
    shapes = dict.fromkeys(one.items for one in there)
    items = tuple(dict.fromkeys(name for names in shapes for name in names))
    return Cohort(
        population=population,
        score=np.array([math.nan if one is None else scale(one, one.score) for one in firsts]),
        first=np.array([_passed(() if one is None else (one,), cut) for one in firsts]),
        final=np.array([_passed(mine, cut) for mine in counted]),
        cut=bars.pop() if len(bars) == 1 and _all_have_cut(there, cut) else None,
        most=_most(there, scale),
        unit="points" if scale is _points else "per cent",
        items=items,
        answers=_answers(firsts, items),
        why_no_cut=_why_no_cut(there, cut),
    )


def _passed(mine: Iterable[Attempt], cut: float | None) -> float:
    answers = {one.passed(cut) for one in mine}
    return 1.0 if True in answers else 0.0 if False in answers else math.nan


def _all_have_cut(there: list[Attempt], cut: float | None) -> bool:
    return cut is not None or all(one.cut is not None for one in there)


def _why_no_cut(there: list[Attempt], cut: float | None) -> str:
    if cut is not None or not there:
        return ""
    bars = {one.cut for one in there}
    if bars == {None}:
        return "could not tell: no cut score given"
    if None in bars:
        return "could not tell: some first attempts have no cut score"
    shown = ", ".join(f"{bar:g}" for bar in sorted(bar for bar in bars if bar is not None)[:4])
    return f"could not tell for all together: several cuts in force ({shown}); see each form"


def _points(_: Attempt, value: float) -> float:
    return value


def _percent(one: Attempt, value: float) -> float:
    return _PERCENT * value / (one.max_score or _PERCENT)


def _scale(there: list[Attempt]) -> Callable[[Attempt, float], float]:
    """Points where all have the same maximum or some have none, else per cent of it."""
    most = {one.max_score for one in there}
    return _points if len(most) < 2 or None in most else _percent


def _most(there: list[Attempt], scale: Callable[[Attempt, float], float]) -> float | None:
    if scale is _percent:
        return _PERCENT
    most = {one.max_score for one in there}
    return most.pop() if len(most) == 1 else None


def _check_cut(counted: Iterable[Attempt], cut: float | None) -> None:
    if cut is None:
        return
    if not math.isfinite(cut) or cut < 0:
        raise UsageError("assess.cut", f"{cut:g} is no cut; give one in points, from 0 on.")
    most = sorted({one.max_score for one in counted if one.max_score is not None})
    if len(most) > 1:
        shown = ", ".join(f"{one:g}" for one in most[:4])
        raise UsageError(
            "assess.cut",
            f"One cut of {cut:g} cannot hold where max_score differs ({shown}); "
            "state each attempt's own in a column called cut.",
        )
    if most and cut > most[0]:
        raise UsageError(
            "assess.cut", f"The cut {cut:g} is above the highest possible score, {most[0]:g}."
        )


def _answers(firsts: list[Attempt | None], items: tuple[str, ...]) -> Floats:
    """Item scores in one matrix; fast where all attempts name the same items."""
    if not items:
        return np.empty((len(firsts), 0))
    blank = (math.nan,) * len(items)
    if all(one is None or not one.items or one.items == items for one in firsts):
        rows = [one.item_scores or blank if one is not None else blank for one in firsts]
        return np.array(rows, dtype=float)
    at = {name: place for place, name in enumerate(items)}
    made = np.full((len(firsts), len(items)), np.nan)
    for row, one in enumerate(firsts):
        if one is not None and one.items:
            made[row, [at[name] for name in one.items]] = one.item_scores
    return made
