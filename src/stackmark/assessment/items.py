"""What each item does: difficulty, discrimination, and whether it should stay.

Responses are an array of candidates × items in points; NaN is an answer that is not there. With
``missing="ignore"`` an item speaks of those who answered it, with ``"wrong"`` a missing answer
earns nothing (right where everybody saw every item).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from stackmark.assessment.intervals import Floats, fisher_z, mean_interval, wilson
from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

KEEP: Final = "keep"
REVIEW: Final = "review"
WRONG_KEY: Final = "probable wrong key"
TOO_FEW: Final = "insufficient data"

EASY, HARD = 0.95, 0.2  # beyond these an item is looked at again
DISCRIMINATES: Final = 0.2
TAIL: Final = 0.27
MISSING: Final = ("ignore", "wrong")

_BOOK: Final = "Crocker and Algina (1986), Introduction to Classical and Modern Test Theory, ch. 14"
_KELLEY: Final = "Kelley (1939), Journal of Educational Psychology 30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item. ``answered`` and ``missing`` count candidates, ``maximum`` is in points.

    ``flag`` is keep, review, probable wrong key or insufficient data; ``reasons`` say why.
    """

    name: str
    maximum: float
    answered: int
    missing: int
    difficulty: Statistic
    discrimination: Statistic
    upper_lower: Statistic
    flag: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Responses:
    """Checked responses: ``points`` (candidates, items), ``maxima`` (items,) and ``names``."""

    points: Floats
    maxima: Floats
    names: tuple[str, ...]

    @property
    def is_dichotomous(self) -> bool:
        """Whether every item is worth one point and every answer is 0 or 1."""
        seen = self.points[~np.isnan(self.points)]
        return bool((self.maxima == 1).all() and np.isin(seen, (0, 1)).all())

    @property
    def complete(self) -> Floats:
        """The points of candidates who answered every item."""
        found: Floats = self.points[~np.isnan(self.points).any(axis=1)]
        return found


def read_responses(
    points: ArrayLike,
    maxima: Sequence[float] | None = None,
    *,
    names: Sequence[str] = (),
    missing: str = "ignore",
) -> Responses:
    """Check responses (candidates × items) before anything is computed.

    Without ``maxima`` an item's maximum is the most anybody has, at least 1. ``names`` default to
    item1, item2, …. Raises ``UsageError``: ``usage.responses`` (not a table of finite numbers, none
    below 0), ``usage.maximum`` (not above 0, or more points than the maximum), ``usage.missing``.
    """
    if missing not in MISSING:
        raise UsageError("usage.missing", f"{missing[:20]!r} is neither ignore nor wrong.")
    try:
        table = np.array(points, dtype=float)
    except (TypeError, ValueError) as error:
        raise UsageError("usage.responses", "Points must be numbers, rows equally long.") from error
    if table.ndim != 2 or not table.shape[1]:
        raise UsageError(
            "usage.responses", "Give a table with a row a candidate, a column an item."
        )
    if np.isinf(table).any() or (table < 0).any():
        raise UsageError("usage.responses", "Points must be finite and not below 0.")
    named = tuple(names) or tuple(f"item{one}" for one in range(1, table.shape[1] + 1))
    if len(named) != table.shape[1]:
        raise UsageError("usage.responses", f"{len(named)} names for {table.shape[1]} items.")
    most = _maxima(table, maxima, named)
    if missing == "wrong":
        table = np.nan_to_num(table, nan=0.0)
    return Responses(table, most, named)


def _maxima(table: Floats, maxima: Sequence[float] | None, names: tuple[str, ...]) -> Floats:
    seen = np.where(np.isnan(table), 0.0, table).max(axis=0, initial=0.0)
    if maxima is None:
        return np.asarray(np.maximum(seen, 1.0))
    most = np.asarray(maxima, dtype=float)
    if most.shape != seen.shape or not np.isfinite(most).all() or (most <= 0).any():
        raise UsageError("usage.maximum", "Give each item a maximum above 0.")
    if (seen > most).any():
        at = int(np.argmax(seen > most))
        text = f"{names[at]}: {seen[at]:g} points are more than its maximum {most[at]:g}."
        raise UsageError("usage.maximum", text)
    return most


def item_statistics(
    points: ArrayLike,
    maxima: Sequence[float] | None = None,
    *,
    names: Sequence[str] = (),
    missing: str = "ignore",
    population: str = "",
    all_n: bool = False,
) -> tuple[Item, ...]:
    """Difficulty, discrimination, upper-lower 27 % and a flag for each item.

    ``points`` (candidates × items), NaN where missing. Difficulty is mean points / maximum (0 to 1,
    high is easy), Wilson interval for 0/1 items, Student's for others. Discrimination is the
    correlation (-1 to 1) of the item with the share of points on the other items answered (for
    complete data the corrected item-total correlation, for 0/1 items a point-biserial), interval by
    Fisher's z. Upper-lower is the difference in difficulty between the top and bottom 27 % by total
    share (-1 to 1), ties at the border counted in part, interval by Newcombe's method 10. Flags:
    review below .20 or above .95 difficulty or below .20 discrimination, and below 0 the key is
    probably wrong.
    Least n: 30 answers. Sources: Crocker and Algina (1986) ch. 14; Kelley (1939); Newcombe (1998).
    Raises ``UsageError`` as ``read_responses``.
    """
    found = read_responses(points, maxima, names=names, missing=missing)
    rest = _rest_shares(found)
    tails = _tails(found)
    return tuple(
        _item(found, one, rest[:, one], tails, population, all_n=all_n)
        for one in range(len(found.names))
    )


def _rest_shares(found: Responses) -> Floats:
    """Of the points the other answered items offer, the share earned (candidates, items)."""
    there = ~np.isnan(found.points)
    earned = np.where(there, found.points, 0.0)
    offered = there * found.maxima
    with np.errstate(invalid="ignore", divide="ignore"):
        left = offered.sum(axis=1, keepdims=True) - offered
        shares: Floats = (earned.sum(axis=1, keepdims=True) - earned) / left
    shares[~(left > 0)] = np.nan
    return shares


def _tails(found: Responses) -> tuple[Floats, Floats]:
    """Weights (candidates,) of the top and of the bottom 27 %, from 0 to 1."""
    there = ~np.isnan(found.points)
    offered = (there * found.maxima).sum(axis=1)
    share = np.where(there, found.points, 0.0).sum(axis=1) / np.where(offered > 0, offered, np.nan)
    return _top(share), _top(-share)


def _top(share: Floats) -> Floats:
    weights = np.zeros(len(share))
    seen = ~np.isnan(share)
    if not seen.any():
        return weights
    # rounded, so that equal totals stay tied whatever order they were added in
    _, place, times = np.unique(-share[seen].round(12), return_inverse=True, return_counts=True)
    room = np.clip(TAIL * seen.sum() - (np.cumsum(times) - times), 0, times)
    weights[seen] = (room / times)[place.ravel()]
    return weights


def _item(
    found: Responses,
    one: int,
    rest: Floats,
    tails: tuple[Floats, Floats],
    population: str,
    *,
    all_n: bool,
) -> Item:
    scores = found.points[:, one]
    share = scores / found.maxima[one]
    answered = int((~np.isnan(scores)).sum())
    whole = bool(np.isin(share[~np.isnan(share)], (0, 1)).all())
    difficulty = _difficulty(share, answered, population, whole=whole)
    r = discrimination_of(share, rest, population)
    spread = _upper_lower(share, tails, population)
    flag, reasons = _judge(difficulty, r, enough=all_n or answered >= difficulty.least)
    return Item(
        name=found.names[one],
        maximum=float(found.maxima[one]),
        answered=answered,
        missing=len(scores) - answered,
        difficulty=settle(difficulty, all_n=all_n),
        discrimination=settle(r, all_n=all_n),
        upper_lower=settle(spread, all_n=all_n),
        flag=flag,
        reasons=reasons,
    )


def _difficulty(share: Floats, answered: int, population: str, *, whole: bool) -> Statistic:
    value = float(np.nanmean(share)) if answered else None
    right = float(np.nansum(share))
    return Statistic(
        value=value,
        interval=wilson(right, answered) if whole else mean_interval(share),
        n=answered,
        method="mean points / maximum; " + ("Wilson" if whole else "Student's t") + " interval",
        source=_BOOK,
        population=population,
        unit="share",
    )


def discrimination_of(scores: Floats, rest: Floats, population: str = "") -> Statistic:
    """The correlation of an item's scores with the rest score, both (candidates,); unsettled.

    From -1 to 1, Fisher's z interval, pairs without NaN. Least n: 30. Source: Crocker and Algina
    (1986), ch. 14.
    """
    pair = ~(np.isnan(scores) | np.isnan(rest))
    n = int(pair.sum())
    r = _correlation(scores[pair], rest[pair])
    return Statistic(
        value=r if math.isfinite(r) else None,
        interval=fisher_z(r, n),
        n=n,
        method="correlation of the item with the share of points on the other items; Fisher's z",
        source=_BOOK,
        population=population,
        note="" if math.isfinite(r) or n < 30 else "not defined: the item or the rest is constant",
    )


def _correlation(x: Floats, y: Floats) -> float:
    if x.size < 2:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    size = math.sqrt(float(x @ x) * float(y @ y))
    # what is left of a constant after rounding is no spread
    return min(1.0, max(-1.0, float(x @ y) / size)) if size > 1e-12 * x.size else math.nan


def _upper_lower(share: Floats, tails: tuple[Floats, Floats], population: str) -> Statistic:
    there = ~np.isnan(share)
    sizes = [float(weights[there].sum()) for weights in tails]
    value, interval = None, None
    if min(sizes) > 0:
        high, low = (
            float(np.clip(weights[there] @ share[there] / size, 0, 1))
            for weights, size in zip(tails, sizes, strict=True)
        )
        value, interval = high - low, _newcombe(high, sizes[0], low, sizes[1])
    return Statistic(
        value=value,
        interval=interval,
        n=int(there.sum()),
        method="difficulty in the top less the bottom 27 %, ties in part; Newcombe's method 10",
        source=_KELLEY,
        population=population,
    )


def _newcombe(p: float, n: float, q: float, m: float) -> Interval | None:
    """Interval of p - q from two Wilson intervals (Newcombe 1998, Statistics in Medicine 17)."""
    one, two = wilson(p * n, n), wilson(q * m, m)
    if one is None or two is None:
        return None
    low = p - q - math.hypot(p - one[0], two[1] - q)
    return low, p - q + math.hypot(one[1] - p, q - two[0])


def _judge(difficulty: Statistic, r: Statistic, *, enough: bool) -> tuple[str, tuple[str, ...]]:
    if not enough or difficulty.value is None:
        return TOO_FEW, (f"{difficulty.n} answers, at least {difficulty.least} are needed",)
    p, d = difficulty.value, r.value
    reasons = []
    if d is None:
        reasons.append("discrimination is not defined")
    elif d < 0:
        reasons.append("better candidates do worse on it")
    elif d < DISCRIMINATES:
        reasons.append(f"discrimination below {DISCRIMINATES:.2f}")
    if p < HARD:
        reasons.append(f"difficulty below {HARD:.2f}: very hard")
    if p > EASY:
        reasons.append(f"difficulty above {EASY:.2f}: very easy")
    flag = WRONG_KEY if d is not None and d < 0 else REVIEW if reasons else KEEP
    return flag, tuple(reasons)
