"""How far a total can be trusted: alpha, KR-20, omega, split halves, and the errors in points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from stackmark.assessment.intervals import (
    DRAWS,
    Floats,
    bootstrap_of_counts,
    feldt,
    mean_interval,
    percentile_interval,
)
from stackmark.assessment.items import Responses, read_responses
from stackmark.assessment.omega import LEAST_ITEMS, OneFactor, fit_one_factor
from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

INTERVALS: Final = ("bootstrap", "feldt")
_HELD: Final = (
    1 << 22
)  # numbers a table of cross-products may hold; beyond it candidates share rows
_BLOCKS: Final = 1_000
_SOURCES: Final = {
    "mean": "Student (1908), Biometrika 6",
    "sd": "Lord and Novick (1968), Statistical Theories of Mental Test Scores, ch. 3",
    "alpha": "Cronbach (1951), Psychometrika 16",
    "kr20": "Kuder and Richardson (1937), Psychometrika 2",
    "omega": "McDonald (1999), Test Theory: A Unified Treatment, ch. 6",
    "split_half": "Brown (1910) and Spearman (1910), British Journal of Psychology 3",
    "sem": "Lord and Novick (1968), Statistical Theories of Mental Test Scores, ch. 3",
}
_FORMULAS: Final = {
    "mean": "mean of total scores",
    "sd": "standard deviation of total scores",
    "alpha": "k/(k−1) · (1 − Σ item variances / total variance)",
    "kr20": "k/(k−1) · (1 − Σ p(1−p) / total variance)",
    "omega": "omega total of one factor by maximum likelihood",
    "split_half": "odd and even items, stepped up by Spearman and Brown",
    "sem": "SD · √(1 − alpha)",
}
_COEFFICIENTS: Final = ("alpha", "omega", "split_half", "sem", "sd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Reliability of the sum of items; ``mean``, ``sd`` and ``sem`` are in points.

    ``left_out`` counts candidates who did not answer every item. ``kr20`` is defined for 0/1 items
    only. ``notes`` say what a reader must know about the fit of omega.
    """

    mean: Statistic
    sd: Statistic
    alpha: Statistic
    kr20: Statistic
    omega: Statistic
    split_half: Statistic
    sem: Statistic
    items: int
    left_out: int
    notes: tuple[str, ...] = ()

    def statistics(self) -> dict[str, Statistic]:
        """By name, in the order above."""
        return {name: getattr(self, name) for name in (one.name for one in fields(self)[:7])}


def reliability(
    points: ArrayLike,
    maxima: Sequence[float] | None = None,
    *,
    missing: str = "ignore",
    interval: str = "bootstrap",
    seed: int = 1,
    draws: int = DRAWS,
    population: str = "",
    all_n: bool = False,
) -> Reliability:
    """All coefficients of ``points`` (candidates × items, NaN where missing), at most 1.

    Candidates lacking an item are left out (``missing="wrong"`` gives them 0). Alpha and KR-20 take
    k/(k−1)·(1 − Σs²/S²) and are lower bounds; omega total is (Σλ)²/((Σλ)²+Σψ) of our own one-factor
    fit by maximum likelihood, for three items or more, right for unequal loadings; split half is
    2r/(1+r) of odd and even items; SEM is SD·√(1−alpha). ``interval`` is ``bootstrap`` (percentile,
    over candidates; in 1,000 random blocks of them where the table of cross-products would not fit)
    or ``feldt`` for alpha and KR-20. Least n: 30 candidates. Reading of alpha: .70 for low stakes,
    .80 for a credential, .90 for a licence. Sources: with each figure. Raises ``UsageError``
    ``usage.interval`` and those of ``read_responses``.
    """
    if interval not in INTERVALS:
        raise UsageError("usage.interval", f"{interval[:20]!r} is neither bootstrap nor feldt.")
    found = read_responses(points, maxima, missing=missing)
    n, items = found.complete.shape
    fit = _fit(found, interval, seed, draws)
    figures = {
        name: Statistic(
            value=fit.values.get(name),
            interval=fit.ends.get(name) if fit.values.get(name) is not None else None,
            n=n,
            method=f"{_FORMULAS[name]}; {_how(name, interval, draws, fit.block)}",
            source=_SOURCES[name],
            population=population,
            unit="points" if name in ("mean", "sd", "sem") else "",
            note=_note(name, found, items) if fit.values.get(name) is None else "",
        )
        for name in _FORMULAS
    }
    return Reliability(
        **{name: settle(figure, all_n=all_n) for name, figure in figures.items()},
        items=items,
        left_out=len(found.points) - n,
        notes=_notes(fit.factor),
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    values: dict[str, float | None]
    ends: dict[str, Interval | None]
    factor: OneFactor | None = None
    block: int = 1


def _fit(found: Responses, interval: str, seed: int, draws: int) -> _Fit:
    table = found.complete
    n, items = table.shape
    if n < 2:
        return _Fit({}, {})
    covariance = np.cov(table.T, ddof=1).reshape(1, items, items)
    factor = _factor(covariance)
    values = _named(_figures(covariance, factor))
    drawn, block = _drawn(table, factor, seed, draws)
    ends = {name: percentile_interval(drawn[:, at]) for at, name in enumerate(_COEFFICIENTS)}
    total = table.sum(axis=1)
    values["mean"], ends["mean"] = float(total.mean()), mean_interval(total)
    if interval == "feldt" and values["alpha"] is not None:
        ends["alpha"] = feldt(values["alpha"], n, items)
    if found.is_dichotomous:
        values["kr20"], ends["kr20"] = values["alpha"], ends["alpha"]
    return _Fit(values, ends, factor, block)


def _how(name: str, interval: str, draws: int, block: int) -> str:
    if name == "mean":
        return "Student's t interval"
    if interval == "feldt" and name in ("alpha", "kr20"):
        return "Feldt's interval"
    over = "candidates" if block == 1 else f"{_BLOCKS:,} random blocks of {block} candidates"
    return f"percentile bootstrap over {over}, {draws:,} draws"


def _note(name: str, found: Responses, items: int) -> str:
    if name == "kr20" and not found.is_dichotomous:
        return "not defined: KR-20 is for items scored 0 or 1"
    if items < 2 and name not in ("mean", "sd"):
        return "not defined: one item has no consistency with others"
    if name == "omega" and items < LEAST_ITEMS:
        return "not defined: one factor needs three items"
    if name in ("alpha", "omega", "kr20", "split_half", "sem") and len(found.complete) > 1:
        return "not defined: the scores do not differ"
    return ""


def _notes(factor: OneFactor | None) -> tuple[str, ...]:
    notes = []
    if factor is not None and not factor.proper[0]:
        notes.append("omega: an item has almost no variance of its own (Heywood case)")
    if factor is not None and factor.loadings.min() < 0:
        notes.append("omega: an item loads below 0; look at its key")
    return tuple(notes)


def _factor(covariance: Floats) -> OneFactor | None:
    varied = np.diagonal(covariance[0]) > 0
    return fit_one_factor(covariance) if varied.sum() >= LEAST_ITEMS else None


def _named(figures: Floats) -> dict[str, float | None]:
    return {
        name: float(value) if math.isfinite(value) else None
        for name, value in zip(_COEFFICIENTS, figures[0], strict=True)
    }


def _figures(covariances: Floats, factor: OneFactor | None) -> Floats:
    """Alpha, omega, split half, SEM and SD of each matrix (matrices, 5); NaN where undefined."""
    items = covariances.shape[1]
    total = covariances.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.trace(covariances, axis1=1, axis2=2)
        alpha = (
            items / (items - 1) * (1 - own / total) if items > 1 else np.full(len(total), np.nan)
        )
        alpha = np.where(total > 1e-12 * own, alpha, np.nan)
        omega = np.full(len(total), np.nan) if factor is None else factor.omega
        sem = np.sqrt(total * (1 - alpha))
        found = [alpha, omega, _split_half(covariances), sem, np.sqrt(np.maximum(total, 0))]
    return np.column_stack(found)


def _split_half(covariances: Floats) -> Floats:
    odd, even = covariances[:, ::2], covariances[:, 1::2]
    across = odd[:, :, 1::2].sum(axis=(1, 2))
    sizes = odd[:, :, ::2].sum(axis=(1, 2)) * even[:, :, 1::2].sum(axis=(1, 2))
    r = np.where(sizes > 0, across / np.sqrt(np.maximum(sizes, 0)), np.nan)
    return np.asarray(2 * r / (1 + r))


def _drawn(table: Floats, factor: OneFactor | None, seed: int, draws: int) -> tuple[Floats, int]:
    """The figures in bootstrap samples (draws, 5), and how many candidates share a row."""
    n, items = table.shape
    centred = table - table.mean(axis=0)
    block = n // _BLOCKS if n * items**2 > _HELD and n >= 2 * _BLOCKS else 1
    if block > 1:  # candidates in any order, the last few left out
        order = np.random.Generator(np.random.PCG64(seed)).permutation(n)
        centred = centred[order[: block * _BLOCKS]]
    rows = centred.reshape(-1, block, items)
    means = rows.mean(axis=1)
    products = (np.swapaxes(rows, 1, 2) @ rows / block).reshape(len(rows), -1)

    def figures(counts: Floats) -> Floats:
        size = max(1, _HELD // items**2)
        parts = [counts[start : start + size] for start in range(0, len(counts), size)]
        return np.concatenate([_of_counts(one, means, products, factor, n) for one in parts])

    return bootstrap_of_counts(figures, len(rows), seed=seed, draws=draws), block


def _of_counts(
    counts: Floats, means: Floats, products: Floats, factor: OneFactor | None, n: int
) -> Floats:
    items = means.shape[1]
    middle = counts @ means / len(means)
    squares = (counts @ products / len(means)).reshape(-1, items, items)
    covariances = (squares - middle[:, :, None] * middle[:, None, :]) * (n / (n - 1))
    near = None if factor is None else _near(covariances, factor)
    return _figures(covariances, near)


def _near(covariances: Floats, factor: OneFactor) -> OneFactor:
    """Fits that start from the fit of the whole, to four digits: enough for an interval."""
    many = (len(covariances), covariances.shape[1])
    start = OneFactor(
        np.broadcast_to(factor.loadings, many).copy(),
        np.broadcast_to(factor.uniquenesses, many).copy(),
        np.broadcast_to(factor.proper, many[:1]),
    )
    return fit_one_factor(covariances, start, steps=300, close=1e-5)
