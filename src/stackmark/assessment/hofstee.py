"""Hofstee's compromise: between the cuts and the fail rates that judges can accept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment.intervals import DRAWS, percentile_interval
from stackmark.assessment.standard_setting import known_scores
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]

_SOURCE: Final = "Hofstee (1983), in Anderson and Helmick, On Educational Testing"
_NOWHERE: Final = "the fail curve does not cross the band"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hofstee:
    """Judges' mean bounds, and where their diagonal meets the candidates' fail curve.

    ``cut`` (points) and ``fail_rate`` (share failing at it) have no value where they do not meet.
    """

    cut: Statistic
    fail_rate: Statistic
    lowest_cut: float
    highest_cut: float
    lowest_fail: float
    highest_fail: float

    def holds(self, cut: float, fail_rate: float) -> bool:
        """Whether another method's cut and the share failing at it lie within the band."""
        return (
            self.lowest_cut <= cut <= self.highest_cut
            and self.lowest_fail <= fail_rate <= self.highest_fail
        )


def hofstee(
    scores: ArrayLike,
    *,
    lowest_cut: ArrayLike,
    highest_cut: ArrayLike,
    lowest_fail: ArrayLike,
    highest_fail: ArrayLike,
    seed: int,
    draws: int = DRAWS,
    all_n: bool = False,
) -> Hofstee:
    """The compromise between the cuts and the fail rates judges can accept.

    Each bound is one number or one a judge (averaged): cuts in points, fail rates as shares. The
    line from (lowest cut, highest fail rate) to (highest cut, lowest fail rate) meets the share of
    ``scores`` below a cut. Intervals: percentile bootstrap over candidates, bounds held. A sanity
    band beside another method, not a cut of its own. Source: Hofstee (1983). Least n: 30
    candidates. Raises ``UsageError`` ``usage.hofstee`` for bounds in the wrong order,
    ``usage.scores`` for no scores.
    """
    found = np.sort(known_scores(scores))
    low, high, few, many = (
        float(np.asarray(one, dtype=float).mean())
        for one in (lowest_cut, highest_cut, lowest_fail, highest_fail)
    )
    if not (low < high and 0 <= few < many <= 1):
        raise UsageError(
            "usage.hofstee",
            "The lowest cut must be below the highest, and fail rates rise within 0 to 1.",
        )
    band = (low, high, few, many)
    cut, rate = _meeting(found, *band)
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = np.array([_meeting(_again(found, rng), *band) for _ in range(draws)])
    note = _NOWHERE if np.isnan(cut) else ""

    def figure(value: float, column: int, unit: str) -> Statistic:
        made = Statistic(
            value=value,
            interval=percentile_interval(drawn[:, column]),
            n=len(found),
            method=f"Hofstee compromise, percentile bootstrap of {draws} draws",
            source=_SOURCE,
            unit=unit,
            note=note if len(found) >= 30 else "",
        )
        return settle(made, all_n=all_n)

    return Hofstee(
        cut=figure(cut, 0, "points"),
        fail_rate=figure(rate, 1, "share"),
        lowest_cut=low,
        highest_cut=high,
        lowest_fail=few,
        highest_fail=many,
    )


def _again(ordered: Floats, rng: np.random.Generator) -> Floats:
    """A bootstrap sample, in order."""
    counts = np.bincount(rng.integers(0, len(ordered), len(ordered)), minlength=len(ordered))
    return np.repeat(ordered, counts)


def _meeting(
    ordered: Floats, low: float, high: float, few: float, many: float
) -> tuple[float, float]:
    """The first cut at which as many fail as the falling line allows, and that share; or NaN."""

    def over(cut: float) -> float:
        return _share_below(ordered, cut) - (many + (few - many) * (cut - low) / (high - low))

    if over(low) > 0 or over(high) < 0:
        return np.nan, np.nan
    below, above = low, high
    for _ in range(40):
        middle = (below + above) / 2
        below, above = (middle, above) if over(middle) < 0 else (below, middle)
    return above, _share_below(ordered, above)


def _share_below(ordered: Floats, cut: float) -> float:
    return float(np.searchsorted(ordered, cut, side="left")) / len(ordered)
