"""How far a pass can be trusted: Livingston-Lewis, the normal theory, and an employer's odds.

The functions with ``verdicts`` in their names answer for arrays of draws at once and return
``verdicts.Verdicts``; ``figures`` makes them statistics. The others do all in one call.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment import beta_binomial
from stackmark.assessment.intervals import DRAWS, bootstrap_means, percentile_interval
from stackmark.assessment.statistic import Statistic, settle
from stackmark.assessment.verdicts import Verdicts, normal_verdicts
from stackmark.errors import UsageError

Floats = NDArray[np.float64]
Shape = Literal["auto", "two", "four"]

_LL: Final = "Livingston and Lewis (1995), JEM 32, 179-197; Hanson (1991), ACT RR 91-5"
_NORMAL: Final = "bivariate normal true and observed scores; Owen (1956), Ann. Math. Stat. 27"
_LL_METHOD: Final = "Livingston-Lewis, {shape}-parameter beta true scores, effective test length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Every share of ``verdicts.Verdicts`` as a statistic.

    ``false_positive`` and ``false_negative`` are shares of all candidates; ``base`` is the share
    truly at or above the cut, ``pass_rate`` the one the model implies (compare it with the one
    observed).
    """

    accuracy: Statistic
    consistency: Statistic
    kappa: Statistic
    false_positive: Statistic
    false_negative: Statistic
    ppv: Statistic
    npv: Statistic
    sensitivity: Statistic
    false_positive_rate: Statistic
    likelihood_ratio: Statistic
    bits: Statistic
    base: Statistic
    pass_rate: Statistic


_UNITS: Final = {"kappa": "", "likelihood_ratio": "ratio", "bits": "bits"}


@dataclass(frozen=True, slots=True)
class LivingstonLewis:
    """Verdicts, the effective test length and whether the beta has four parameters, one a draw."""

    verdicts: Verdicts
    length: Floats
    four: NDArray[np.bool_]


def livingston_lewis_verdicts(
    mean: ArrayLike,
    variance: ArrayLike,
    reliability: ArrayLike,
    *,
    cut: float,
    low: float,
    high: float,
    third: ArrayLike = np.nan,
    fourth: ArrayLike = np.nan,
    step: float = 0.0,
    candidates: float = math.inf,
    shape: Shape = "auto",
) -> LivingstonLewis:
    """Livingston-Lewis for many draws of (mean, variance, reliability) at once.

    Moments are those of the scores in points: mean, variance, third and fourth central moment
    (population form, divisor n). The scale runs from ``low`` to ``high``, a score of ``cut``
    passes, and ``step`` is the gap between scores (0 where they are continuous), by which the cut
    is corrected for continuity. With ``step`` equal to one item this is the exact binomial tail.
    ``shape`` "auto" takes two parameters unless ``candidates`` are enough to reject them (see
    ``beta_binomial.fit``). Leave it for a bootstrap too: the choice is part of the estimate, and
    intervals with the point's choice held cover too seldom. NaN where the
    variance is 0, the reliability is not strictly between 0 and 1, or the effective length is
    below 1: ``((μ-low)(high-μ) - ρσ²) / (σ²(1-ρ))``.

    Raises ``UsageError`` ``usage.cut`` for a cut outside the scale.
    """
    _check_scale(cut, low, high)
    span = high - low
    given = (mean, variance, reliability, third, fourth)
    m, v, rho, c3, c4 = np.broadcast_arrays(*(np.atleast_1d(_floats(one)) for one in given))
    m, v, c3, c4 = (m - low) / span, v / span**2, c3 / span**3, c4 / span**4
    with np.errstate(all="ignore"):
        length = (m * (1 - m) - rho * v) / (v * (1 - rho))
        usable = (v > 0) & (rho > 0) & (rho < 1) & (length > 1) & (m > 0) & (m < 1)
        length = np.where(usable, length, np.nan)
    asked = {"auto": candidates if math.isfinite(candidates) else 1e12, "two": 0.0, "four": 1e300}
    true = beta_binomial.fit(length, m, v, c3, c4, np.full_like(length, asked[shape]))
    passing = low + step * math.ceil((cut - low) / step - 1e-9) if step > 0 else cut
    needed = (passing - step / 2 - low) / span * length + 0.5
    at = np.full_like(length, (cut - low) / span)
    return LivingstonLewis(beta_binomial.verdicts(true, length, at, needed), length, true.four)


def livingston_lewis(
    scores: ArrayLike,
    *,
    cut: float,
    reliability: float,
    low: float,
    high: float,
    seed: int,
    draws: int = DRAWS,
    all_n: bool = False,
) -> Decisions:
    """Decision accuracy and consistency, false positives and negatives, PPV, bits.

    ``scores`` (points, one a candidate, NaN left out), ``reliability`` of these scores, the scale
    ``low``-``high``; ``cut`` passes. Intervals: percentile bootstrap over candidates, ``draws``
    times from ``seed``, with the reliability held; draw it too with
    ``livingston_lewis_verdicts`` and ``figures``. Source: Livingston and Lewis (1995). Least n: 30
    candidates. Raises ``UsageError`` ``usage.cut``, ``usage.scores``, ``usage.reliability``.
    """
    _check_scale(cut, low, high)
    found = _scores(scores, low, high)
    if not -math.inf < reliability <= 1:
        raise UsageError(
            "usage.reliability", f"A reliability of {reliability:g} is none; give at most 1."
        )
    step, n = score_step(found, low), len(found)
    scale = {"cut": cut, "low": low, "high": high, "step": step}
    point = _of_moments(_moments(found), reliability, scale, n)
    drawn = _of_moments(_resampled(found, seed, draws), reliability, scale, n)
    shape = "four" if point.four.any() else "two"
    method = f"{_LL_METHOD.format(shape=shape)}, percentile bootstrap of {draws} draws"
    return figures(
        point.verdicts, drawn.verdicts, n=n, method=method, source=_LL, note="", all_n=all_n
    )


def normal_theory(
    reliability: float,
    pass_rate: float,
    *,
    n: int,
    reliability_draws: ArrayLike | None = None,
    pass_rate_draws: ArrayLike | None = None,
    all_n: bool = False,
) -> Decisions:
    """The same figures if true and observed scores are bivariate normal.

    ``reliability`` and ``pass_rate`` are shares (0-1); ``n`` candidates they were found on. With
    bootstrap draws of both the intervals are their percentiles; without, there are none. Formulas
    in ``verdicts.normal_verdicts``. Not defined where nobody or everybody passes. Least n: 30.
    Raises ``UsageError`` ``usage.reliability`` or ``usage.share`` outside 0-1.
    """
    if not 0 <= reliability <= 1:
        raise UsageError(
            "usage.reliability", f"A reliability of {reliability:g} is none; give 0 to 1."
        )
    if not 0 <= pass_rate <= 1:
        raise UsageError("usage.share", f"A pass rate of {pass_rate:g} is none; give 0 to 1.")
    point, drawn = normal_verdicts(reliability, pass_rate), None
    if reliability_draws is not None and pass_rate_draws is not None:
        drawn = normal_verdicts(reliability_draws, pass_rate_draws)
    method = "normal theory" + (", percentile bootstrap" if drawn else "")
    note = "not defined where nobody or everybody passes" if pass_rate in (0, 1) else ""
    return figures(point, drawn, n=n, method=method, source=_NORMAL, note=note, all_n=all_n)


def figures(
    point: Verdicts,
    draws: Verdicts | None,
    *,
    n: int,
    method: str,
    source: str,
    note: str = "",
    all_n: bool = False,
) -> Decisions:
    """Statistics of one verdicts' entry, with the 2.5th and 97.5th percentiles of ``draws``."""
    out: dict[str, Statistic] = {}
    for name in (one.name for one in fields(Decisions)):
        source_name = "passed" if name == "pass_rate" else name
        figure = Statistic(
            value=float(getattr(point, source_name)[0]),
            interval=None if draws is None else percentile_interval(getattr(draws, source_name)),
            n=n,
            method=method,
            source=source,
            unit=_UNITS.get(name, "share"),
            note=note,
        )
        out[name] = settle(figure, all_n=all_n)
    return Decisions(**out)


def at_mean_cut(reliability: float) -> tuple[float, float]:
    """Consistency and accuracy with the cut at the mean: ``.5 + asin(ρ)/π``, ``.5 + asin(√ρ)/π``.

    Closed form of the normal theory (Sheppard 1899). ``reliability`` from 0 to 1, else
    ``UsageError`` ``usage.reliability``.
    """
    if not 0 <= reliability <= 1:
        raise UsageError(
            "usage.reliability", f"A reliability of {reliability:g} is none; give 0 to 1."
        )
    return (
        0.5 + math.asin(reliability) / math.pi,
        0.5 + math.asin(math.sqrt(reliability)) / math.pi,
    )


def posterior(base: float, likelihood_ratio: float) -> float:
    """An employer's share of holders who truly have it: ``odds = odds(base) * LR+`` (Bayes).

    ``base`` is the share among the employer's own applicants, strictly between 0 and 1;
    ``likelihood_ratio`` is at least 0. Raises ``UsageError`` ``usage.share`` or ``usage.ratio``.
    """
    if not 0 < base < 1:
        raise UsageError("usage.share", f"A base of {base:g} has no odds; give one within 0 and 1.")
    if not 0 <= likelihood_ratio < math.inf:
        raise UsageError("usage.ratio", f"{likelihood_ratio:g} is no likelihood ratio; give 0 up.")
    odds = base / (1 - base) * likelihood_ratio
    return odds / (1 + odds)


def score_step(scores: Floats, low: float) -> float:
    """The gap of the grid ``low``, ``low + step``, ... all scores lie on; 0 where there is none."""
    different = np.unique(np.append(scores, low))
    gaps = np.diff(different)
    if not gaps.size:
        return 0.0
    step = float(gaps.min())
    places = (different - low) / step
    on_grid = np.abs(places - np.round(places)) < 1e-6 * np.maximum(1, places)
    return step if bool(on_grid.all()) else 0.0


def central_moments(scores: Floats) -> tuple[float, float, float, float]:
    """Mean, variance, third and fourth central moment (divisor n)."""
    mean = float(scores.mean())
    left = scores - mean
    return mean, float((left**2).mean()), float((left**3).mean()), float((left**4).mean())


def _moments(scores: Floats) -> Floats:
    return np.array([central_moments(scores)])


def _resampled(scores: Floats, seed: int, draws: int) -> Floats:
    """Central moments of ``draws`` bootstrap samples, (draws, 4)."""
    centre = float(scores.mean())
    values, counts = np.unique(scores - centre, return_counts=True)
    powers = np.vander(values, 5, increasing=True)[:, 1:]
    r1, r2, r3, r4 = bootstrap_means(powers, draws, seed=seed, frequencies=counts).T
    third = r3 - 3 * r1 * r2 + 2 * r1**3
    fourth = r4 - 4 * r1 * r3 + 6 * r1**2 * r2 - 3 * r1**4
    return np.column_stack([centre + r1, r2 - r1**2, third, fourth])


def _of_moments(
    moments: Floats, reliability: float, scale: dict[str, float], n: int
) -> LivingstonLewis:
    mean, variance, third, fourth = moments.T
    return livingston_lewis_verdicts(
        mean,
        variance,
        reliability,
        third=third,
        fourth=fourth,
        candidates=n,
        cut=scale["cut"],
        low=scale["low"],
        high=scale["high"],
        step=scale["step"],
    )


def _floats(given: ArrayLike) -> Floats:
    return np.asarray(given, dtype=float)


def _check_scale(cut: float, low: float, high: float) -> None:
    if not low < high:
        raise UsageError("usage.cut", f"A scale from {low:g} to {high:g} is none.")
    if not low < cut <= high:
        raise UsageError(
            "usage.cut",
            f"A cut of {cut:g} lies outside the scale; give one from {low:g} to {high:g}.",
        )


def _scores(scores: ArrayLike, low: float, high: float) -> Floats:
    found = _floats(scores).reshape(-1)
    found = found[~np.isnan(found)]
    if not found.size:
        raise UsageError("usage.scores", "There are no scores.")
    outside = found[(found < low) | (found > high)]
    if outside.size:
        raise UsageError(
            "usage.scores",
            f"A score of {outside[0]:g} lies outside the scale {low:g} to {high:g}.",
        )
    return found
