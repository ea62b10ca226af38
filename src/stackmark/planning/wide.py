"""The question without time and without whole numbers: what any plan has at least, and by what.

Its prices (the duals of a linear program) say of each offer what a plan with it has at least
of an aim. The bound is added up here from the prices alone, so it holds whatever the solver did
(weak duality); offers with which no plan is as good as one that is known need not be looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from stackmark.planning.choice import Case
from stackmark.planning.model import Bounds, Model


@dataclass(frozen=True, slots=True)
class Bound:
    """No plan has less than ``least`` of an aim, none with an offer less than its ``more`` above.

    Money is scaled as the case says.
    """

    least: float
    more: dict[int, float]

    def within(self, most: float) -> set[int]:
        """The offers with which a plan may have so much or less."""
        return {place for place, more in self.more.items() if self.least + more <= most}


class Wide:
    """A case without time, for plans that end by a day."""

    def __init__(self, case: Case, last: dt.date) -> None:
        self.case, self.last = case, last
        self._models: dict[tuple[int, ...], Model] = {}

    def bound(self, aim: str, bounds: Bounds, allowed: Collection[int]) -> Bound | None:
        """The least of an aim by offers at these places.

        ``None``: there is no plan, with time or without.
        """
        places = tuple(sorted(allowed))
        if places not in self._models:
            self._models = {places: Model(self.case, self.last, places, timed=False)}
        model = self._models[places]
        if bounds.last > self.last:
            bounds = replace(bounds, last=self.last)
        price, matrix, low, high, upper = model.asked(aim, bounds)
        if bounds.load is None:
            upper[model.load] = 0.0
        return _bound(model, price, matrix, low, high, upper)


def _bound(model: Model, price: Any, matrix: Any, low: Any, high: Any, upper: Any) -> Bound | None:
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    below, above, kept = np.isfinite(low), np.isfinite(high), upper > 0
    if not kept.any():
        return Bound(0.0, {}) if (low <= 0).all() and (high >= 0).all() else None
    matrix = matrix[:, kept]
    rows = vstack([matrix[above], -matrix[below]]).tocsr()
    ends = np.concatenate([high[above], -low[below]])
    price, tops = price[kept], upper[kept]
    ranges = np.column_stack([np.zeros(len(tops)), tops])
    found = linprog(price, A_ub=rows, b_ub=ends, bounds=ranges, method="highs-ds")
    if found.status == 2:
        return None
    duals = np.zeros(len(ends)) if found.status else np.minimum(found.ineqlin.marginals, 0.0)
    more = price - rows.T @ duals
    least = float(ends @ duals + np.minimum(more, 0.0) @ tops)
    every = np.full(len(upper), np.inf)
    every[kept] = np.maximum(more, 0.0)
    columns = every[model.first : model.first + len(model.options)].tolist()
    told = zip((one.offer for one in model.options), columns, strict=True)
    return Bound(least, {place: value for place, value in told if value < inf})
