"""The intraclass correlation: the six forms of Shrout and Fleiss, with their mean squares."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from stackmark.assessment.intervals import Floats, f_ratio
from stackmark.assessment.krippendorff import ALL_SAME, NO_NUMBERS, NO_PAIR
from stackmark.assessment.marks import LEAST_UNITS, Marks
from stackmark.assessment.statistic import Interval, Statistic, settle

_SOURCE: Final = "Shrout and Fleiss (1979), Psychological Bulletin 86"
_ROUNDING: Final = 1e-20  # of the sum of squares
_WORDS: Final = {
    "icc_1_1": "ICC(1,1), one mark, raters differ by unit",
    "icc_2_1": "ICC(2,1), one mark, raters a sample, absolute agreement",
    "icc_3_1": "ICC(3,1), one mark, these raters, consistency",
    "icc_1_k": "ICC(1,k), mean of k marks, raters differ by unit",
    "icc_2_k": "ICC(2,k), mean of k marks, raters a sample, absolute agreement",
    "icc_3_k": "ICC(3,k), mean of k marks, these raters, consistency",
}
FORMS: Final = tuple(_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """Mean squares in squared points; ``k`` marks a unit (a mean where units differ).

    ``between`` units, ``within`` units, between ``raters`` and ``residual``; the last two are NaN
    for a one-way layout.
    """

    units: int
    k: float
    between: float
    within: float
    raters: float = math.nan
    residual: float = math.nan
    within_freedom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Intraclass:
    """Six correlations. ``one_way`` underlies (1,·), ``two_way`` the others."""

    icc_1_1: Statistic
    icc_2_1: Statistic
    icc_3_1: Statistic
    icc_1_k: Statistic
    icc_2_k: Statistic
    icc_3_k: Statistic
    one_way: MeanSquares | None
    two_way: MeanSquares | None


def intraclass(marks: Marks, *, population: str = "", all_n: bool = False) -> Intraclass:
    """The six intraclass correlations of marks, at most 1, with intervals by F.

    (1,·) takes units with two marks or more, whoever gave them; unequal numbers of marks enter by
    their usual mean ``(N − Σm²/N)/(units−1)``. (2,·) and (3,·) need units every rater marked;
    the others are left out. Publish the form in use: (·,1) if one rater marks, (·,k) if the mean of
    k counts. The interval of (2,·) is Satterthwaite's. Least n: 30 units. Source: Shrout and Fleiss
    (1979).
    """
    rows = marks.paired
    full = marks.table[marks.per_unit == len(marks.raters)] if len(marks.raters) > 1 else rows[:0]
    one, two = _one_way(rows), _two_way(full)
    why_one, why_two = _why_not(marks, rows), _why_not(marks, full)
    if not why_two and not len(full):
        why_two = "not defined: no unit was marked by every rater"
    found = {}
    for form in FORMS:
        squares, why = (one, why_one) if form.startswith("icc_1") else (two, why_two)
        pair = _FORMULAS[form](squares) if squares and not why else (math.nan, None)
        units = len(rows) if form.startswith("icc_1") else len(full)
        figure = _figure(form, pair, units, population, why, squares)
        found[form] = settle(figure, all_n=all_n)
    return Intraclass(**found, one_way=one, two_way=two)


def _why_not(marks: Marks, rows: Floats) -> str:
    if not marks.is_numeric:
        return NO_NUMBERS
    if not len(marks.paired):
        return NO_PAIR
    if len(rows) == 1:
        return "not defined: units cannot be told apart by one unit"
    return ALL_SAME if len(rows) and np.nanmax(rows) == np.nanmin(rows) else ""


def _figure(
    form: str,
    found: tuple[float, Interval | None],
    n: int,
    population: str,
    why: str,
    squares: MeanSquares | None,
) -> Statistic:
    value, interval = found
    k = f" (k = {squares.k:.4g})" if squares and form.endswith("k") else ""
    return Statistic(
        value=value if math.isfinite(value) else None,
        interval=interval,
        n=n,
        of="units",
        least=LEAST_UNITS,
        method=f"{_WORDS[form]}{k}; interval by F",
        source=_SOURCE,
        population=population
        or ("units with two marks or more" if "_1_" in form[:6] else "units all raters marked"),
        note=why,
    )


def _one_way(rows: Floats) -> MeanSquares | None:
    units = len(rows)
    if units < 2:
        return None
    m = (~np.isnan(rows)).sum(axis=1)
    total = int(m.sum())
    centred = rows - np.nanmean(rows)
    means = np.nansum(centred, axis=1) / m
    return MeanSquares(
        units=units,
        k=float((total - (m**2).sum() / total) / (units - 1)),
        between=_sum(m * means**2, centred) / (units - 1),
        within=_sum((centred - means[:, None]) ** 2, centred) / (total - units),
        within_freedom=total - units,
    )


def _two_way(rows: Floats) -> MeanSquares | None:
    units, k = rows.shape
    if units < 2 or k < 2:
        return None
    centred = rows - rows.mean()
    by_unit, by_rater = centred.mean(axis=1), centred.mean(axis=0)
    rest = centred - by_unit[:, None] - by_rater
    return MeanSquares(
        units=units,
        k=k,
        between=k * _sum(by_unit**2, centred) / (units - 1),
        within=_sum((centred - by_unit[:, None]) ** 2, centred) / (units * (k - 1)),
        raters=units * _sum(by_rater**2, centred) / (k - 1),
        residual=_sum(rest**2, centred) / ((units - 1) * (k - 1)),
        within_freedom=(units - 1) * (k - 1),
    )


def _sum(squares: Floats, centred: Floats) -> float:
    """The sum, or 0 where it is what rounding leaves of the whole."""
    found = float(np.nansum(squares))
    return found if found > _ROUNDING * float(np.nansum(centred**2)) else 0.0


Found = tuple[float, Interval | None]


def _single(between: float, error: float, k: float, freedom: Interval) -> Found:
    """(B−E)/(B+(k−1)E), also of both ends of the interval of B/E."""
    value = _ratio(between - error, between + (k - 1) * error)
    ends = f_ratio(_ratio(between, error), *freedom)
    return value, ends and ((ends[0] - 1) / (ends[0] + k - 1), (ends[1] - 1) / (ends[1] + k - 1))


def _average(between: float, error: float, freedom: Interval) -> Found:
    """(B−E)/B, also of both ends of the interval of B/E."""
    ends = f_ratio(_ratio(between, error), *freedom)
    if ends and not ends[0]:
        ends = None
    return _ratio(between - error, between), ends and (1 - 1 / ends[0], 1 - 1 / ends[1])


def _ratio(over: float, under: float) -> float:
    return over / under if under else math.nan


def _freedom(one: MeanSquares) -> Interval:
    return one.units - 1, one.within_freedom


def _absolute(one: MeanSquares) -> Found:
    n, k, b, j, e = one.units, one.k, one.between, one.raters, one.residual
    value = _ratio(b - e, b + (k - 1) * e + k * (j - e) / n)
    return value, _satterthwaite(one, value) if math.isfinite(value) and e > 0 else None


def _satterthwaite(one: MeanSquares, rho: float) -> Interval | None:
    """Shrout and Fleiss (1979), p. 424: degrees of freedom of a mixture of two mean squares."""
    n, k, b, j, e = one.units, one.k, one.between, one.raters, one.residual
    first, second = k * rho * j / e, n * (1 + (k - 1) * rho) - k * rho
    under = (n - 1) * first**2 + second**2
    freedom = _ratio((k - 1) * (n - 1) * (first + second) ** 2, under)
    quantiles = f_ratio(1.0, n - 1, freedom) if math.isfinite(freedom) else None
    if quantiles is None:
        return None
    low, high = 1 / quantiles[0], quantiles[1]
    mixed = k * j + (k * n - k - n) * e
    return n * (b - low * e) / (low * mixed + n * b), n * (high * b - e) / (mixed + n * high * b)


def _absolute_average(one: MeanSquares) -> Found:
    n, k, b, j, e = one.units, one.k, one.between, one.raters, one.residual
    ends = _absolute(one)[1]
    stepped = ends and (
        _ratio(k * ends[0], 1 + (k - 1) * ends[0]),
        _ratio(k * ends[1], 1 + (k - 1) * ends[1]),
    )
    return _ratio(b - e, b + (j - e) / n), stepped


_FORMULAS: Final[dict[str, Callable[[MeanSquares], Found]]] = {
    "icc_1_1": lambda one: _single(one.between, one.within, one.k, _freedom(one)),
    "icc_2_1": _absolute,
    "icc_3_1": lambda one: _single(one.between, one.residual, one.k, _freedom(one)),
    "icc_1_k": lambda one: _average(one.between, one.within, _freedom(one)),
    "icc_2_k": _absolute_average,
    "icc_3_k": lambda one: _average(one.between, one.residual, _freedom(one)),
}
