"""Kappa: Cohen's for two raters, plain or weighted, and Fleiss's for many."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.intervals import DRAWS, Floats, bootstrap_of_counts, percentile_interval
from stackmark.assessment.krippendorff import ALL_SAME, NO_NUMBERS, NO_PAIR, Patterns, patterns_of
from stackmark.assessment.marks import LEAST_UNITS, Marks
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError

Codes = NDArray[np.int64]
WEIGHTS: Final = ("", "linear", "quadratic")
_COHEN: Final = "Cohen (1960), Educational and Psychological Measurement 20"
_WEIGHTED: Final = "Cohen (1968), Psychological Bulletin 70"
_LIGHT: Final = "Light (1971), Psychological Bulletin 76"
_FLEISS: Final = (
    "Fleiss (1971), Psychological Bulletin 76; Gwet (2014) for unequal numbers of marks"
)


def cohen_kappa(
    marks: Marks,
    weights: str = "",
    *,
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Statistic:
    """``1 − Σ w·observed / Σ w·expected`` over the table of two raters, -1 to 1; 0 is chance.

    ``weights`` of a disagreement of marks a and b: none (1 unless equal), linear ``|a−b|`` or
    quadratic ``(a−b)²``: distances are those of the marks, so a mark nobody gave leaves its gap.
    With more than two raters it is the mean over pairs of raters, weighted by the units both marked
    (Light 1971). Interval: bootstrap over units, percentile. Least n: 30 units with two marks.
    Reading: .41 to .60 moderate, .61 to .80 substantial (Landis and Koch 1977). Sources: Cohen
    (1960, 1968). Raises ``UsageError`` ``usage.weights`` for other weights.
    """
    if weights not in WEIGHTS:
        raise UsageError("usage.weights", f"{weights[:20]!r} is neither linear nor quadratic.")
    rows = marks.table[marks.per_unit >= 2]
    value, interval = None, None
    note = NO_PAIR if not len(rows) else NO_NUMBERS if weights and not marks.is_numeric else ""
    if not note:
        found = patterns_of(rows)
        kappa = _Cohen(found, weights)
        value = _number(kappa(found.times[None].astype(float)))
        interval = _interval(kappa, found, seed, draws) if value is not None else None
        note = "" if value is not None else ALL_SAME
    named = f"Cohen's kappa, {weights} weights" if weights else "Cohen's kappa"
    pairs = len(marks.raters) > 2
    figure = Statistic(
        value=value,
        interval=interval,
        n=len(rows),
        of="units",
        least=LEAST_UNITS,
        method=named + (", mean over pairs of raters" if pairs else "") + _boot(draws),
        source=(_WEIGHTED if weights else _COHEN) + (f"; {_LIGHT}" if pairs else ""),
        population=population or "units with two marks or more",
        note=note,
    )
    return settle(figure, all_n=all_n)


def _boot(draws: int) -> str:
    return f"; percentile bootstrap over units, {draws:,} draws"


def _number(found: Floats) -> float | None:
    return float(found[0]) if math.isfinite(found[0]) else None


class _Cohen:
    """Cohen's kappa for blocks of counts (draws, patterns)."""

    def __init__(self, found: Patterns, weights: str) -> None:
        self.values = found.values - found.values.mean()
        self.weights = weights
        codes = found.codes
        self.pairs = []
        for one, other in combinations(range(codes.shape[1]), 2):
            both = np.flatnonzero((codes[:, one] >= 0) & (codes[:, other] >= 0))
            if len(both):
                self.pairs.append((both, codes[both, one], codes[both, other]))

    def __call__(self, counts: Floats) -> Floats:
        """One value a draw; NaN where no pair of raters has one."""
        total, shared = np.zeros(len(counts)), np.zeros(len(counts))
        for both, one, other in self.pairs:
            some = counts[:, both]
            kappa, n = self._kappa(some, one, other), some.sum(axis=1)
            told = np.isfinite(kappa)
            total[told] += (n * kappa)[told]
            shared[told] += n[told]
        return np.asarray(total / np.where(shared > 0, shared, math.nan))

    def _kappa(self, counts: Floats, one: Codes, other: Codes) -> Floats:
        n = counts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            observed = counts @ self._distance(one, other) / n
            a, b = (self._shares(counts, codes) for codes in (one, other))
            kappa: Floats = 1 - observed / self._expected(a, b)
        kappa[~np.isfinite(kappa)] = math.nan
        return kappa

    def _distance(self, one: Codes, other: Codes) -> Floats:
        if not self.weights:
            return np.asarray(one != other, dtype=float)
        power = 1 if self.weights == "linear" else 2
        return np.asarray(np.abs(self.values[one] - self.values[other]) ** power)

    def _shares(self, counts: Floats, codes: Codes) -> Floats:
        from scipy.sparse import csr_array

        at = (np.ones(len(codes)), (np.arange(len(codes)), codes))
        table = csr_array(at, shape=(len(codes), len(self.values)))
        shares: Floats = (table.T @ counts.T).T / counts.sum(axis=1, keepdims=True)
        return shares

    def _expected(self, a: Floats, b: Floats) -> Floats:
        """The mean weight of independent raters with shares a and b (draws, values)."""
        x = self.values
        if self.weights == "quadratic":
            return np.asarray(a @ x**2 + b @ x**2 - 2 * (a @ x) * (b @ x))
        if self.weights == "linear":  # E|A−B| = ∫ F(1−G) + G(1−F)
            f, g = np.cumsum(a, axis=1)[:, :-1], np.cumsum(b, axis=1)[:, :-1]
            return np.asarray((f + g - 2 * f * g) @ np.diff(x))
        return np.asarray(1 - (a * b).sum(axis=1))


def fleiss_kappa(
    marks: Marks,
    *,
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Statistic:
    """``(P − Pe)/(1 − Pe)``, at most 1; 0 is chance. Who gave which mark does not matter.

    P is the mean over units of the share of pairs that agree, ``Pe = Σ p²`` of the mean share of
    each mark. Units may have different numbers of marks, from two on (Gwet 2014). Interval:
    bootstrap over units, percentile. Least n: 30 units with two marks. Source: Fleiss (1971).
    """
    rows = marks.paired
    value, interval, note = None, None, "" if len(rows) else NO_PAIR
    if not note:
        found = patterns_of(rows)
        kappa = _Fleiss(found)
        value = _number(kappa(found.times[None].astype(float)))
        interval = _interval(kappa, found, seed, draws) if value is not None else None
        note = "" if value is not None else ALL_SAME
    figure = Statistic(
        value=value,
        interval=interval,
        n=len(rows),
        of="units",
        least=LEAST_UNITS,
        method="Fleiss's kappa" + _boot(draws),
        source=_FLEISS,
        population=population or "units with two marks or more",
        note=note,
    )
    return settle(figure, all_n=all_n)


class _Fleiss:
    """Fleiss's kappa for blocks of counts (draws, patterns)."""

    def __init__(self, found: Patterns) -> None:
        m, holds = found.sizes, found.holds
        self.agree = ((holds * holds).sum(axis=1) - m) / (m * (m - 1))
        self.shares = holds.multiply(1 / m[:, None]).tocsr()

    def __call__(self, counts: Floats) -> Floats:
        """One value a draw; NaN where all marks drawn are the same."""
        n = counts.sum(axis=1)
        by_chance = (((self.shares.T @ counts.T).T / n[:, None]) ** 2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            kappa: Floats = (counts @ self.agree / n - by_chance) / (1 - by_chance)
        kappa[1 - by_chance < 1e-12] = math.nan
        return kappa


def _interval(
    kappa: _Cohen | _Fleiss, found: Patterns, seed: int, draws: int
) -> tuple[float, float] | None:
    drawn = bootstrap_of_counts(
        kappa, len(found.times), seed=seed, draws=draws, frequencies=found.times
    )
    return percentile_interval(drawn)
