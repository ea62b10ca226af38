"""The modified Angoff method: judges say how likely a borderline candidate is right on each item.

The cut is in points, the sum over items of the judges' mean probability. Rounds are kept apart;
the last one sets the cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]

LEAST_JUDGES: Final = 3
"""Below it a spread between judges tells nothing."""
JUDGES: Final = 8
"""Fewer are flagged (Raymond and Reid 2001; reference: 8 to 10)."""
ROUNDS: Final = 2
_SOURCE: Final = "Angoff (1971), in Thorndike, Educational Measurement; Brandon (2004), AME 17"


@dataclass(frozen=True, slots=True)
class Rating:
    """One judge's probability (0-1) for one item in one round."""

    judge: str
    round: int
    item: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AngoffRound:
    """One round. ``sums`` are the judges' own cuts; a judge with a gap has none (``missing``).

    ``judge_spread`` is the standard deviation of these cuts, ``item_means`` the mean rating of
    each item, ``item_spread`` its standard deviation over judges (NaN for one judge), ``missing``
    the (judge, item) pairs without a rating.
    """

    number: int
    cut: Statistic
    standard_error: Statistic
    judge_spread: float | None
    sums: dict[str, float]
    item_means: dict[str, float]
    item_spread: dict[str, float]
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Angoff:
    """All rounds; ``cut`` and ``standard_error`` are the last one's. ``flags`` are sentences.

    ``items`` is the most points there are, ``share`` the cut as a share of them.
    """

    cut: Statistic
    standard_error: Statistic
    share: float | None
    judges: int
    items: int
    rounds: tuple[AngoffRound, ...]
    flags: tuple[str, ...]


def angoff(ratings: Iterable[Rating], *, sem: float | None = None, all_n: bool = False) -> Angoff:
    """Cut ``Σ_i mean_j p_ij`` and its standard error ``SD_j(Σ_i p_ij) / sqrt(J)``, in points.

    The interval is ``cut ± t(J-1) SE``. Where ratings are missing, an item's mean is over those
    who rated it and the standard error over judges who rated all. ``sem`` (points) is the
    assessment's standard error of measurement, against which the cut's is judged. Source: Angoff
    (1971); reference: Brandon (2004). Least n: 3 judges; fewer than 8, or fewer than two rounds,
    a standard error above half the SEM and missing ratings are flagged. Raises ``UsageError``
    ``usage.rating`` for a probability outside 0-1, a rating given twice, or none at all.
    """
    given = _checked(ratings)
    numbers = sorted({number for number, _, _ in given})
    items = sorted({item for _, _, item in given})
    rounds = tuple(_round(given, number, items, all_n=all_n) for number in numbers)
    last = rounds[-1]
    return Angoff(
        cut=last.cut,
        standard_error=last.standard_error,
        share=None if last.cut.value is None else last.cut.value / len(items),
        judges=last.cut.n,
        items=len(items),
        rounds=rounds,
        flags=tuple(_flags(rounds, sem)),
    )


def _checked(ratings: Iterable[Rating]) -> dict[tuple[int, str, str], float]:
    out: dict[tuple[int, str, str], float] = {}
    for one in ratings:
        where = f"Judge {one.judge}, round {one.round}, item {one.item}"
        if not 0 <= one.probability <= 1:
            raise UsageError(
                "usage.rating",
                f"{where}: {one.probability:g} is no probability; give 0 to 1 (60 % is 0.6).",
            )
        key = (one.round, one.judge, one.item)
        if key in out:
            raise UsageError("usage.rating", f"{where} is rated twice; keep one rating.")
        out[key] = float(one.probability)
    if not out:
        raise UsageError("usage.rating", "There are no ratings.")
    return out


def _round(
    given: dict[tuple[int, str, str], float], number: int, items: list[str], *, all_n: bool
) -> AngoffRound:
    judges = sorted({judge for at, judge, _ in given if at == number})
    table = np.array(
        [[given.get((number, judge, item), math.nan) for item in items] for judge in judges]
    )
    unrated = [
        item for item, seen in zip(items, ~np.isnan(table).all(axis=0), strict=True) if not seen
    ]
    whole = ~np.isnan(table).any(axis=1)
    sums = table[whole].sum(axis=1)
    means = [_mean(column) for column in table.T]
    spread = float(sums.std(ddof=1)) if len(sums) > 1 else math.nan
    error = spread / math.sqrt(len(sums)) if len(sums) > 1 else math.nan
    note = f"nobody rated {', '.join(unrated[:3])} in round {number}" if unrated else ""
    cut = math.nan if unrated else math.fsum(means)
    return AngoffRound(
        number=number,
        cut=_figure(cut, _interval(cut, error, len(sums)), len(judges), _CUT, note, all_n=all_n),
        standard_error=_figure(error, None, len(sums), _ERROR, "", all_n=all_n),
        judge_spread=None if math.isnan(spread) else spread,
        sums=dict(zip(np.array(judges)[whole].tolist(), sums.tolist(), strict=True)),
        item_means=dict(zip(items, means, strict=True)),
        item_spread=dict(zip(items, [_spread(column) for column in table.T], strict=True)),
        missing=tuple(
            (judge, items[column])
            for judge, row in zip(judges, table, strict=True)
            for column in np.flatnonzero(np.isnan(row))
        ),
    )


_CUT: Final = "modified Angoff: sum over items of the judges' mean probability, ± t SE"
_ERROR: Final = "standard deviation of the judges' sums over the root of their number"


def _figure(
    value: float, interval: Interval | None, n: int, method: str, note: str, *, all_n: bool
) -> Statistic:
    figure = Statistic(
        value=value,
        interval=interval,
        n=n,
        of="judges",
        least=LEAST_JUDGES,
        method=method,
        source=_SOURCE,
        unit="points",
        note=note,
    )
    return settle(figure, all_n=all_n)


def _interval(cut: float, error: float, judges: int) -> Interval | None:
    if not math.isfinite(error):
        return None
    from scipy.special import stdtrit

    half = float(stdtrit(judges - 1, 0.975)) * error
    return cut - half, cut + half


def _mean(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if known.size else math.nan


def _spread(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(known.std(ddof=1)) if known.size > 1 else math.nan


def _flags(rounds: tuple[AngoffRound, ...], sem: float | None) -> Iterable[str]:
    last = rounds[-1]
    if last.cut.n < JUDGES:
        took = f"{_count(last.cut.n, 'judge')} took part in the last round"
        yield f"{took}; at least {JUDGES} are advised"
    if len(rounds) < ROUNDS:
        yield "there was one round; judges should rate again after seeing each other's ratings"
    error = last.standard_error.value
    if error is not None and sem is not None and error > sem / 2:
        yield f"the standard error of the cut, {error:.3g}, exceeds half the SEM, {sem / 2:.3g}"
    missing: list[Any] = [pair for one in rounds for pair in one.missing]
    if missing:
        judge, item = missing[0]
        yield f"{_count(len(missing), 'rating')} missing, the first by {judge} for {item}"
    stayed = {one.cut.n for one in rounds}
    if len(stayed) > 1:
        yield "not all judges took part in all rounds"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
