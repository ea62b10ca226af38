"""Item response models: Rasch and 2PL, with standard errors, fit, abilities and conditional SEM.

Ability is ``N(0, 1)`` in the population of the candidates given, so ``b`` and ability are in
standard deviations of ability and the Rasch model has one common slope ``a``:
``P = 1 / (1 + exp(-a (θ - b)))``. Multiply ``b`` by ``a`` for logits. Estimation is told in
``irt_estimation``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment import irt_estimation as estimation
from stackmark.assessment.irt_fit import Fit, mean_squares
from stackmark.assessment.statistic import Interval, Statistic, settle
from stackmark.errors import UsageError

Floats = NDArray[np.float64]
Kind = Literal["rasch", "2pl"]
Verdict = Literal["fits", "underfit", "overfit", "unknown"]

LEAST_RASCH: Final = 100
"""Candidates: below it difficulties are off by a third of a logit and more (Linacre 1994)."""
LEAST_2PL: Final = 500
"""Candidates: slopes need more (de Ayala 2009; reference: N >= 500)."""
FIT_LOW: Final = 0.7
FIT_HIGH: Final = 1.3
"""Mean squares outside 0.7-1.3 are flagged (Wright and Linacre 1994, RMT 8)."""
_Z: Final = 1.959963984540054
_SOURCE: Final = "Bock and Aitkin (1981), Psychometrika 46, 443-459"
_FIT_SOURCE: Final = "Wright and Masters (1982), Rating Scale Analysis; Adams and Wu (2007)"
_MODEL: Final = {"rasch": "Rasch model with a common slope", "2pl": "two-parameter logistic model"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEstimate:
    """One item. ``n`` is the number of candidates who answered it.

    ``a`` is the slope per standard deviation of ability, ``b`` the ability at which half are
    right. ``infit`` and ``outfit`` are mean squares, 1 where the model holds. ``fit`` is
    "underfit" where one of them is above 1.3 (noise: guessing, a wrong key, another skill),
    "overfit" where one is below 0.7 (the item repeats others), "unknown" below the least n.
    """

    name: str
    n: int
    a: Statistic
    b: Statistic
    infit: Statistic
    outfit: Statistic
    fit: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemModel:
    """A fitted model, or its shell where there are too few candidates.

    ``ability`` and ``ability_sd`` (one a candidate, in the order given) are EAP and posterior
    standard deviation, NaN for a candidate who answered nothing; both are empty in a shell.
    ``note`` says why there are no numbers. ``parameters`` counts what was estimated.
    """

    kind: Kind
    n: int
    items: tuple[ItemEstimate, ...]
    log_likelihood: Statistic
    reliability: Statistic
    parameters: int
    converged: bool
    note: str
    ability: Floats = field(repr=False)
    ability_sd: Floats = field(repr=False)
    slopes: Floats = field(repr=False)
    difficulties: Floats = field(repr=False)

    def information(self, theta: ArrayLike) -> Floats:
        """Test information ``Σ a² P (1 - P)`` at each ability; Birnbaum (1968)."""
        p = self.probability(theta)
        return (p * (1 - p)) @ self.slopes**2

    def sem(self, theta: ArrayLike) -> Floats:
        """Conditional SEM of ability, ``1 / sqrt(information)``, in SD of ability."""
        return 1 / np.sqrt(self.information(theta))

    def probability(self, theta: ArrayLike) -> Floats:
        """P(right) as (abilities, items)."""
        at = np.asarray(theta, dtype=float).reshape(-1, 1)
        return 1 / (1 + np.exp(-self.slopes * (at - self.difficulties)))

    def score_sem(self, score: float) -> float | None:
        """Conditional SEM in points at a true number-right score, ``sqrt(Σ P (1 - P))``.

        ``score`` lies strictly between 0 and the number of items. ``None`` where the model has no
        numbers. Source: Lord (1980), Applications of Item Response Theory, ch. 4.
        """
        theta = self.ability_at(score)
        if theta is None:
            return None
        p = self.probability(theta)
        return math.sqrt(float((p * (1 - p)).sum()))

    def ability_at(self, score: float) -> float | None:
        """The ability whose expected number-right score is ``score`` (``None`` in a shell).

        Raises ``UsageError`` ``usage.cut`` outside what the items can give.
        """
        if not self.slopes.size:
            return None
        low, high = -40.0, 40.0
        expected = [float(self.probability(end).sum()) for end in (low, high)]
        if not expected[0] < score < expected[1]:
            raise UsageError(
                "usage.cut",
                f"A score of {score:g} has no ability: give one between {expected[0]:g} and "
                f"{expected[1]:g}.",
            )
        for _ in range(80):
            middle = (low + high) / 2
            below = float(self.probability(middle).sum()) < score
            low, high = (middle, high) if below else (low, middle)
        return (low + high) / 2


def rasch(responses: ArrayLike, *, names: Sequence[str] = (), all_n: bool = False) -> ItemModel:
    """The Rasch model by marginal maximum likelihood, one common slope, ability N(0, 1).

    ``responses`` (candidates, items): 1 right, 0 not, NaN missing. Standard errors from the
    observed information, intervals ``± 1.96 SE``. Infit and outfit are posterior-weighted mean
    squares (``irt_fit``). Source: Bock and Aitkin (1981); Thissen (1982), Psychometrika 47. Least
    n: 100 candidates, for the model and for each item; below it nothing is estimated unless
    ``all_n``. Raises ``UsageError`` ``usage.responses`` for other values, ``usage.items`` for
    fewer than 2 items, ``usage.item-constant`` for an item all or none got right (leave out what
    ``constant`` names).
    """
    return _model("rasch", responses, names, LEAST_RASCH, all_n=all_n)


def two_parameter(
    responses: ArrayLike, *, names: Sequence[str] = (), all_n: bool = False
) -> ItemModel:
    """The two-parameter logistic model; as ``rasch``, each item with its own slope.

    Negative slopes are allowed: they show a wrong key. Where a slope runs to infinity (answers in
    perfect order) there are no estimates, and ``note`` says so. Source: Birnbaum (1968), in Lord
    and Novick; Bock and Aitkin (1981). Least n: 500 candidates; at least 3 items.
    """
    return _model("2pl", responses, names, LEAST_2PL, all_n=all_n)


def constant(responses: ArrayLike) -> tuple[int, ...]:
    """Columns of items that all, none or nobody answered right: they have no difficulty."""
    found = estimation.answers(responses)
    right, seen = np.nansum(found, axis=0), (~np.isnan(found)).sum(axis=0)
    return tuple(int(one) for one in np.flatnonzero((right == 0) | (right == seen)))


def _model(
    kind: Kind, responses: ArrayLike, names: Sequence[str], least: int, *, all_n: bool
) -> ItemModel:
    found = estimation.answers(responses)
    names = _names(names, found.shape[1])
    _enough_items(found.shape[1], 2 if kind == "rasch" else 3)
    _no_constant(found, names)
    n = int((~np.isnan(found)).any(axis=1).sum())
    if n < least and not all_n:
        return _shell(kind, found, names, least, n)
    data = estimation.patterns(found)
    solution = estimation.solve(data, common_slope=kind == "rasch")
    return _Report(kind, found, names, least, data, solution, all_n=all_n).model()


def _names(names: Sequence[str], items: int) -> Sequence[str]:
    if names and len(names) != items:
        raise UsageError("usage.items", f"There are {items} items but {len(names)} names.")
    return names or [f"item{number + 1}" for number in range(items)]


def _enough_items(items: int, least: int) -> None:
    if items < least:
        raise UsageError(
            "usage.items", f"The model needs at least {least} items; there are {items}."
        )


def _no_constant(found: Floats, names: Sequence[str]) -> None:
    for item in constant(found):
        seen = int((~np.isnan(found[:, item])).sum())
        right = "none" if not np.nansum(found[:, item]) else "all"
        raise UsageError(
            "usage.item-constant",
            f"Item {names[item]} was answered right by {right} of the {seen} candidates who "
            "answered it, so it has no difficulty; leave it out.",
        )


def _shell(
    kind: Kind, found: Floats, names: Sequence[str], least: int, candidates: int
) -> ItemModel:
    """No numbers, and why."""

    def none(n: int) -> Statistic:
        return settle(Statistic(value=None, n=n, least=least, method=_MODEL[kind], source=_SOURCE))

    seen = (~np.isnan(found)).sum(axis=0)
    items = tuple(
        ItemEstimate(
            name=name,
            n=int(n),
            **dict.fromkeys(_FIGURES, none(min(int(n), candidates))),
            fit="unknown",
        )
        for name, n in zip(names, seen, strict=True)
    )
    whole, empty = none(candidates), np.empty(0)
    return ItemModel(
        kind=kind,
        n=candidates,
        items=items,
        log_likelihood=whole,
        reliability=whole,
        parameters=0,
        converged=False,
        note=whole.note,
        ability=empty,
        ability_sd=empty,
        slopes=empty,
        difficulties=empty,
    )


_FIGURES: Final = ("a", "b", "infit", "outfit")


class _Report:
    """Turns a solution into figures."""

    def __init__(
        self,
        kind: Kind,
        found: Floats,
        names: Sequence[str],
        least: int,
        data: estimation.Patterns,
        solution: estimation.Solution,
        *,
        all_n: bool,
    ) -> None:
        self.kind, self.names, self.least, self.all_n = kind, names, least, all_n
        self.data, self.solution = data, solution
        self.seen = (~np.isnan(found)).sum(axis=0)
        self.n = int(data.count.sum())
        self.note = "" if solution.converged else _no_maximum(solution, names)
        self.fit = mean_squares(data, solution)

    def model(self) -> ItemModel:
        solution = self.solution
        ability, spread = self._abilities()
        usable = solution.converged
        return ItemModel(
            kind=self.kind,
            n=self.n,
            items=tuple(self._item(number) for number in range(len(self.names))),
            log_likelihood=self._whole(solution.log_likelihood, "maximum", _SOURCE),
            reliability=self._reliability(ability, spread),
            parameters=len(self.names) * 2 if self.kind == "2pl" else len(self.names) + 1,
            converged=usable,
            note=self.note,
            ability=ability if usable else np.empty(0),
            ability_sd=spread if usable else np.empty(0),
            slopes=solution.a if usable else np.empty(0),
            difficulties=-solution.d / solution.a if usable else np.empty(0),
        )

    def _abilities(self) -> tuple[Floats, Floats]:
        """EAP and posterior SD of each candidate (Bock and Mislevy 1982)."""
        theta, posterior = self.solution.quadrature.theta, self.solution.posterior
        mean = posterior @ theta
        spread = np.sqrt(np.maximum(posterior @ theta**2 - mean**2, 0))
        where = self.data.where
        return (
            np.where(where >= 0, mean[where], np.nan),
            np.where(where >= 0, spread[where], np.nan),
        )

    def _reliability(self, ability: Floats, spread: Floats) -> Statistic:
        explained, left = float(np.nanvar(ability)), float(np.nanmean(spread**2))
        value = explained / (explained + left)
        return self._whole(
            value, "EAP reliability, var(EAP) / (var(EAP) + mean posterior variance)", _EAP
        )

    def _whole(self, value: float, method: str, source: str) -> Statistic:
        return self._figure(value, None, self.n, f"{_MODEL[self.kind]}, {method}", source)

    def _figure(
        self, value: float, error: float | None, n: int, method: str, source: str
    ) -> Statistic:
        figure = Statistic(
            value=None if self.note else estimation.bounded(value),
            interval=None if self.note or error is None else _around(value, error),
            n=n,
            least=self.least,
            method=method,
            source=source,
            note=self.note,
        )
        return settle(figure, all_n=self.all_n)

    def _item(self, number: int) -> ItemEstimate:
        n, model = int(self.seen[number]), _MODEL[self.kind]
        a, d = float(self.solution.a[number]), float(self.solution.d[number])
        error_a, error_b = self._errors(number)
        by = "marginal maximum likelihood, interval ± 1.96 SE from the observed information"
        squares = "mean square over the posterior of ability, interval ± 1.96 SE over candidates"
        figures = {
            "a": self._figure(a, error_a, n, f"slope, {model}, {by}", _SOURCE),
            "b": self._figure(
                -d / a, error_b, n, f"difficulty in SD of ability, {model}, {by}", _SOURCE
            ),
            "infit": self._figure(
                *_at(self.fit, "infit", number), n, f"information-weighted {squares}", _FIT_SOURCE
            ),
            "outfit": self._figure(
                *_at(self.fit, "outfit", number), n, f"unweighted {squares}", _FIT_SOURCE
            ),
        }
        return ItemEstimate(
            name=self.names[number],
            n=n,
            **figures,
            fit=_verdict(figures["infit"], figures["outfit"]),
        )

    def _errors(self, number: int) -> tuple[float, float]:
        """Standard errors of a and, by the delta method, of b."""
        other = number + len(self.names)
        cover = self.solution.covariance
        a, b = self.solution.a[number], -self.solution.d[number] / self.solution.a[number]
        var_a, var_d, both = cover[number, number], cover[other, other], cover[number, other]
        var_b = (var_d + b * b * var_a + 2 * b * both) / (a * a)
        return float(np.sqrt(var_a)), float(np.sqrt(var_b))


_EAP: Final = "Bock and Mislevy (1982), Applied Psychological Measurement 6; Adams (2005)"


def _around(value: float, error: float) -> Interval:
    return value - _Z * error, value + _Z * error


def _at(fit: Fit, which: Literal["infit", "outfit"], number: int) -> tuple[float, float]:
    value, error = (
        (fit.infit, fit.infit_error) if which == "infit" else (fit.outfit, fit.outfit_error)
    )
    return float(value[number]), float(error[number])


def _verdict(infit: Statistic, outfit: Statistic) -> Verdict:
    values = [one.value for one in (infit, outfit) if one.value is not None]
    if len(values) < 2:
        return "unknown"
    if max(values) > FIT_HIGH:
        return "underfit"
    return "overfit" if min(values) < FIT_LOW else "fits"


def _no_maximum(solution: estimation.Solution, names: Sequence[str]) -> str:
    steepest = names[int(np.abs(solution.a).argmax())]
    return (
        f"no maximum was found in {solution.iterations} steps; the slope of {steepest} ran "
        "furthest. Leave that item out or give more candidates"
    )
