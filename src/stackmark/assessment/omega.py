"""One factor by maximum likelihood, and McDonald's omega from it; for many matrices at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.intervals import Floats

LEAST_ITEMS: Final = 3  # with two items one factor is not identified
STEPS: Final = 4_000  # a Heywood case creeps towards its border; it is told as such
_CLOSE: Final = 1e-9
_FLOOR: Final = 1e-8
_HEYWOOD: Final = 0.005


@dataclass(frozen=True, slots=True)
class OneFactor:
    """``loadings`` and ``uniquenesses`` (matrices, items), in the unit of the covariances.

    ``proper`` (matrices,) is false where some item has hardly any variance of its own (Heywood).
    """

    loadings: Floats
    uniquenesses: Floats
    proper: NDArray[np.bool_]

    @property
    def omega(self) -> Floats:
        """McDonald's omega total (matrices,): ``(Σλ)² / ((Σλ)² + Σψ)``, 0 to 1."""
        common = self.loadings.sum(axis=1) ** 2
        with np.errstate(invalid="ignore"):
            return np.asarray(common / (common + self.uniquenesses.sum(axis=1)))


def fit_one_factor(
    covariances: Floats,
    start: OneFactor | None = None,
    *,
    steps: int = STEPS,
    close: float = _CLOSE,
) -> OneFactor:
    """Fit ``Σ = λλ' + diag ψ`` to covariance matrices (matrices, items, items) by EM.

    Minimises ``log|Σ| + tr(SΣ⁻¹)``, the normal likelihood (Lawley and Maxwell 1971, Factor Analysis
    as a Statistical Method, ch. 4; EM: Rubin and Thayer 1982, Psychometrika 47). Needs three items
    with variance. ``start`` speeds up matrices close to one already fitted. Stops when no loading
    moves by more than ``close`` of its item's standard deviation.
    """
    scale = np.sqrt(np.maximum(np.diagonal(covariances, axis1=1, axis2=2), 0))
    scale = np.where(scale > 0, scale, 1.0)  # a constant item gets loading and uniqueness 0
    matrices = covariances / (scale[:, :, None] * scale[:, None, :])
    loadings, unique = _start(matrices) if start is None else _scaled(start, scale)
    running = np.arange(len(matrices))
    for _ in range(steps):
        moved, own = _step(matrices[running], loadings[running], unique[running])
        far = np.abs(moved - loadings[running]).max(axis=1) > close
        loadings[running], unique[running] = moved, own
        running = running[far]
        if not running.size:
            break
    proper = unique.min(axis=1) > _HEYWOOD
    return OneFactor(loadings * scale, unique * scale**2, proper)


def _start(matrices: Floats) -> tuple[Floats, Floats]:
    """The first principal axis, its sign such that most items load above 0."""
    values, vectors = np.linalg.eigh(matrices)
    first = vectors[:, :, -1] * np.sign(vectors[:, :, -1].sum(axis=1) + 1e-12)[:, None]
    loadings = np.clip(first * np.sqrt(values[:, -1:]), -0.95, 0.95)
    return loadings, np.asarray(1 - loadings**2)


def _scaled(start: OneFactor, scale: Floats) -> tuple[Floats, Floats]:
    """A fit of one matrix, or of each, as the start for correlations."""
    return start.loadings / scale, np.maximum(start.uniquenesses / scale**2, _FLOOR)


def _step(matrices: Floats, loadings: Floats, unique: Floats) -> tuple[Floats, Floats]:
    """One step of EM; the inverse of Σ by Sherman and Morrison."""
    weights = loadings / unique
    weights = weights / (1 + (loadings * weights).sum(axis=1, keepdims=True))
    crossed = np.einsum("mij,mj->mi", matrices, weights)
    spread = 1 + ((crossed - loadings) * weights).sum(axis=1, keepdims=True)
    moved = crossed / spread
    own = np.diagonal(matrices, axis1=1, axis2=2) - moved * crossed
    return moved, np.maximum(own, _FLOOR)
