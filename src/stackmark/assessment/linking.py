"""Common-item linking of two forms, and drift of anchor items between two times.

``theta_old = A theta_new + B``; so ``b_new`` on the old scale is ``A b_new + B`` and slopes are
divided by ``A``. Parameters are those of ``irt``, the new form's in its own population.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment.intervals import normal_quantile
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]
Method = Literal["mean-mean", "mean-sigma", "stocking-lord"]

LEAST_ANCHORS: Final = 3
"""Anchors for a spread between them; 20 % of the items are advised."""
DISPLACED: Final = 0.3
"""An anchor this far from the others' shift, and significantly, has drifted (Wright and Stone 1979;
state testing programmes use .3 logit)."""
SHARE: Final = 0.2
SCRIPTS: Final = 20
_LINK: Final = "Kolen and Brennan (2014), Test Equating, Scaling, and Linking, ch. 6"
_NODES: Final = 41


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """``slope`` A and ``intercept`` B; ``loss`` is Stocking and Lord's criterion at them."""

    method: Method
    slope: float
    intercept: float
    anchors: int
    loss: float

    def difficulties(self, new: ArrayLike) -> Floats:
        """Difficulties (or abilities) of the new form on the old scale."""
        out: Floats = self.slope * np.asarray(new, dtype=float) + self.intercept
        return out

    def slopes(self, new: ArrayLike) -> Floats:
        """Slopes of the new form on the old scale."""
        out: Floats = np.asarray(new, dtype=float) / self.slope
        return out


def link(
    b_old: ArrayLike,
    b_new: ArrayLike,
    *,
    a_old: ArrayLike = 1.0,
    a_new: ArrayLike = 1.0,
    method: Method = "stocking-lord",
) -> Link:
    """The linear change of scale from the common items, given in the same order.

    mean-mean: ``A = mean(a_new) / mean(a_old)`` (Loyd and Hoover 1980); mean-sigma: ``A =
    SD(b_old) / SD(b_new)`` (Marco 1977); both ``B = mean(b_old) - A mean(b_new)``. Stocking-Lord
    (1983, APM 7) minimises the squared distance of the two expected scores over N(0, 1). Least n:
    3 common items. Raises ``UsageError`` ``usage.anchors``.
    """
    old, new = _same(b_old, b_new)
    slopes_old = np.broadcast_to(np.asarray(a_old, dtype=float), old.shape)
    slopes_new = np.broadcast_to(np.asarray(a_new, dtype=float), new.shape)
    a, b = _moments(old, new, slopes_old, slopes_new, by_sigma=method == "mean-sigma")
    criterion = _Criterion(old, new, slopes_old, slopes_new)
    if method == "stocking-lord":
        a, b = criterion.least(a, b)
    return Link(method=method, slope=a, intercept=b, anchors=len(old), loss=criterion.value(a, b))


def _same(b_old: ArrayLike, b_new: ArrayLike) -> tuple[Floats, Floats]:
    old = np.asarray(b_old, dtype=float).reshape(-1)
    new = np.asarray(b_new, dtype=float).reshape(-1)
    if old.shape != new.shape:
        raise UsageError(
            "usage.anchors", f"There are {len(old)} old but {len(new)} new difficulties of anchors."
        )
    if len(old) < LEAST_ANCHORS:
        raise UsageError(
            "usage.anchors", f"There are {len(old)} anchors; at least {LEAST_ANCHORS} are needed."
        )
    if not (np.isfinite(old).all() and np.isfinite(new).all()):
        raise UsageError("usage.anchors", "An anchor has no difficulty; leave it out of both.")
    return old, new


def _moments(
    old: Floats, new: Floats, a_old: Floats, a_new: Floats, *, by_sigma: bool
) -> tuple[float, float]:
    above, below = (old.std(), new.std()) if by_sigma else (a_new.mean(), a_old.mean())
    if not (below > 0 and above > 0):
        raise UsageError("usage.anchors", "The anchors do not spread enough to link by them.")
    a = float(above / below)
    return a, float(old.mean()) - a * float(new.mean())


class _Criterion:
    """Stocking and Lord's loss and its Gauss-Newton steps."""

    def __init__(self, old: Floats, new: Floats, a_old: Floats, a_new: Floats) -> None:
        self.theta, weight = np.polynomial.hermite_e.hermegauss(_NODES)
        self.weight = weight / weight.sum()
        self.new, self.a_new = new, a_new
        self.target = _p(a_old * (self.theta[:, None] - old)).sum(axis=1)

    def value(self, a: float, b: float) -> float:
        return float(self.weight @ self._left(a, b) ** 2)

    def _left(self, a: float, b: float) -> Floats:
        slope = self.a_new / a
        out: Floats = self.target - _p(
            slope * (self.theta[:, None] - b) - self.a_new * self.new
        ).sum(axis=1)
        return out

    def least(self, a: float, b: float) -> tuple[float, float]:
        for _ in range(100):
            step = self._step(a, b)
            part = 1.0
            while a + part * step[0] <= 0 or (
                self.value(a + part * step[0], b + part * step[1]) > self.value(a, b)
                and part > 1e-8
            ):
                part /= 2
            a, b = a + part * float(step[0]), b + part * float(step[1])
            if np.abs(part * step).max() < 1e-10:
                break
        return a, b

    def _step(self, a: float, b: float) -> Floats:
        away = self.theta[:, None] - b
        p = _p(self.a_new / a * away - self.a_new * self.new)
        spread = p * (1 - p) * self.a_new
        by_a = (spread * -away / a**2).sum(axis=1)
        by_b = (spread * -1 / a).sum(axis=1)
        slopes = np.column_stack([by_a, by_b]) * np.sqrt(self.weight)[:, None]
        out: Floats = np.linalg.lstsq(slopes, self._left(a, b) * np.sqrt(self.weight), rcond=None)[
            0
        ]
        return out


def _p(logit: Floats) -> Floats:
    out: Floats = 1 / (1 + np.exp(-logit))
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorShift:
    """One anchor: its own shift, how far that is from the others', z, and whether it drifted."""

    name: str
    shift: float
    displacement: float
    z: float | None
    drifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """``shift`` with its interval, ``standard_error``, each anchor, names of those that drifted."""

    shift: Statistic
    standard_error: Statistic
    anchors: tuple[AnchorShift, ...]
    drifted: tuple[str, ...]


def drift(
    b_old: ArrayLike,
    b_new: ArrayLike,
    *,
    errors_old: ArrayLike | None = None,
    errors_new: ArrayLike | None = None,
    names: Sequence[str] = (),
    all_n: bool = False,
) -> Drift:
    """``shift = mean(b_new) - mean(b_old)`` on anchors, both on one scale.

    Put ``b_new`` on the old scale first, by items other than these (``link``): a link through the
    same anchors makes the shift 0. Above 0 the anchors became harder for the same ability, or
    passers weaker. The standard error is the spread of the anchors' shifts over the root of their
    number, interval ``± t SE``; sampling error of the difficulties is inside it. An anchor has
    drifted where it lies .3 or more from the median shift and, if both errors are given, more than
    1.96 of its standard errors. Source: Kolen and Brennan (2014), ch. 6; Wright and Stone (1979).
    Least n: 3 anchors. Raises ``UsageError`` ``usage.anchors``.
    """
    old, new = _same(b_old, b_new)
    if names and len(names) != len(old):
        raise UsageError("usage.anchors", f"There are {len(old)} anchors but {len(names)} names.")
    names = names or [f"anchor{number + 1}" for number in range(len(old))]
    moved = new - old
    error = float(moved.std(ddof=1)) / math.sqrt(len(moved))
    away = moved - float(np.median(moved))
    z = _z(away, errors_old, errors_new)
    rows = tuple(
        AnchorShift(
            name=name,
            shift=float(moved[at]),
            displacement=float(away[at]),
            z=None if z is None else float(z[at]),
            drifted=bool(abs(away[at]) >= DISPLACED)
            and (z is None or bool(abs(z[at]) > normal_quantile())),
        )
        for at, name in enumerate(names)
    )
    value = float(moved.mean())
    half = _t(len(moved) - 1) * error
    return Drift(
        shift=_figure(value, (value - half, value + half), len(moved), all_n=all_n),
        standard_error=_figure(error, None, len(moved), all_n=all_n),
        anchors=rows,
        drifted=tuple(one.name for one in rows if one.drifted),
    )


def _z(away: Floats, old: ArrayLike | None, new: ArrayLike | None) -> Floats | None:
    if old is None or new is None:
        return None
    errors = [np.asarray(one, dtype=float) for one in (old, new)]
    if any(one.shape != away.shape or not (one > 0).all() for one in errors):
        raise UsageError("usage.anchors", "Give each anchor a standard error above 0, old and new.")
    out: Floats = away / np.hypot(*errors)
    return out


def _t(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _figure(
    value: float, interval: tuple[float, float] | None, n: int, *, all_n: bool
) -> Statistic:
    figure = Statistic(
        value=value,
        interval=interval,
        n=n,
        of="anchors",
        least=LEAST_ANCHORS,
        method="mean difficulty now less then, on one scale, ± t SE over anchors",
        source=_LINK,
    )
    return settle(figure, all_n=all_n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Whether enough is reserved to know drift later. ``advice`` is a sentence, empty if so."""

    items_needed: int
    scripts_needed: int
    enough: bool
    advice: str


def reserve(*, items: int, anchors: int, scripts: int) -> Reserve:
    """At least 20 % of the items reserved as anchors, or at least 20 scripts archived.

    ``items`` on the form, ``anchors`` of them reserved, ``scripts`` kept for blind re-marking.
    Without either, whether the standard held is not identifiable (reference: D3). Raises
    ``UsageError`` ``usage.anchors`` for counts that cannot be.
    """
    if min(items, anchors, scripts) < 0 or anchors > items:
        raise UsageError(
            "usage.anchors", f"{anchors} anchors of {items} items and {scripts} scripts cannot be."
        )
    needed = max(LEAST_ANCHORS, math.ceil(SHARE * items - 1e-9)) if items else 0
    enough = scripts >= SCRIPTS or (items > 0 and anchors >= needed)
    more = [f"{SCRIPTS - scripts} more scripts"] if scripts < SCRIPTS else []
    if items:
        more.insert(0, f"{max(0, needed - anchors)} more anchor items")
    advice = (
        ""
        if enough
        else f"Reserve {' or '.join(more)}; without them a change of standard is not identifiable."
    )
    return Reserve(items_needed=needed, scripts_needed=SCRIPTS, enough=enough, advice=advice)
