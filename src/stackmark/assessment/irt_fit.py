"""Infit and outfit of items, averaged over each candidate's posterior instead of at one estimate.

With ``z² = (x - P)² / (P (1 - P))``: outfit is the mean of ``z²`` over candidates, infit the mean
weighted by ``P (1 - P)``. Taking the posterior expectation keeps the expected value at 1 on short
tests too, where a point estimate of ability has shrunk (Adams and Wu 2007, in von Davier and
Carstensen, Multivariate and Mixture Distribution Rasch Models).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.irt_estimation import Patterns, Solution

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """Mean squares and their standard errors over candidates, one an item."""

    infit: Floats
    outfit: Floats
    infit_error: Floats
    outfit_error: Floats


def mean_squares(data: Patterns, solution: Solution) -> Fit:
    """Infit and outfit with standard errors that take the item parameters as known."""
    theta, posterior = solution.quadrature.theta, solution.posterior
    logit = np.clip(np.outer(solution.a, theta) + solution.d[:, None], -30, 30)
    p = 1 / (1 + np.exp(-logit))
    q = 1 - p
    wrong = data.seen - data.right
    squared = data.right * (posterior @ (q / p).T) + wrong * (posterior @ (p / q).T)
    left = data.right * (posterior @ (q * q).T) + wrong * (posterior @ (p * p).T)
    expected = data.seen * (posterior @ (p * q).T)
    outfit, outfit_error = _ratio(squared, data.seen, data.count)
    infit, infit_error = _ratio(left, expected, data.count)
    return Fit(infit, outfit, infit_error, outfit_error)


def _ratio(above: Floats, below: Floats, count: Floats) -> tuple[Floats, Floats]:
    """A ratio of sums over candidates and its standard error (delta method)."""
    total = count @ below
    value = (count @ above) / total
    return value, np.sqrt(count @ (above - value * below) ** 2) / total
