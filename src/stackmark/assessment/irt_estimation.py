"""Marginal maximum likelihood for dichotomous items: Rasch and 2PL, ability ~ N(0, 1).

``P(x = 1) = 1 / (1 + exp(-(a θ + d)))`` with ``b = -d / a``. The integral over ability is by
Gauss-Hermite quadrature (Bock and Aitkin 1981, Psychometrika 46). A few EM-gradient steps (Lange
1995, JRSS B 57) come near the maximum, then Newton steps with the exact observed information
(Louis 1982, JRSS B 44) reach it; its inverse is the covariance of the estimates. Equal answer
patterns are computed once. Missing answers are left out of the likelihood (missing at random).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.errors import UsageError

Floats = NDArray[np.float64]

_FURTHEST: Final = 8.0  # nodes beyond carry less than 1e-14 of the standard normal
_NEARING: Final = 8  # EM-gradient steps before Newton
_STEPS: Final = 200
_DONE: Final = 1e-9  # Newton decrement: twice the log likelihood still to be gained
_STEEPEST: Final = 20.0  # a slope beyond runs to infinity
_EXACT: Final = (
    200_000_000  # patterns x items x nodes; beyond, cross products stand for information
)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Different answer patterns: ``right`` and ``seen`` (patterns, items), how often each came.

    ``where`` gives each candidate's pattern, or -1 for one who answered nothing.
    """

    right: Floats
    seen: Floats
    count: Floats
    where: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quadrature:
    """Nodes and the logarithms of their weights."""

    theta: Floats
    log_weight: Floats


@dataclass(frozen=True, slots=True)
class Solution:
    """Slopes ``a``, intercepts ``d``, their covariance (2J, 2J; slopes first), log likelihood.

    ``posterior`` (patterns, nodes) are each pattern's weights over ``quadrature.theta``.
    """

    a: Floats
    d: Floats
    covariance: Floats
    log_likelihood: float
    iterations: int
    converged: bool
    posterior: Floats
    quadrature: Quadrature


def answers(responses: ArrayLike) -> Floats:
    """``responses`` as floats (candidates, items): 1 right, 0 not, NaN (or ``None``) missing.

    Raises ``UsageError`` ``usage.responses`` for another shape or value, naming the place.
    """
    found: Floats
    try:
        found = np.asarray(responses, dtype=float)
    except (TypeError, ValueError) as error:
        raise UsageError(
            "usage.responses", "Responses must be a table of 1, 0 or nothing, a row a candidate."
        ) from error
    if found.ndim != 2 or not found.size:
        raise UsageError("usage.responses", "Responses must be a table, a row a candidate.")
    wrong = np.argwhere(~(np.isnan(found) | (found == 0) | (found == 1)))
    if wrong.size:
        row, column = wrong[0]
        raise UsageError(
            "usage.responses",
            f"Candidate {row + 1}, item {column + 1}: {found[row, column]:g} is neither 0 nor 1; "
            "score answers as right (1) or not (0) first.",
        )
    return found


def patterns(found: Floats) -> Patterns:
    """The different rows of ``found`` that answer anything, and how often each comes."""
    coded = np.where(np.isnan(found), 2, found).astype(np.int8)
    rows, where, count = np.unique(coded, axis=0, return_inverse=True, return_counts=True)
    where = where.reshape(-1).astype(np.int64)
    kept = (rows != 2).any(axis=1)
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    rows, count = rows[kept], count[kept]
    return Patterns(
        (rows == 1).astype(float), (rows != 2).astype(float), count.astype(float), place[where]
    )


def quadrature(items: int) -> Quadrature:
    """Gauss-Hermite nodes for N(0, 1): more for longer tests, whose posteriors are narrow."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(61 if items <= 60 else 121)
    near = (np.abs(nodes) <= _FURTHEST) & (weights > 0)
    weights = weights[near] / weights[near].sum()
    return Quadrature(nodes[near], np.log(weights))


def solve(data: Patterns, *, common_slope: bool) -> Solution:
    """The estimates that maximise the marginal likelihood. See the module for the method."""
    return _Search(data, common_slope=common_slope).run()


class _Search:
    """The parameters under way, and what one step needs."""

    def __init__(self, data: Patterns, *, common_slope: bool) -> None:
        self.data = data
        self.items = data.right.shape[1]
        self.quadrature = quadrature(self.items)
        self.mapping = _mapping(self.items, common_slope=common_slope)
        self.free = _start(data, common_slope=common_slope)
        self._expect(self.free)

    def run(self) -> Solution:
        done, step = False, 0
        for step in range(1, _STEPS + 1):
            gradient = self.mapping.T @ self._gradient()
            change = self._newton(gradient) if step > _NEARING else self._nearing(gradient)
            done = step > _NEARING and bool(abs(gradient @ change) < _DONE)
            if done or not self._move(change, gradient):
                break
            if np.abs(self._slopes(self.free)).max() > _STEEPEST:
                break
        return self._solution(step, done=done)

    def _solution(self, steps: int, *, done: bool) -> Solution:
        full = self.mapping @ self.free
        a, d = full[: self.items], full[self.items :]
        cover = self.mapping @ _inverse(self._reduced(self._observed())) @ self.mapping.T
        posterior, theta = self.posterior, self.quadrature
        if a.sum() < 0:  # the mirror image fits as well: high ability is where more is right
            a = -a
            sign = np.repeat([-1.0, 1.0], self.items)
            cover = cover * np.outer(sign, sign)
            posterior = posterior[:, ::-1]  # nodes are symmetric
        return Solution(a, d, cover, self.log_likelihood, steps, done, posterior, theta)

    def _slopes(self, free: Floats) -> Floats:
        return (self.mapping @ free)[: self.items]

    def _expect(self, free: Floats) -> float:
        """E step: what the data say of ability, given the parameters; the log likelihood."""
        full = self.mapping @ free
        logit = np.outer(full[: self.items], self.quadrature.theta) + full[self.items :, None]
        yes, no = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
        joint = self.data.right @ (yes - no) + self.data.seen @ no + self.quadrature.log_weight
        highest = joint.max(axis=1, keepdims=True)
        joint -= highest
        np.exp(joint, out=joint)
        total = joint.sum(axis=1, keepdims=True)
        joint /= total
        self.posterior, self.p = joint, np.exp(yes)
        self.log_likelihood = float(self.data.count @ (np.log(total) + highest)[:, 0])
        self.free = free
        return self.log_likelihood

    def _gradient(self) -> Floats:
        weight = self.posterior * self.data.count[:, None]
        self.seen = self.data.seen.T @ weight
        left = self.data.right.T @ weight - self.seen * self.p
        return np.concatenate([left @ self.quadrature.theta, left.sum(axis=1)])

    def _reduced(self, information: Floats) -> Floats:
        return self.mapping.T @ information @ self.mapping

    def _complete(self) -> Floats:
        """Information as if ability were known: positive definite, so its step never descends."""
        spread, theta, items = self.seen * self.p * (1 - self.p), self.quadrature.theta, self.items
        out = np.zeros((2 * items, 2 * items))
        at = np.arange(items)
        out[at, at] = spread @ theta**2
        out[at, at + items] = out[at + items, at] = spread @ theta
        out[at + items, at + items] = spread.sum(axis=1)
        return out

    def _scores(self) -> Floats:
        """Each pattern's score vector (patterns, 2J)."""
        theta, right, seen = self.quadrature.theta, self.data.right, self.data.seen
        slope = right * (self.posterior @ theta)[:, None]
        slope -= seen * (self.posterior @ (self.p * theta).T)
        return np.hstack([slope, right - seen * (self.posterior @ self.p.T)])

    def _observed(self) -> Floats:
        """Louis: complete information less what not knowing ability takes away."""
        scores = self._scores()
        crossed = (scores * self.data.count[:, None]).T @ scores
        if self.data.right.size * len(self.quadrature.theta) > _EXACT:
            return crossed
        self._gradient()
        return self._complete() - self._second_moment() + crossed

    def _second_moment(self) -> Floats:
        weight = self.posterior * self.data.count[:, None]
        inner = np.zeros((3, self.items, self.items))
        for node, theta in enumerate(self.quadrature.theta):
            left = self.data.right - self.data.seen * self.p[:, node]
            product = (left * weight[:, node, None]).T @ left
            inner += np.array([1.0, theta, theta**2])[:, None, None] * product
        return np.block([[inner[2], inner[1]], [inner[1], inner[0]]])

    def _nearing(self, gradient: Floats) -> Floats:
        return cast("Floats", np.linalg.solve(self._reduced(self._complete()), gradient))

    def _newton(self, gradient: Floats) -> Floats:
        information = self._reduced(self._observed())
        try:
            np.linalg.cholesky(information)
        except np.linalg.LinAlgError:
            return self._nearing(gradient)
        return cast("Floats", np.linalg.solve(information, gradient))

    def _move(self, change: Floats, gradient: Floats) -> bool:
        """Go as far along ``change`` as the likelihood rises; false where it does not rise."""
        free, before = self.free, self.log_likelihood
        change = change / max(1.0, float(np.abs(change).max()) / 2)
        for halving in range(30):
            part = 0.5**halving
            if self._expect(free + part * change) >= before + 1e-4 * part * (gradient @ change):
                return True
        self._expect(free)
        return False


def _mapping(items: int, *, common_slope: bool) -> Floats:
    """Free parameters → slopes and intercepts."""
    if not common_slope:
        return np.eye(2 * items)
    out = np.zeros((2 * items, items + 1))
    out[:items, 0] = 1
    out[items:, 1:] = np.eye(items)
    return out


def _start(data: Patterns, *, common_slope: bool) -> Floats:
    """Slopes from item-rest correlations, intercepts from shares right."""
    weight = data.count[:, None]
    share = (data.right * weight).sum(axis=0) / (data.seen * weight).sum(axis=0)
    intercept = 1.2 * np.log(share / (1 - share))
    if common_slope:
        return np.concatenate([[1.0], intercept])
    centred = data.right - data.seen * share
    rest = centred.sum(axis=1, keepdims=True) - centred
    covariance = (centred * rest * weight).sum(axis=0)
    scale = np.sqrt((centred**2 * weight).sum(axis=0) * (rest**2 * data.seen * weight).sum(axis=0))
    r = np.clip(covariance / np.where(scale > 0, scale, 1), -0.8, 0.8)
    return np.concatenate([np.clip(2.5 * r, -2, 2) + np.where(r < 0, -0.1, 0.1), intercept])


def _inverse(information: Floats) -> Floats:
    """The inverse, or NaN where the information is not positive definite."""
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
    return cast("Floats", np.linalg.inv(information))


def bounded(value: Any) -> float | None:
    """A float, or ``None`` for what is not finite."""
    return float(value) if np.isfinite(value) else None
