"""Verdicts against true standing: four shares of candidates, and all that follows from them.

Everything is an array, one entry a draw, so that a bootstrap of 1,000 draws is one call. Without
a value an entry is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Shares of candidates, one a draw.

    ``base`` truly reach the cut, ``passed`` pass, ``both`` do both, ``same`` get the same verdict
    on two parallel forms.
    """

    base: Floats
    passed: Floats
    both: Floats
    same: Floats

    @property
    def accuracy(self) -> Floats:
        """Share whose verdict is the true one."""
        return 1 - self.passed - self.base + 2 * self.both

    @property
    def consistency(self) -> Floats:
        """Share with the same verdict on a parallel form."""
        return self.same

    @property
    def kappa(self) -> Floats:
        """Consistency beyond chance, ``(same - c) / (1 - c)`` with ``c = p² + (1 - p)²``."""
        chance = self.passed**2 + (1 - self.passed) ** 2
        return _over(self.same - chance, 1 - chance)

    @property
    def false_positive(self) -> Floats:
        """Share of all candidates who pass and are truly below the cut."""
        return np.maximum(self.passed - self.both, 0)

    @property
    def false_negative(self) -> Floats:
        """Share of all candidates who fail and truly reach the cut."""
        return np.maximum(self.base - self.both, 0)

    @property
    def ppv(self) -> Floats:
        """Share of those who pass that truly reach the cut."""
        return _over(self.both, self.passed)

    @property
    def npv(self) -> Floats:
        """Share of those who fail that are truly below the cut."""
        return 1 - _over(self.false_negative, 1 - self.passed)

    @property
    def sensitivity(self) -> Floats:
        """Share of those who truly reach the cut that pass."""
        return _over(self.both, self.base)

    @property
    def false_positive_rate(self) -> Floats:
        """Share of those truly below the cut that pass."""
        return _over(self.false_positive, 1 - self.base)

    @property
    def likelihood_ratio(self) -> Floats:
        """``sensitivity / false_positive_rate``: what a pass does to the odds."""
        return _over(self.sensitivity, self.false_positive_rate)

    @property
    def bits(self) -> Floats:
        """Mutual information of verdict and true standing, in bits per decision."""
        failed = 1 - self.passed
        left = self.passed * entropy(self.ppv) + failed * entropy(self.npv)
        return np.maximum(entropy(self.base) - left, 0)


def entropy(share: Floats) -> Floats:
    """Entropy of a yes or no in bits; 0 at the ends."""
    p = np.clip(share, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(q > 0, -q * np.log2(np.where(q > 0, q, 1)), 0 * q) for q in (p, 1 - p)]
    return parts[0] + parts[1]


def normal_verdicts(reliability: ArrayLike, pass_rate: ArrayLike) -> Verdicts:
    """Observed and true scores bivariate normal with correlation ``sqrt(reliability)``.

    With ``z = Φ⁻¹(1 - p)`` the true cut is ``z / sqrt(ρ)``, and Owen's T (1956) gives both shares
    in closed form: ``both = (p + base) / 2 - T(z, sqrt((1 - ρ) / ρ))``, ``same = 1 - 4 T(z,
    sqrt((1 - ρ) / (1 + ρ)))``. NaN unless 0 < ρ <= 1 and 0 < p < 1.
    """
    from scipy.special import ndtr, ndtri, owens_t

    rho, p = np.broadcast_arrays(
        np.atleast_1d(np.asarray(reliability, dtype=float)), np.asarray(pass_rate, dtype=float)
    )
    usable = (rho > 0) & (rho <= 1) & (p > 0) & (p < 1)
    rho, p = np.where(usable, rho, np.nan), np.where(usable, p, np.nan)
    z = ndtri(1 - p)
    base = ndtr(-z / np.sqrt(rho))
    both = (p + base) / 2 - owens_t(z, np.sqrt((1 - rho) / rho))
    same = 1 - 4 * owens_t(z, np.sqrt((1 - rho) / (1 + rho)))
    return Verdicts(base, p, both, same)


def _over(above: Floats, below: Floats) -> Floats:
    """A quotient, NaN where the divisor is 0 (or only rounding)."""
    usable = np.abs(below) > 1e-13
    out: Floats = np.where(usable, above / np.where(usable, below, 1), np.nan)
    return out
