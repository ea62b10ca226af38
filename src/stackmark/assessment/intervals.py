"""Intervals: Wilson, Fisher's z, Feldt, F for the ICC, and the bootstrap over candidates.

All are two-sided at 95 % (``LEVEL``) unless another level is asked for. The bootstrap never copies
candidates: a draw is a row of counts, how often each candidate came up, so a statistic that rests
on sums is one matrix product for a whole block of draws::

    rows = np.column_stack([score, score**2])        # what is summed, one row a candidate
    sd = lambda means: np.sqrt(means[:, 1] - means[:, 0] ** 2)
    interval = bootstrap_interval(sd, rows, seed=1)

``bootstrap_counts`` gives the bare counts for statistics that need more. Equal rows may be stated
once with their ``frequencies``: the draws then have as many columns as there are different rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment.statistic import Interval
from stackmark.errors import UsageError

LEVEL: Final = 0.95
DRAWS: Final = 1_000
_CELLS: Final = 1 << 21  # numbers held at a time: 16 MB
_UNDEFINED: Final = 0.05  # with more draws without a value, the others are no fair picture
_ONE_BY_ONE: Final = 4_000  # candidates from which draws are counted one by one
_DEAR: Final = 20  # a binomial number costs as much as so many uniform integers

Floats = NDArray[np.float64]
OfMeans = Callable[[Floats], Floats]
"""Means (draws, columns) → a value a draw; NaN where it is not defined."""


def wilson(successes: float, n: float, *, level: float = LEVEL) -> Interval | None:
    """Wilson's score interval of a share, from 0 to 1; ``None`` for n = 0.

    ``(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)``, no continuity correction. Source: Wilson
    (1927), JASA 22. Good from n = 1 on. Raises ``UsageError`` ``usage.share`` unless
    0 ≤ successes ≤ n.
    """
    if not 0 <= successes <= n:
        raise UsageError("usage.share", f"{successes} of {n} is no share; give 0 to n.")
    if not n:
        return None
    z2 = normal_quantile(level) ** 2
    p = successes / n
    middle = p + z2 / (2 * n)
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def fisher_z(r: float, n: int, *, level: float = LEVEL) -> Interval | None:
    """Interval of a product-moment correlation by Fisher's z, from -1 to 1.

    ``tanh(artanh r ± z/√(n−3))``. Source: Fisher (1921), Metron 1. Least n: 4; below it, or where
    r is not a number, ``None``. Holds for bivariate normal scores, roughly for others.
    """
    if n < 4 or not abs(r) <= 1:
        return None
    if abs(r) == 1:
        return r, r
    half = normal_quantile(level) / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def feldt(alpha: float, n: int, items: int, *, level: float = LEVEL) -> Interval | None:
    """Interval of coefficient alpha; ``n`` candidates, ``items`` parts.

    ``1 − (1−α)·F`` at the upper and lower quantile of F(n−1, (n−1)(items−1)). Source: Feldt (1965),
    Psychometrika 30. Exact for parallel, normal items. Least n: 2 and 2 items, else ``None``.
    """
    if n < 2 or items < 2 or not math.isfinite(alpha):
        return None
    low, high = _f_quantiles(n - 1, (n - 1) * (items - 1), level)
    return 1 - (1 - alpha) * high, 1 - (1 - alpha) * low


def _f_quantiles(over: float, under: float, level: float) -> Interval:
    from scipy.special import fdtri

    tail = (1 - level) / 2
    return float(fdtri(over, under, tail)), float(fdtri(over, under, 1 - tail))


def f_ratio(ratio: float, over: float, under: float, *, level: float = LEVEL) -> Interval | None:
    """Interval of the expected ratio of two mean squares.

    ``ratio / F(1−a; over, under)`` to ``ratio · F(1−a; under, over)`` with a = (1−level)/2: the
    base of every interval of an ICC (Shrout and Fleiss 1979, Psychological Bulletin 86, p. 424).
    ``over`` and ``under`` are degrees of freedom. ``None`` where there is no ratio.
    """
    if min(over, under) <= 0 or not math.isfinite(ratio) or ratio < 0:
        return None
    low, high = _f_quantiles(over, under, level)
    return ratio / high, ratio / low


def normal_quantile(level: float = LEVEL) -> float:
    """The z of a two-sided interval: 1.96 at 95 %. Raises ``UsageError`` ``usage.level``."""
    if not 0 < level < 1:
        raise UsageError("usage.level", f"{level} is no level; give a share such as 0.95.")
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def mean_interval(values: ArrayLike, *, level: float = LEVEL) -> Interval | None:
    """Student's interval of a mean: ``mean ± t(n−1)·SD/√n``, in the unit of the values.

    Values not there (NaN) are left out. Least n: 2, else ``None``. Source: Student (1908).
    """
    from scipy.special import stdtrit

    found = np.asarray(values, dtype=float)
    found = found[~np.isnan(found)]
    if found.size < 2:
        return None
    half = float(stdtrit(found.size - 1, (1 + level) / 2)) * found.std(ddof=1) / found.size**0.5
    return float(found.mean() - half), float(found.mean() + half)


def bootstrap_counts(
    n: int, draws: int = DRAWS, *, seed: int, frequencies: ArrayLike | None = None
) -> Iterator[Floats]:
    """Blocks of counts (draws in the block, n): each row sums to the number of candidates.

    ``n`` counts candidates, or the different rows that ``frequencies`` (whole numbers, one a row)
    say how often there are. The same n, draws, seed and frequencies give the same counts. A block
    holds about two million numbers. Source: Efron (1979), Annals of Statistics 7. Raises
    ``UsageError`` ``usage.draws`` below 1 draw, ``usage.frequencies`` where they do not fit.
    """
    if draws < 1:
        raise UsageError("usage.draws", f"{draws} draws are too few; ask for at least 1.")
    times = _frequencies(n, frequencies)
    return _blocks(times, draws, np.random.Generator(np.random.PCG64(seed)))


def _frequencies(n: int, frequencies: ArrayLike | None) -> NDArray[np.int64]:
    times = np.ones(n, np.int64) if frequencies is None else np.asarray(frequencies)
    if times.shape != (n,) or (times < 0).any() or (times % 1 != 0).any():
        raise UsageError("usage.frequencies", f"Give {n} whole numbers, one a row, none below 0.")
    return times.astype(np.int64)


def _blocks(times: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    rows, total = len(times), int(times.sum())
    few = rows * _DEAR < total
    owner = np.repeat(np.arange(rows), times)
    size = max(1, _CELLS // max(1, rows if few else total))
    for start in range(0, draws, size):
        block = min(size, draws - start)
        if few:
            yield rng.multinomial(total, times / total, size=block).astype(float)
        elif total:
            yield _counted(owner, rows, block, rng)
        else:
            yield np.zeros((block, rows))


def _counted(owner: NDArray[np.int64], rows: int, block: int, rng: np.random.Generator) -> Floats:
    """How often each row is drawn (block, rows); the same numbers in both ways."""
    total = len(owner)
    if total < _ONE_BY_ONE:
        drawn = owner[rng.integers(0, total, size=(block, total))]
        drawn += np.arange(block)[:, None] * rows
        return np.bincount(drawn.ravel(), minlength=block * rows).reshape(block, -1).astype(float)
    plain = rows == total and bool((owner == np.arange(rows)).all())
    counts = np.empty((block, rows))
    for one in counts:  # a draw at a time stays in the processor's cache
        picked = rng.integers(0, total, size=total)
        one[:] = np.bincount(picked if plain else owner[picked], minlength=rows)
    return counts


def bootstrap_means(
    rows: ArrayLike, draws: int = DRAWS, *, seed: int, frequencies: ArrayLike | None = None
) -> Floats:
    """Means of each column (draws, columns) in bootstrap samples of the rows (n, columns).

    1,000 draws of 100,000 rows with ten columns take about two seconds. Centre a column before
    squaring it: means of squares far from zero lose digits.
    """
    table = _columns(rows)
    counts = bootstrap_counts(len(table), draws, seed=seed, frequencies=frequencies)
    return np.concatenate([block @ table / max(1.0, block[0].sum()) for block in counts])


def _columns(rows: ArrayLike) -> Floats:
    table = np.asarray(rows, dtype=float)
    return table[:, None] if table.ndim == 1 else table


def in_blocks(rows: ArrayLike, blocks: int, *, seed: int) -> Floats:
    """Rows (n, columns) averaged in so many random blocks of (almost) equal size.

    Resampling blocks of independent candidates in place of candidates gives the same spread, save
    for about ``√(1/2·blocks)`` of it: for statistics with hundreds of columns. Rows that do not
    fill the last layer are left out (fewer than ``blocks``); with n ≤ blocks the rows come back.
    """
    table = _columns(rows)
    size = len(table) // blocks
    if size < 2:
        return table
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(table))[: size * blocks]
    means: Floats = table[order].reshape(blocks, size, -1).mean(axis=1)
    return means


def percentile_interval(draws: ArrayLike, *, level: float = LEVEL) -> Interval | None:
    """The percentile interval of bootstrap values, in their unit.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, 13.3. Draws without a
    value (NaN) are left out up to 5 % of all; beyond, and for no draws, ``None``.
    """
    found = _defined(draws)
    if found is None:
        return None
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _defined(draws: ArrayLike) -> Floats | None:
    found = np.asarray(draws, dtype=float).ravel()
    kept: Floats = found[np.isfinite(found)]
    if not kept.size or kept.size < (1 - _UNDEFINED) * found.size:
        return None
    return kept


def bca_interval(
    draws: ArrayLike, value: float, left_out: ArrayLike, *, level: float = LEVEL
) -> Interval | None:
    """The bias-corrected and accelerated interval of bootstrap values.

    ``value`` is the statistic on the data, ``left_out`` (n,) the statistic without each candidate.
    Source: Efron (1987), JASA 82; second-order correct. ``None`` as in
    ``percentile_interval``, or where the value lies outside all draws.
    """
    from scipy.special import ndtr, ndtri

    found, without = _defined(draws), _defined(left_out)
    if found is None or without is None or not math.isfinite(value):
        return None
    below = (np.sum(found < value) + np.sum(found == value) / 2) / found.size
    if not 0 < below < 1:
        return None
    gap = without.mean() - without
    scale = float(np.sum(gap**2)) ** 1.5
    pull = float(np.sum(gap**3)) / (6 * scale) if scale else 0.0
    bias = float(ndtri(below))
    z = bias + np.asarray([-1.0, 1.0]) * normal_quantile(level)
    low, high = np.quantile(found, ndtr(bias + z / (1 - pull * z)))
    return float(low), float(high)


def bootstrap_interval(
    statistic: OfMeans,
    rows: ArrayLike,
    *,
    seed: int,
    draws: int = DRAWS,
    method: str = "percentile",
    frequencies: ArrayLike | None = None,
    level: float = LEVEL,
) -> Interval | None:
    """Bootstrap interval of a statistic of means of the rows (n, columns), one row a candidate.

    ``method`` is ``percentile`` or ``bca``; the jackknife of the latter costs one more call, for
    the means without each row are (n·mean − row)/(n−1). Least n: 2, else ``None``; below 30 such
    intervals are too narrow. Raises ``UsageError`` ``usage.bootstrap`` for another method.
    """
    if method not in ("percentile", "bca"):
        raise UsageError("usage.bootstrap", f"{method[:20]!r} is neither percentile nor bca.")
    table = _columns(rows)
    if frequencies is not None and method == "bca":
        table, frequencies = np.repeat(table, _frequencies(len(table), frequencies), axis=0), None
    if len(table) < 2 and frequencies is None:
        return None
    with np.errstate(all="ignore"):  # what is not defined becomes NaN and is counted as such
        drawn = statistic(bootstrap_means(table, draws, seed=seed, frequencies=frequencies))
        if method == "percentile":
            return percentile_interval(drawn, level=level)
        means = table.mean(axis=0, keepdims=True)
        without = statistic((len(table) * means - table) / (len(table) - 1))
        return bca_interval(drawn, float(statistic(means)[0]), without, level=level)


def bootstrap_of_counts(
    statistic: Callable[[Floats], Any],
    n: int,
    *,
    seed: int,
    draws: int = DRAWS,
    frequencies: ArrayLike | None = None,
) -> Floats:
    """The values (draws, …) of a statistic of blocks of counts (b, n); NaN where not defined."""
    with np.errstate(all="ignore"):
        found = [
            np.asarray(statistic(counts), dtype=float)
            for counts in bootstrap_counts(n, draws, seed=seed, frequencies=frequencies)
        ]
    return np.concatenate(found)
