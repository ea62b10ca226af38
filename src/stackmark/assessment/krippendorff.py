"""Krippendorff's alpha: any number of raters, missing marks, four levels of measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.intervals import DRAWS, Floats, bootstrap_of_counts, percentile_interval
from stackmark.assessment.marks import LEAST_UNITS, Marks
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError

LEVELS: Final = ("nominal", "ordinal", "interval", "ratio")
_SOURCE: Final = "Krippendorff (2019), Content Analysis, 4th ed., ch. 12"
_MANY: Final = 3_000  # different marks from which the square table of ratios is made only once
_STRIP: Final = 512
NO_PAIR: Final = "not defined: no unit has two marks"
ALL_SAME: Final = "not defined: every mark is the same, so agreement cannot be told from chance"
NO_NUMBERS: Final = "not defined: the marks are words, not numbers"


@dataclass(frozen=True, slots=True)
class Patterns:
    """Rows of marks that differ, and how often each came up.

    ``codes`` (patterns, raters) point into ``values`` (sorted marks); -1 is no mark. ``times``,
    ``sizes`` (patterns,) count units and marks in each. ``holds`` (patterns, values) is the sparse
    table of how often a pattern holds a value.
    """

    codes: NDArray[np.int64]
    values: Floats
    times: NDArray[np.int64]
    sizes: Floats
    holds: Any

    @property
    def points(self) -> Floats:
        """The marks themselves (patterns, raters), zero where there is none."""
        found: Floats = np.where(self.codes < 0, 0.0, self.values[self.codes])
        return found


def patterns_of(rows: Floats) -> Patterns:
    """Gather equal rows (units, raters; NaN where missing, at least one mark in all)."""
    from scipy.sparse import csr_array

    there = ~np.isnan(rows)
    values = np.unique(rows[there])
    codes = np.where(there, np.searchsorted(values, np.where(there, rows, values[0])), -1)
    distinct, times = _distinct(codes)
    place, rater = np.nonzero(distinct >= 0)
    held = (np.ones(len(place)), (place, distinct[place, rater]))
    return Patterns(
        distinct,
        values,
        times,
        (distinct >= 0).sum(axis=1).astype(float),
        csr_array(held, shape=(len(distinct), len(values))),
    )


def _distinct(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows that differ, in order, and how often each is there: ``np.unique``, but quicker."""
    ordered = codes[np.lexsort(codes.T[::-1])]
    new = np.ones(len(ordered), bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    starts = np.flatnonzero(new)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def krippendorff_alpha(
    marks: Marks,
    level: str = "nominal",
    *,
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Statistic:
    """``1 − observed / expected disagreement``, at most 1; 0 is chance, below 0 worse than chance.

    ``level`` sets the squared difference of two marks: nominal 1 unless equal; ordinal the distance
    of their mid-ranks; interval ``(a−b)²``; ratio ``((a−b)/(a+b))²``, not defined for marks below
    0. Units with fewer than two marks do not count. Interval: bootstrap over units, percentile.
    Least n: 30 units with two marks. Reading: from .80 rely, .667 to .80 tentative, below do not
    use. Source: Krippendorff (2019) ch. 12. Raises ``UsageError`` ``usage.measurement``.
    """
    if level not in LEVELS:
        raise UsageError("usage.measurement", f"{level[:20]!r} is none of {', '.join(LEVELS)}.")
    rows = marks.paired
    value, interval, note = None, None, _why_not(marks, rows, level)
    if not note:
        found = patterns_of(rows)
        alpha = _Alpha(found, level)
        value = float(alpha(found.times[None].astype(float))[0])
        if level != "ratio" or len(found.values) <= _MANY:
            drawn = bootstrap_of_counts(
                alpha, len(found.times), seed=seed, draws=draws, frequencies=found.times
            )
            interval = percentile_interval(drawn)
    figure = Statistic(
        value=value,
        interval=interval,
        n=len(rows),
        of="units",
        least=LEAST_UNITS,
        method=f"Krippendorff's alpha, {level}; percentile bootstrap over units, {draws:,} draws",
        source=_SOURCE,
        population=population or "units with two marks or more",
        note=note,
    )
    return settle(figure, all_n=all_n)


def _why_not(marks: Marks, rows: Floats, level: str) -> str:
    if not len(rows):
        return NO_PAIR
    if level != "nominal" and not marks.is_numeric:
        return NO_NUMBERS
    least, most = (float(one.reduce(rows, axis=None)) for one in (np.fmin, np.fmax))
    if most == least:
        return ALL_SAME
    if level == "ratio" and least < 0:
        return "not defined: a ratio scale has no marks below 0"
    return ""


class _Alpha:
    """Alpha for blocks of counts (draws, patterns)."""

    def __init__(self, found: Patterns, level: str) -> None:
        self.found = found
        self.level = level
        self.marks = found.values - found.values.mean()  # only their differences count
        # what rounding leaves of no disagreement; ranks and counts are exact
        self.nothing = 1e-12 * float(np.abs(self.marks).max()) ** 2 if level == "interval" else 0.0
        self.within = self._within()

    def __call__(self, counts: Floats) -> Floats:
        """One value a draw; NaN where all marks drawn are the same."""
        held = np.asarray((self.found.holds.T @ counts.T).T)
        n = held.sum(axis=1)
        if self.level == "ordinal":
            observed, expected = self._ordinal(counts, held)
        else:
            observed, expected = counts @ self.within, self._expected(held)
        with np.errstate(invalid="ignore", divide="ignore"):
            alpha: Floats = 1 - (n - 1) * observed / expected
        alpha[expected <= self.nothing * n**2] = math.nan
        return alpha

    def _within(self) -> Floats:
        """What each pattern adds to the observed disagreement, over ordered pairs."""
        found, holds = self.found, self.found.holds
        if self.level == "nominal":
            same = np.asarray((holds * holds).sum(axis=1))
            return np.asarray((found.sizes**2 - same) / (found.sizes - 1))
        if self.level == "ratio":
            return self._within_ratio()
        squares, sums = holds @ self.marks**2, holds @ self.marks
        return np.asarray(2 * (found.sizes * squares - sums**2) / (found.sizes - 1))

    def _within_ratio(self) -> Floats:
        found, total = self.found, np.zeros(len(self.found.times))
        points = found.points
        for one in range(found.codes.shape[1]):
            there = (found.codes[:, [one]] >= 0) & (found.codes >= 0)
            total += (there * _ratio(points[:, [one]], points)).sum(axis=1)
        return total / (found.sizes - 1)

    def _expected(self, held: Floats) -> Floats:
        """The disagreement among all pairs of marks drawn, over ordered pairs."""
        n = held.sum(axis=1)
        if self.level == "nominal":
            return np.asarray(n**2 - (held**2).sum(axis=1))
        if self.level == "interval":
            return np.asarray(2 * (n * (held @ self.marks**2) - (held @ self.marks) ** 2))
        total, values = np.zeros(len(held)), self.found.values
        for start in range(0, len(values), _STRIP):
            strip = slice(start, start + _STRIP)
            pairs = held[:, strip] @ _ratio(values[strip, None], values)
            total += (pairs * held).sum(axis=1)
        return total

    def _ordinal(self, counts: Floats, held: Floats) -> tuple[Floats, Floats]:
        """Both disagreements of mid-ranks, which depend on the marks drawn."""
        n, sizes, holds = held.sum(axis=1), self.found.sizes, self.found.holds
        ranks = np.cumsum(held, axis=1) - held / 2 - n[:, None] / 2
        squares, sums = (holds @ (ranks**2).T).T, (holds @ ranks.T).T
        within = 2 * (sizes * squares - sums**2) / (sizes - 1)
        spread = n * (held * ranks**2).sum(axis=1) - (held * ranks).sum(axis=1) ** 2
        return (counts * within).sum(axis=1), np.asarray(2 * spread)


def _ratio(a: Floats, b: Floats) -> Floats:
    total = a + b
    share: Floats = (a - b) / np.where(total > 0, total, 1.0)
    return share**2
