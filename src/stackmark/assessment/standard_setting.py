"""Cuts by bookmark, borderline group and borderline regression; a cut's impact.

The Angoff method stands in ``angoff``, the band beside it in ``hofstee``. A cut is in points of
the score unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment.intervals import (
    DRAWS,
    bootstrap_means,
    fisher_z,
    percentile_interval,
    wilson,
)
from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]

LEAST_JUDGES: Final = 3
"""Below it a spread between judges tells nothing."""
LEAST_BORDERLINE: Final = 10
"""Candidates judged borderline: with fewer the median's interval is the group's whole range."""
RESPONSE_PROBABILITY: Final = 0.67
_BOOKMARK: Final = "Mitzel, Lewis, Patz and Green (2001), in Cizek, Setting Performance Standards"
_BORDERLINE: Final = "Livingston and Zieky (1982), Passing Scores, ETS"
_REGRESSION: Final = (
    "Kramer et al. (2003), Medical Education 37; Hejri et al. (2013), BMC Med. Educ."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """``cut`` is an ability, the judges' mean; ``median`` and each judge's own beside it."""

    cut: Statistic
    standard_error: Statistic
    median: float
    judges: tuple[float, ...]


def bookmark(
    difficulties: ArrayLike,
    bookmarks: Sequence[int],
    *,
    slopes: ArrayLike = 1.0,
    probability: float = RESPONSE_PROBABILITY,
    all_n: bool = False,
) -> Bookmark:
    """The ability at which the bookmarked item is right with probability .67.

    ``difficulties`` and ``slopes`` are those of ``irt`` (a common slope may be one number);
    ``bookmarks`` gives each judge's item as its position, from 0, in ``difficulties``: the first
    item, by rising difficulty, that a borderline candidate would not master. Each judge's cut is
    ``b + ln(RP / (1 - RP)) / a``, the cut their mean, its standard error ``SD / sqrt(J)``, the
    interval ``± t(J-1) SE``. Source: Mitzel et al. (2001). Least n: 3 judges. Raises
    ``UsageError`` ``usage.bookmark``.
    """
    b = np.asarray(difficulties, dtype=float).reshape(-1)
    a = np.broadcast_to(np.asarray(slopes, dtype=float), b.shape)
    places = _places(bookmarks, len(b))
    if not 0 < probability < 1:
        raise UsageError("usage.bookmark", f"{probability:g} is no probability; 0.67 is usual.")
    if (a[places] <= 0).any():
        raise UsageError("usage.bookmark", "A bookmarked item has no positive slope.")
    cuts = b[places] + math.log(probability / (1 - probability)) / a[places]
    n, cut = len(cuts), float(cuts.mean())
    error = float(cuts.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    by = f"bookmark, response probability {probability:g}, mean over judges"
    return Bookmark(
        cut=_by_judges(cut, _t_half(error, n - 1), n, f"{by}, ± t SE", all_n=all_n),
        standard_error=_by_judges(error, math.nan, n, f"{by}: SD / sqrt(J)", all_n=all_n),
        median=float(np.median(cuts)),
        judges=tuple(cuts.tolist()),
    )


def _places(bookmarks: Sequence[int], items: int) -> NDArray[np.int64]:
    if not bookmarks:
        raise UsageError("usage.bookmark", "There are no bookmarks.")
    wrong = [one for one in bookmarks if not 0 <= one < items]
    if wrong:
        raise UsageError(
            "usage.bookmark", f"A bookmark at {wrong[0]} is none; items are 0 to {items - 1}."
        )
    return np.asarray(bookmarks, dtype=np.int64)


def _by_judges(value: float, half: float, n: int, method: str, *, all_n: bool) -> Statistic:
    figure = Statistic(
        value=value,
        interval=(value - half, value + half),
        n=n,
        of="judges",
        least=LEAST_JUDGES,
        method=method,
        source=_BOOKMARK,
    )
    return settle(figure, all_n=all_n)


def borderline_group(scores: ArrayLike, *, all_n: bool = False) -> Statistic:
    """The median score of candidates judged borderline, in points.

    The interval is between order statistics, by the binomial, and covers at least 95 %. Source:
    Livingston and Zieky (1982). Least n: 10 borderline candidates. Raises ``UsageError``
    ``usage.scores`` for none.
    """
    found = known_scores(scores)
    low, high = _median_ranks(len(found))
    ordered = np.sort(found)
    figure = Statistic(
        value=float(np.median(found)),
        interval=None if low is None else (float(ordered[low]), float(ordered[high])),
        n=len(found),
        of="borderline candidates",
        least=LEAST_BORDERLINE,
        method="borderline group: median, binomial interval between order statistics",
        source=_BORDERLINE,
        unit="points",
    )
    return settle(figure, all_n=all_n)


def _median_ranks(n: int) -> tuple[int | None, int]:
    """Positions of the order statistics around the median; no lower one where n is below 6."""
    below, total = 0.0, 0
    for rank in range(n // 2 + 1):
        below += math.exp(
            math.lgamma(n + 1) - math.lgamma(rank + 1) - math.lgamma(n - rank + 1) - n * math.log(2)
        )
        if below > 0.025:
            break
        total = rank + 1
    return (total - 1, n - total) if total else (None, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderlineRegression:
    """``cut`` with its standard error, slope (points per step of rating), and r squared."""

    cut: Statistic
    standard_error: Statistic
    slope: Statistic
    r_squared: Statistic
    flags: tuple[str, ...]


def borderline_regression(
    scores: ArrayLike,
    ratings: ArrayLike,
    *,
    borderline: float,
    seed: int | None = None,
    draws: int = DRAWS,
    all_n: bool = False,
) -> BorderlineRegression:
    """The score that the regression of scores on global ratings predicts at "borderline".

    ``scores`` (points) and ``ratings`` (numbers, one a candidate; pairs with a gap are left out),
    ``borderline`` the rating that means it. ``SE = s sqrt(1/n + (x - mean)² / Sxx)``, interval
    ``± t(n-2) SE``; with a ``seed`` both come from a bootstrap over candidates instead. Source:
    Kramer et al. (2003). Least n: 30 candidates. Raises ``UsageError`` ``usage.ratings`` where
    lengths differ or all ratings are the same.
    """
    x, y = _pairs(ratings, scores)
    n, centre = len(x), float(x.mean())
    sxx = float(((x - centre) ** 2).sum())
    if n < 3 or sxx <= 0:
        raise UsageError(
            "usage.ratings", "Give at least 3 candidates with at least two different ratings."
        )
    slope = float(((x - centre) * y).sum()) / sxx
    intercept = float(y.mean()) - slope * centre
    cut = intercept + slope * borderline
    left, total = y - intercept - slope * x, float(((y - y.mean()) ** 2).sum())
    error = math.sqrt(float((left**2).sum()) / (n - 2) * (1 / n + (borderline - centre) ** 2 / sxx))
    half = _t_half(error, n - 2)
    interval, by = (cut - half, cut + half), "± t SE"
    if seed is not None:
        drawn = _regressions(x - centre, y, borderline - centre, seed, draws)
        known = drawn[np.isfinite(drawn)]
        error = float(known.std(ddof=1)) if known.size > 1 else math.nan
        found, by = percentile_interval(drawn), f"percentile bootstrap of {draws} draws"
        interval = found or (math.nan, math.nan)
    method = f"borderline regression of score on global rating, {by}"

    of = _Regression(n, all_n=all_n)
    return BorderlineRegression(
        cut=of.figure(cut, interval, method),
        standard_error=of.figure(error, None, method),
        slope=of.slope(slope, left, sxx),
        r_squared=of.r_squared(1 - float((left**2).sum()) / total if total > 0 else math.nan),
        flags=tuple(_doubts(slope, x, borderline)),
    )


@dataclass(frozen=True, slots=True)
class _Regression:
    """Makes the figures of one regression."""

    n: int
    all_n: bool

    def figure(
        self, value: float, interval: Interval | None, method: str, unit: str = "points"
    ) -> Statistic:
        """In points unless said otherwise."""
        figure = Statistic(
            value=value,
            interval=interval,
            n=self.n,
            method=method,
            source=_REGRESSION,
            unit=unit,
        )
        return settle(figure, all_n=self.all_n)

    def slope(self, slope: float, left: Floats, sxx: float) -> Statistic:
        """Points a step of the rating."""
        error = math.sqrt(float((left**2).sum()) / (self.n - 2) / sxx)
        half = _t_half(error, self.n - 2)
        return self.figure(slope, (slope - half, slope + half), "slope, ± t SE")

    def r_squared(self, value: float) -> Statistic:
        """Share of the scores' variance that goes with the rating; interval by Fisher's z."""
        around = fisher_z(math.sqrt(max(value, 0)), self.n) if math.isfinite(value) else None
        interval = None if around is None else (max(around[0], 0) ** 2, around[1] ** 2)
        return self.figure(value, interval, "r squared, interval by Fisher's z", "share")


def _regressions(x: Floats, y: Floats, at: float, seed: int, draws: int) -> Floats:
    """Predictions at ``at`` of the regressions in bootstrap samples."""
    mx, my, mxx, mxy = bootstrap_means(np.column_stack([x, y, x * x, x * y]), draws, seed=seed).T
    with np.errstate(all="ignore"):
        out: Floats = my + (mxy - mx * my) / (mxx - mx * mx) * (at - mx)
    return out


def _doubts(slope: float, x: Floats, borderline: float) -> Sequence[str]:
    out = []
    if slope <= 0:
        out.append("better ratings do not go with higher scores; this cut has no meaning")
    if not x.min() <= borderline <= x.max():
        out.append(
            "nobody was rated at or below, or at or above, borderline; the cut is extrapolated"
        )
    return out


def impact(scores: ArrayLike, cut: float, *, all_n: bool = False) -> Statistic:
    """The share of candidates who would pass with this cut (score >= cut), of all together.

    Interval by Wilson (1927). Least n: 30 candidates. Differences between groups belong after the
    cut is locked. Raises ``UsageError`` ``usage.scores`` for no scores.
    """
    found = known_scores(scores)
    passed = int((found >= cut).sum())
    figure = Statistic(
        value=passed / len(found),
        interval=wilson(passed, len(found)),
        n=len(found),
        method=f"share at or above {cut:g}, Wilson interval",
        source="Wilson (1927), JASA 22, 209-212",
        unit="share",
    )
    return settle(figure, all_n=all_n)


def known_scores(scores: ArrayLike) -> Floats:
    """The scores that are there; ``UsageError`` ``usage.scores`` where none is."""
    found = np.asarray(scores, dtype=float).reshape(-1)
    known: Floats = found[~np.isnan(found)]
    if not known.size:
        raise UsageError("usage.scores", "There are no scores.")
    return known


def _pairs(ratings: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    x = np.asarray(ratings, dtype=float).reshape(-1)
    y = np.asarray(scores, dtype=float).reshape(-1)
    if x.shape != y.shape:
        raise UsageError(
            "usage.ratings", f"There are {len(y)} scores but {len(x)} ratings; give one of each."
        )
    both = ~(np.isnan(x) | np.isnan(y))
    if not both.any():
        raise UsageError("usage.ratings", "No candidate has both a score and a rating.")
    kept: tuple[Floats, Floats] = x[both], y[both]
    return kept


def _t_half(error: float, freedom: int) -> float:
    if freedom < 1 or not math.isfinite(error):
        return math.nan
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975)) * error
