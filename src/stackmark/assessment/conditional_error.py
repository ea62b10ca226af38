"""The standard error of measurement at one score: it is not the same all along the scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from stackmark.assessment.intervals import DRAWS, Floats, bootstrap_interval, in_blocks
from stackmark.assessment.items import Responses, read_responses
from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

_LORD: Final = (
    "Lord (1955), Educational and Psychological Measurement 15; Keats (1957), Psychometrika 22"
)
_FELDT: Final = "Feldt and Qualls (1996), Journal of Educational Measurement 33"

_FLAT: Final = "not defined: the scores differ too little"
_MANY: Final = 20_000  # from here on candidates are drawn in blocks
_BLOCKS: Final = 1_000


def binomial_error(score: float, items: int) -> float:
    """Lord's error in points at a score of so many 0/1 items: ``√(x(k−x)/(k−1))``.

    Source: Lord (1955). Right where items are a random sample of equal ones; too large else.
    Raises ``UsageError`` ``usage.score`` unless 0 ≤ score ≤ items and there are two items.
    """
    if not 0 <= score <= items or items < 2:
        raise UsageError("usage.score", f"{score:g} is no score of {items} items; two are needed.")
    return math.sqrt(score * (items - score) / (items - 1))


def conditional_sem(
    points: ArrayLike,
    score: float,
    maxima: Sequence[float] | None = None,
    *,
    missing: str = "ignore",
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Statistic:
    """Standard error of measurement in points at a total ``score``, such as the cut.

    For 0/1 items Lord's binomial error with Keats's correction, ``√(x(k−x)/(k−1) ·
    (1−KR20)/(1−KR21))``. For points the method of Feldt and Qualls with the items as parts: each
    candidate's error variance ``k/(k−1) · Σ(x_ij − x̄_i. − x̄_.j + x̄)²``, whose mean is the squared
    SEM of alpha, smoothed by a quadratic in the total; it takes items for essentially
    tau-equivalent, and is not defined beyond the totals seen. ``points`` (candidates × items, NaN
    where missing); candidates lacking an item are left out. Interval: BCa bootstrap over
    candidates, from 20,000 on in 1,000 random blocks of them. Least n: 30 candidates. Raises
    ``UsageError`` ``usage.score`` for a score off the scale, and those of ``read_responses``.
    """
    found = read_responses(points, maxima, missing=missing)
    top = float(found.maxima.sum())
    if not 0 <= score <= top:
        raise UsageError("usage.score", f"{score:g} is off the scale; it runs from 0 to {top:g}.")
    table = found.complete
    value, interval, note = None, None, _why_not(found, score)
    if not note and len(table) > 1:
        make = _lord_keats if found.is_dichotomous else _feldt_qualls
        rows, statistic = make(table, score)
        with np.errstate(all="ignore"):
            whole = float(statistic(rows.mean(axis=0, keepdims=True))[0])
        value = whole if math.isfinite(whole) else None
        if len(rows) >= _MANY:
            rows = in_blocks(rows, _BLOCKS, seed=seed)
        bca, plain = (
            bootstrap_interval(statistic, rows, seed=seed, draws=draws, method=method)
            for method in ("bca", "percentile")
        )
        interval = _around(value, bca or plain)
    figure = Statistic(
        value=value,
        interval=interval,
        n=len(table),
        method=f"{_method(found)} at {score:g}; {_how(len(table), draws)}",
        source=_LORD if found.is_dichotomous else _FELDT,
        population=population,
        unit="points",
        note=note or ("" if value is not None or not len(table) else _FLAT),
    )
    return settle(figure, all_n=all_n)


def _how(n: int, draws: int) -> str:
    over = f"{_BLOCKS:,} random blocks of {n // _BLOCKS} candidates" if n >= _MANY else "candidates"
    return f"BCa bootstrap over {over}, {draws:,} draws"


def _around(value: float | None, found: Interval | None) -> Interval | None:
    """The interval, with the value in it.

    Draws spread the difficulties of items too far. BCa puts that right, save for equal items, where
    all draws lie on one side.
    """
    if value is None or found is None:
        return None
    return min(found[0], value), max(found[1], value)


def _method(found: Responses) -> str:
    return "Lord's error with Keats's correction" if found.is_dichotomous else "Feldt and Qualls"


def _why_not(found: Responses, score: float) -> str:
    if len(found.names) < 2:
        return "not defined: one item has no consistency with others"
    if found.is_dichotomous or not len(found.complete):
        return ""
    total = found.complete.sum(axis=1)
    if total.min() <= score <= total.max():
        return ""
    return f"not defined: nobody's total lies on the other side of {score:g}"


class _LordKeats:
    """The error at a score from means of (item, …, total, total squared), centred."""

    def __init__(self, centre: Floats, score: float) -> None:
        self.centre = centre
        self.binomial = score * (len(centre) - score) / (len(centre) - 1)

    def __call__(self, means: Floats) -> Floats:
        k = len(self.centre)
        p = means[:, :k] + self.centre
        total = means[:, k] + self.centre.sum()
        variance = means[:, k + 1] - means[:, k] ** 2
        # k/(k-1) and the variance stand in both reliabilities
        kr20 = k / (k - 1) * (1 - (p * (1 - p)).sum(axis=1) / variance)
        kr21 = k / (k - 1) * (1 - total * (k - total) / (k * variance))
        return np.asarray(np.sqrt(self.binomial * (1 - kr20) / (1 - kr21)))


def _lord_keats(table: Floats, score: float) -> tuple[Floats, _LordKeats]:
    centre = table.mean(axis=0)
    apart = table - centre
    total = apart.sum(axis=1)
    return np.column_stack([apart, total, total**2]), _LordKeats(centre, score)


class _FeldtQualls:
    """The smoothed error at a place from means of powers of the total and the error variance."""

    def __init__(self, place: float) -> None:
        self.at = np.array([1.0, place, place**2])

    def __call__(self, means: Floats) -> Floats:
        powers = np.column_stack([np.ones(len(means)), means[:, :4]])
        left = powers[:, [[0, 1, 2], [1, 2, 3], [2, 3, 4]]]
        fine = np.linalg.det(left) > 1e-9  # three different totals at least
        found = np.full(len(means), np.nan)
        curve = np.linalg.solve(left[fine], means[fine, 4:, None])[:, :, 0]
        variance = curve @ self.at
        found[fine] = np.where(variance > 0, np.sqrt(np.maximum(variance, 0)), np.nan)
        return found


def _feldt_qualls(table: Floats, score: float) -> tuple[Floats, _FeldtQualls]:
    n, k = table.shape
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    error = k / (k - 1) * (rest**2).sum(axis=1) * n / (n - 1)
    total = table.sum(axis=1)
    spread = float(total.std()) or 1.0
    z = (total - total.mean()) / spread
    rows = np.column_stack([z, z**2, z**3, z**4, error, error * z, error * z**2])
    return rows, _FeldtQualls((score - float(total.mean())) / spread)
