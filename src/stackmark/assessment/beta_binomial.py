"""Beta true scores: from the moments of observed scores to the four- or two-parameter beta.

All functions take arrays of draws and answer for all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.verdicts import Verdicts

Floats = NDArray[np.float64]

_CHANCE: Final = 5.991  # 95 % point of chi-square with 2 degrees of freedom
_STIRLING: Final = (  # of the second kind: x^r as a sum of x (x-1) ... (x-k+1)
    (1,),
    (0, 1),
    (0, 1, 1),
    (0, 1, 3, 1),
    (0, 1, 7, 6, 1),
    (0, 1, 15, 25, 10, 1),
    (0, 1, 31, 90, 65, 15, 1),
    (0, 1, 63, 301, 350, 140, 21, 1),
    (0, 1, 127, 966, 1701, 1050, 266, 28, 1),
)
_CELLS: Final = 64  # on each side of the cut; finer beside it


@dataclass(frozen=True, slots=True)
class TrueScores:
    """Beta densities on ``low``-``high`` (shares of the score range), shapes ``alpha``, ``beta``.

    ``four`` tells where the four-parameter fit held; elsewhere the two-parameter one on 0-1 stands.
    """

    alpha: Floats
    beta: Floats
    low: Floats
    high: Floats
    four: NDArray[np.bool_]


def central_true_moments(
    length: Floats, mean: Floats, variance: Floats, third: Floats, fourth: Floats
) -> tuple[Floats, Floats, Floats]:
    """Variance, skewness and kurtosis of true scores under binomial error.

    ``mean`` and central moments are those of the observed share right, ``length`` is the number of
    (effective) items. With ``Y = length * share``, ``E[Y(Y-1)...(Y-r+1)] = length (length-1) ...
    (length-r+1) E[T^r]`` (Lord and Novick 1968, sec. 23.8).
    """
    n = length
    y1, y2 = n * mean, n**2 * (variance + mean**2)
    y3 = n**3 * (third + 3 * mean * variance + mean**3)
    y4 = n**4 * (fourth + 4 * mean * third + 6 * mean**2 * variance + mean**4)
    t2 = (y2 - y1) / (n * (n - 1))
    t3 = (y3 - 3 * y2 + 2 * y1) / (n * (n - 1) * (n - 2))
    t4 = (y4 - 6 * y3 + 11 * y2 - 6 * y1) / (n * (n - 1) * (n - 2) * (n - 3))
    true = t2 - mean**2
    skew = (t3 - 3 * mean * t2 + 2 * mean**3) / true**1.5
    kurtosis = (t4 - 4 * mean * t3 + 6 * mean**2 * t2 - 3 * mean**4) / true**2
    return true, skew, kurtosis


def fit(
    length: Floats,
    mean: Floats,
    variance: Floats,
    third: Floats,
    fourth: Floats,
    candidates: Floats,
) -> TrueScores:
    """The beta of the true scores by moments of the observed shares right.

    The two-parameter beta on 0-1 (mean and variance) unless third and fourth moments depart from
    what it implies by more than chance among so many ``candidates`` (``misfit``, 5 %). Then the
    four-parameter one (Hanson 1991, ACT RR 91-5), if it exists. Taking the four-parameter beta
    whenever its ends lie in 0-1 would choose it where noise moved them inwards, and overstate
    accuracy; ends that noise puts a little outside do no harm.
    """
    with np.errstate(all="ignore"):
        true, skew, kurtosis = central_true_moments(length, mean, variance, third, fourth)
        alpha4, beta4, low, high = _four(mean, true, skew, kurtosis)
        total = mean * (1 - mean) / true - 1
        alpha, beta = mean * total, (1 - mean) * total
        four = (alpha4 > 0) & (beta4 > 0) & (low > -1) & (high < 2) & (high > low) & (length > 4)
        four &= misfit(length, alpha, beta, third, fourth) * candidates > _CHANCE
    return TrueScores(
        np.where(four, alpha4, alpha),
        np.where(four, beta4, beta),
        np.where(four, low, 0.0),
        np.where(four, high, 1.0),
        four,
    )


def misfit(length: Floats, alpha: Floats, beta: Floats, third: Floats, fourth: Floats) -> Floats:
    """Wald statistic, for one candidate, of third and fourth central moments against the beta's.

    Multiply by the number of candidates for a chi-square of two degrees of freedom. Mean and
    variance are fitted, so their sampling error enters through the numerical derivative of what
    they imply.
    """
    raw = _raw_moments(length, alpha, beta)
    mean = raw[1]
    central = [_central(raw, order) for order in range(9)]
    variance = central[2]
    implied = np.stack([central[3], central[4]])
    slopes = [
        (_implied(length, mean + up, variance + out) - _implied(length, mean - up, variance - out))
        / (2 * (up + out))
        for up, out in ((1e-4 * variance, 0 * variance), (0 * variance, 1e-4 * variance))
    ]
    # Influence of one score x, u = x - mean: on the mean u, on the k-th central moment
    # u^k - m_k - k m_(k-1) u. What is tested is the moment less slopes times mean and variance.
    rows = []
    for place, order in enumerate((3, 4)):
        by_mean, by_variance = slopes[0][place], slopes[1][place]
        row = {order: 1.0 + 0 * mean, 1: -order * central[order - 1] - by_mean, 2: -by_variance}
        row[0] = -central[order] + by_variance * variance
        rows.append(row)
    v11, v12, v22 = (_product(rows[i], rows[j], central) for i, j in ((0, 0), (0, 1), (1, 1)))
    d3, d4 = third - implied[0], fourth - implied[1]
    out: Floats = (d3**2 * v22 - 2 * d3 * d4 * v12 + d4**2 * v11) / (v11 * v22 - v12**2)
    return out


def _product(one: dict[int, Floats], other: dict[int, Floats], central: list[Floats]) -> Floats:
    """Mean of the product of two polynomials in ``u``."""
    out = 0 * central[2]
    for i, left in one.items():
        for j, right in other.items():
            out = out + left * right * central[i + j]
    return out


def _implied(length: Floats, mean: Floats, variance: Floats) -> Floats:
    """Third and fourth central moments of the beta-binomial with this mean and variance."""
    n = length
    true = (n * variance - mean * (1 - mean)) / (n - 1)
    total = mean * (1 - mean) / true - 1
    raw = _raw_moments(length, mean * total, (1 - mean) * total, 4)
    out: Floats = np.stack([_central(raw, 3), _central(raw, 4)])
    return out


def _raw_moments(length: Floats, alpha: Floats, beta: Floats, orders: int = 8) -> list[Floats]:
    """``E[share^r]``, r = 0 to ``orders``: factorial moments and Stirling's numbers."""
    factorial = [1.0 + 0 * length]
    for order in range(orders):
        share = (alpha + order) / (alpha + beta + order)
        factorial.append(factorial[-1] * (length - order) * share)
    return [
        sum((_STIRLING[order][k] * factorial[k] for k in range(order + 1)), 0 * length)
        / length**order
        for order in range(orders + 1)
    ]


def _central(raw: list[Floats], order: int) -> Floats:
    terms = (comb(order, k) * raw[k] * (-raw[1]) ** (order - k) for k in range(order + 1))
    out: Floats = sum(terms, 0 * raw[1])
    return out


def _four(
    mean: Floats, variance: Floats, skew: Floats, kurtosis: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Shapes and ends of the beta with these moments (NaN where there is none)."""
    r = 6 * (kurtosis - skew**2 - 1) / (6 + 3 * skew**2 - 2 * kurtosis)
    root = np.sqrt(1 - 24 * (r + 1) / ((r + 2) * (r + 3) * kurtosis - 3 * (r - 6) * (r + 1)))
    large, small = r / 2 * (1 + root), r / 2 * (1 - root)
    alpha, beta = np.where(skew < 0, large, small), np.where(skew < 0, small, large)
    width = np.sqrt(variance * (alpha + beta + 1)) * (alpha + beta) / np.sqrt(alpha * beta)
    low = mean - width * alpha / (alpha + beta)
    return alpha, beta, low, low + width


def verdicts(true: TrueScores, length: Floats, cut: Floats, needed: Floats) -> Verdicts:
    """Integrate the binomial pass probability over the true scores.

    ``cut`` is the true-score cut as a share, ``needed`` the number of the ``length`` (effective)
    items that pass; neither needs to be whole: ``P(pass | t) = I_t(needed, length - needed + 1)``,
    the binomial tail wherever both are whole. The density enters as exact cell masses, in cells
    that are finest beside the cut.
    """
    from scipy.special import betainc

    grid = np.linspace(0, 1, _CELLS + 1) ** 1.5
    middle = np.clip(cut, true.low, true.high)
    below = middle[:, None] - (middle - true.low)[:, None] * grid[::-1]
    above = middle[:, None] + (true.high - middle)[:, None] * grid
    width = (true.high - true.low)[:, None]
    edges = np.hstack([below, above[:, 1:]])
    place = np.clip((edges - true.low[:, None]) / width, 0, 1)
    mass = np.diff(betainc(true.alpha[:, None], true.beta[:, None], place), axis=1)
    centre = (edges[:, 1:] + edges[:, :-1]) / 2
    fail = np.maximum(length - needed + 1, 1e-9)
    pass_ = betainc(np.maximum(needed, 1e-9)[:, None], fail[:, None], np.clip(centre, 0, 1))
    passing = mass * pass_
    return Verdicts(
        base=mass[:, _CELLS:].sum(axis=1),
        passed=passing.sum(axis=1),
        both=passing[:, _CELLS:].sum(axis=1),
        same=(mass * (pass_**2 + (1 - pass_) ** 2)).sum(axis=1),
    )
