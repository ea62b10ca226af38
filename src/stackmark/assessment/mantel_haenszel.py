"""Mantel-Haenszel over strata of 2 x 2 tables: common odds ratio, its error, chi-square."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tables:
    """Counts by stratum, (strata,) or (strata, items): reference right and wrong, focal too."""

    reference_right: Floats
    reference_wrong: Floats
    focal_right: Floats
    focal_wrong: Floats

    def item(self, number: int) -> Tables:
        """The tables of one item."""
        return Tables(*(part[:, number] for part in self.parts()))

    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four counts, the usual a, b, c, d."""
        return self.reference_right, self.reference_wrong, self.focal_right, self.focal_wrong

    def margins(self) -> tuple[int, int]:
        """Candidates of the reference and the focal group."""
        a, b, c, d = self.parts()
        return int((a + b).sum()), int((c + d).sum())

    def used(self) -> int:
        """Strata that tell anything: both groups there, both answers there."""
        a, b, c, d = self.parts()
        return int(((a + b > 0) & (c + d > 0) & (a + c > 0) & (b + d > 0)).sum())

    def standardised(self) -> tuple[float, float]:
        """Focal less reference share right, weighted by the focal group, and its standard error."""
        a, b, c, d = self.parts()
        both = (a + b > 0) & (c + d > 0)
        a, b, c, d = (part[both] for part in (a, b, c, d))
        r, f = a + b, c + d
        if not both.any():
            return math.nan, math.nan
        share = f / f.sum()
        value = float((share * (c / f - a / r)).sum())
        variance = (share**2 * (c * d / f**3 + a * b / r**3)).sum()
        return value, math.sqrt(float(variance))


def log_odds(tables: Tables) -> tuple[float, float]:
    """``ln α`` with ``α = Σ(ad/n) / Σ(bc/n)``, and its standard error; NaN where there is none.

    Variance by Robins, Breslow and Greenland (1986), good for many sparse strata and few large.
    """
    a, b, c, d = tables.parts()
    n = a + b + c + d
    a, b, c, d, n = (part[n > 0] for part in (a, b, c, d, n))
    r, s = a * d / n, b * c / n
    r_sum, s_sum = float(r.sum()), float(s.sum())
    if r_sum <= 0 or s_sum <= 0:
        return math.nan, math.nan
    p, q = (a + d) / n, (b + c) / n
    variance = (p * r).sum() / (2 * r_sum**2) + (q * s).sum() / (2 * s_sum**2)
    variance += (p * s + q * r).sum() / (2 * r_sum * s_sum)
    return math.log(r_sum / s_sum), math.sqrt(float(variance))


def chi_square(tables: Tables, *, correct: bool = True) -> tuple[float, float]:
    """``(|Σa - ΣE(a)| - ½)² / ΣVar(a)`` and its p with one degree of freedom.

    The correction never turns the difference round (it is at most the difference). Source: Mantel
    and Haenszel (1959).
    """
    a, b, c, d = tables.parts()
    n = a + b + c + d
    a, b, c, d, n = (part[n > 1] for part in (a, b, c, d, n))
    right, wrong, reference, focal = a + c, b + d, a + b, c + d
    variance = float((reference * focal * right * wrong / (n**2 * (n - 1))).sum())
    if variance <= 0:
        return math.nan, math.nan
    away = abs(float((a - reference * right / n).sum()))
    value = (away - (min(0.5, away) if correct else 0)) ** 2 / variance
    return value, math.erfc(math.sqrt(value / 2))


def from_tables(strata: NDArray[np.float64]) -> Tables:
    """``strata`` (k, 2, 2): rows reference and focal, columns right and wrong."""
    found = np.asarray(strata, dtype=float)
    return Tables(found[:, 0, 0], found[:, 0, 1], found[:, 1, 0], found[:, 1, 1])
