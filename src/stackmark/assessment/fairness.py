"""Do groups pass as often: ratios of pass rates with intervals and exact tests.

A ratio is a question, not a finding of bias: groups may differ in preparation. It says nothing of
single items (``dif`` does). For the organisation's own eyes; small groups are never shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.intervals import wilson
from stackmark.assessment.statistic import LEAST, Interval, Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]

FOUR_FIFTHS: Final = 0.8
"""A ratio below it asks for reasons (US Uniform Guidelines 1978, 29 CFR 1607.4 D)."""
_ALPHA: Final = 0.05
_CHI2: Final = 3.841458820694124  # 95 % point, one degree of freedom
_SMALL: Final = (
    100  # candidates; up to here Boschloo's test is computed, beyond it is slow and equal
)
_FISHER: Final = "Fisher (1935), JRSS 98, 39-82"
_KOOPMAN: Final = "Koopman (1984), Biometrics 40, 513-517"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """One group against the one that passes most often.

    ``ratio`` is its pass rate over the best one, ``fisher_p`` two-sided, ``boschloo_p`` only for
    two groups of together at most 100 candidates, ``adjusted_p`` by Holm over groups. ``flagged``:
    ratio below four fifths and adjusted p below .05. ``hidden``: fewer than ``least`` candidates,
    no number is given. The best group has ratio 1 and no test.
    """

    group: str
    n: int | None
    passed: int | None
    rate: Statistic
    ratio: Statistic
    fisher_p: float | None
    boschloo_p: float | None
    adjusted_p: float | None
    below_four_fifths: bool | None
    flagged: bool
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """``best`` is the group passing most often (empty where no two groups can be shown)."""

    best: str
    groups: tuple[GroupRate, ...]
    note: str


def pass_rates(
    counts: Mapping[str, tuple[int, int]], *, least: int = LEAST, all_n: bool = False
) -> Fairness:
    """Pass-rate ratios against the highest-passing group, four-fifths rule with exact tests.

    ``counts`` gives (passed, candidates) a group. Intervals: Wilson for rates, Koopman's score
    interval for ratios. Tests: Fisher's exact, two-sided; Boschloo's (1970, Statistica Neerlandica
    24), uniformly more powerful, for small tables; Holm (1979) over groups. The p of a comparison
    with the group picked for passing most is somewhat small. Least n: ``least`` candidates a group
    (30); smaller groups are hidden, counts too, and are never the best. Raises ``UsageError``
    ``usage.groups`` for counts that cannot be.
    """
    _check(counts)
    shown = {name: pair for name, pair in counts.items() if pair[1] >= (1 if all_n else least)}
    if len(shown) < 2:
        rows = [
            _hidden(name, least)
            if name not in shown
            else _alone(name, *shown[name], least, all_n=all_n)
            for name in counts
        ]
        note = f"fewer than two groups have {least} candidates; nothing can be compared"
        return Fairness(best="", groups=tuple(rows), note=note)
    best = max(sorted(shown), key=lambda name: (shown[name][0] / shown[name][1], shown[name][1]))
    others = [name for name in counts if name in shown and name != best]
    exact = {name: fisher_exact(*shown[name], *shown[best]) for name in others}
    adjusted = dict(zip(others, holm([exact[name] for name in others]), strict=True))
    rows = []
    for name in counts:
        if name not in shown:
            rows.append(_hidden(name, least))
        elif name == best:
            rows.append(_alone(name, *shown[name], least, all_n=all_n))
        else:
            rows.append(
                _compared(
                    name, shown[name], shown[best], exact[name], adjusted[name], least, all_n=all_n
                )
            )
    return Fairness(best=best, groups=tuple(rows), note="")


def _check(counts: Mapping[str, tuple[int, int]]) -> None:
    if not counts:
        raise UsageError("usage.groups", "There are no groups.")
    for name, (passed, n) in counts.items():
        if not 0 <= passed <= n:
            raise UsageError(
                "usage.groups", f"Group {name}: {passed} of {n} candidates cannot have passed."
            )


def _rate(passed: int, n: int, least: int, *, all_n: bool) -> Statistic:
    figure = Statistic(
        value=passed / n if n else None,
        interval=wilson(passed, n),
        n=n,
        least=least,
        method="share passing, Wilson interval",
        source="Wilson (1927), JASA 22, 209-212",
        unit="share",
    )
    return settle(figure, all_n=all_n)


def _ratio(
    value: float | None, interval: Interval | None, n: int, least: int, *, all_n: bool
) -> Statistic:
    figure = Statistic(
        value=value,
        interval=interval,
        n=n,
        least=least,
        method="pass rate over that of the group passing most often, score interval",
        source=_KOOPMAN,
        unit="ratio",
    )
    return settle(figure, all_n=all_n)


def _hidden(name: str, least: int) -> GroupRate:
    """A group too small to be shown: not even its size leaves this function."""
    nothing = Statistic(
        value=None,
        n=0,
        least=least,
        method="not shown",
        source="project policy: minimum group size",
        unit="share",
        note=f"fewer than {least} candidates; the group is not shown",
        insufficient=True,
    )
    return GroupRate(
        group=name,
        n=None,
        passed=None,
        rate=nothing,
        ratio=nothing,
        fisher_p=None,
        boschloo_p=None,
        adjusted_p=None,
        below_four_fifths=None,
        flagged=False,
        hidden=True,
    )


def _alone(name: str, passed: int, n: int, least: int, *, all_n: bool) -> GroupRate:
    """The group the others are compared with."""
    return GroupRate(
        group=name,
        n=n,
        passed=passed,
        rate=_rate(passed, n, least, all_n=all_n),
        ratio=_ratio(1.0 if passed else None, None, n, least, all_n=all_n),
        fisher_p=None,
        boschloo_p=None,
        adjusted_p=None,
        below_four_fifths=False if passed else None,
        flagged=False,
        hidden=False,
    )


def _compared(
    name: str,
    own: tuple[int, int],
    best: tuple[int, int],
    p: float,
    adjusted: float,
    least: int,
    *,
    all_n: bool,
) -> GroupRate:
    value = own[0] / own[1] / (best[0] / best[1]) if best[0] else None
    below = None if value is None else value < FOUR_FIFTHS
    few = min(own[1], best[1])
    ratio = _ratio(value, ratio_interval(*own, *best), few, least, all_n=all_n)
    return GroupRate(
        group=name,
        n=own[1],
        passed=own[0],
        rate=_rate(*own, least, all_n=all_n),
        ratio=ratio,
        fisher_p=p,
        boschloo_p=boschloo(*own, *best) if own[1] + best[1] <= _SMALL else None,
        adjusted_p=adjusted,
        below_four_fifths=below,
        flagged=bool(below) and adjusted < _ALPHA,
        hidden=False,
    )


def fisher_exact(passed: int, n: int, other_passed: int, other_n: int) -> float:
    """Two-sided p: the tables with the same margins that are at most as probable.

    Source: Fisher (1935). Right for any n.
    """
    from scipy.special import gammaln

    total, right = n + other_n, passed + other_passed
    k = np.arange(max(0, right - other_n), min(n, right) + 1, dtype=float)

    def choose(of: float, some: Floats) -> Floats:
        found: Floats = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
        return found

    logs = choose(n, k) + choose(other_n, right - k) - choose(total, np.array(float(right)))
    here = logs[passed - int(k[0])]
    return float(min(1.0, np.exp(logs[logs <= here + 1e-7]).sum()))


def boschloo(passed: int, n: int, other_passed: int, other_n: int) -> float:
    """Two-sided p of Boschloo's exact test, by scipy; 1 where all or none passed.

    Fisher's p as the statistic, its chance at the worst common pass rate. Source: Boschloo (1970).
    Right for any n, but slow beyond 100 candidates.
    """
    from scipy.stats import boschloo_exact

    table = [[passed, other_passed], [n - passed, other_n - other_passed]]
    found = boschloo_exact(table).pvalue
    return 1.0 if math.isnan(found) else float(found)


def ratio_interval(passed: int, n: int, other_passed: int, other_n: int) -> Interval | None:
    """Koopman's score interval (95 %) of ``(passed / n) / (other_passed / other_n)``.

    The ratios a chi-square with the ratio held does not reject. The upper end is infinite, hence
    ``None``, where nobody of the other group passed.
    """
    if not n or not other_n or not other_passed:
        return None

    def rejects(log_ratio: float) -> bool:
        return _koopman(passed, n, other_passed, other_n, math.exp(log_ratio)) > _CHI2

    estimate = math.log(max(passed, 0.5) / n) - math.log(other_passed / other_n)
    high = _edge(rejects, estimate, 30.0)
    low = math.exp(_edge(rejects, estimate, -30.0)) if passed else 0.0
    return low, math.exp(high)


def _edge(rejects: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where rejection begins between a ratio inside and one outside."""
    for _ in range(70):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if rejects(middle) else (middle, outside)
    return inside


def _koopman(x: int, n: int, y: int, m: int, ratio: float) -> float:
    """Chi-square of "the first rate is ``ratio`` times the second", rates fitted under it."""
    a = ratio * (n + m)
    b = -(ratio * (n + y) + x + m)
    q = min((-b - math.sqrt(max(b * b - 4 * a * (x + y), 0))) / (2 * a), 1.0)
    p = min(ratio * q, 1.0)
    out = 0.0
    for seen, size, share in ((x, n, p), (y, m, q)):
        spread = size * share * (1 - share)
        away = seen - size * share
        if spread > 0:
            out += away * away / spread
        elif abs(away) > 1e-9:
            return math.inf
    return out


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p: the chance of any false alarm among them is held."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    out, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        out[place] = highest
    return out


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's (1995) adjusted p: the share of false alarms is held."""
    order = sorted(range(len(p_values)), key=lambda place: -p_values[place])
    out, lowest, count = [0.0] * len(p_values), 1.0, len(p_values)
    for rank, place in enumerate(order):
        lowest = min(lowest, p_values[place] * count / (count - rank))
        out[place] = lowest
    return out
