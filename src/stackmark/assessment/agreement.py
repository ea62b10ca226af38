"""How far several raters agree on the same units: every coefficient, from one table of marks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.intervals import (
    DRAWS,
    Floats,
    bootstrap_means,
    percentile_interval,
    wilson,
)
from stackmark.assessment.intraclass import Intraclass, MeanSquares, intraclass
from stackmark.assessment.kappa import cohen_kappa, fleiss_kappa
from stackmark.assessment.krippendorff import LEVELS, NO_NUMBERS, NO_PAIR, krippendorff_alpha
from stackmark.assessment.marks import LEAST_UNITS, Marks
from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

__all__ = [
    "Agreement",
    "Intraclass",
    "MeanSquares",
    "agreement",
    "exact_agreement",
    "pair_counts",
]

_SOURCE: Final = "Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Every coefficient of agreement. ``adjacent_agreement`` counts marks at most 1 apart."""

    exact_agreement: Statistic
    adjacent_agreement: Statistic
    krippendorff_alpha_nominal: Statistic
    krippendorff_alpha_ordinal: Statistic
    krippendorff_alpha_interval: Statistic
    krippendorff_alpha_ratio: Statistic
    cohen_kappa: Statistic
    cohen_kappa_linear: Statistic
    cohen_kappa_quadratic: Statistic
    fleiss_kappa: Statistic
    icc_1_1: Statistic
    icc_2_1: Statistic
    icc_3_1: Statistic
    icc_1_k: Statistic
    icc_2_k: Statistic
    icc_3_k: Statistic

    def statistics(self) -> dict[str, Statistic]:
        """By name, in the order above."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def agreement(
    marks: Marks,
    *,
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Agreement:
    """All coefficients of the marks; each says in ``note`` why it is not defined where it is not.

    Least n: 30 units with two marks (for ICC(2,·) and (3,·), marked by every rater). Formulas and
    sources: the functions named like the members. Intervals: Wilson or F where there is a formula,
    else a percentile bootstrap over units.
    """
    more: dict[str, Any] = {
        "seed": seed,
        "draws": draws,
        "population": population,
        "all_n": all_n,
    }
    six = intraclass(marks, population=population, all_n=all_n)
    alphas = {
        f"krippendorff_alpha_{level}": krippendorff_alpha(marks, level, **more) for level in LEVELS
    }
    kappas = {
        f"cohen_kappa_{weights}".rstrip("_"): cohen_kappa(marks, weights, **more)
        for weights in ("", "linear", "quadratic")
    }
    return Agreement(
        exact_agreement=exact_agreement(marks, **more),
        adjacent_agreement=exact_agreement(marks, within=1, **more),
        **alphas,
        **kappas,
        fleiss_kappa=fleiss_kappa(marks, **more),
        **{one.name: getattr(six, one.name) for one in fields(six) if one.name.startswith("icc")},
    )


def exact_agreement(
    marks: Marks,
    *,
    within: float = 0,
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Statistic:
    """Share (0 to 1) of pairs of marks of a unit that are equal, or at most ``within`` apart.

    The mean over units with two marks or more, each counting once; chance is not taken out.
    Interval: Wilson where every unit has two marks, else bootstrap over units. Least n: 30 units.
    Source: Gwet (2014) ch. 2. Raises ``UsageError`` ``usage.within`` below 0.
    """
    if not within >= 0:
        raise UsageError("usage.within", f"Marks cannot lie {within} apart; give 0 or more.")
    rows = marks.paired
    note = NO_PAIR if not len(rows) else NO_NUMBERS if within and not marks.is_numeric else ""
    two = len(rows) > 0 and bool((marks.per_unit <= 2).all())
    value, interval = None, None
    if not note:
        shares = _shares(rows, within)
        value = float(shares.mean())
        interval = (
            wilson(round(shares.sum()), len(shares)) if two else _interval(shares, seed, draws)
        )
    how = "Wilson interval" if two else f"percentile bootstrap over units, {draws:,} draws"
    figure = Statistic(
        value=value,
        interval=interval,
        n=len(rows),
        of="units",
        least=LEAST_UNITS,
        method=f"pairs of marks at most {within:g} apart / pairs; {how}",
        source=_SOURCE,
        population=population or "units with two marks or more",
        unit="share",
        note=note,
    )
    return settle(figure, all_n=all_n)


def _shares(rows: Floats, within: float) -> Floats:
    """The share of agreeing pairs in each unit (units,)."""
    agree, pairs = np.zeros(len(rows)), np.zeros(len(rows))
    for one, other in combinations(range(rows.shape[1]), 2):
        gap = np.abs(rows[:, one] - rows[:, other])
        pairs += ~np.isnan(gap)
        agree += gap <= within + 1e-9  # decimals such as 0.3 - 0.2 are not exact
    return np.asarray(agree / pairs)


def _interval(shares: Floats, seed: int, draws: int) -> Interval | None:
    values, times = np.unique(shares, return_counts=True)
    return percentile_interval(bootstrap_means(values, draws, seed=seed, frequencies=times))


def pair_counts(marks: Marks) -> tuple[Floats, NDArray[np.int64]]:
    """Sorted marks (values,) and how often each pair was given (values, values).

    Rows are the marks of the rater who stands first in the table, columns those of the other; each
    pair of raters of a unit counts once.
    """
    values = np.unique(marks.table[~np.isnan(marks.table)])
    table = np.zeros((len(values), len(values)), np.int64)
    for one, other in combinations(range(marks.table.shape[1]), 2):
        both = ~np.isnan(marks.table[:, [one, other]]).any(axis=1)
        a, b = (np.searchsorted(values, marks.table[both, at]) for at in (one, other))
        np.add.at(table, (a, b), 1)
    return values, table
