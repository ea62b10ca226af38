"""The question without whole numbers, and mostly without time: what any plan has at least.

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
from stackmark.planning.search import Priced


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
            self._models[places] = Model(self.case, self.last, places, timed=False)
        model = self._models[places]
        if bounds.last > self.last:
            bounds = replace(bounds, last=self.last)
        found = priced(model, aim, bounds)
        if found is None:
            return None
        last = model.first + len(model.options)
        pairs = zip(found.columns.tolist(), found.more.tolist(), strict=True)
        more = {
            model.options[column - model.first].offer: value
            for column, value in pairs
            if model.first <= column < last
        }
        return Bound(found.least, more)


def priced(model: Model, aim: str, bounds: Bounds) -> Priced | None:
    """The linear program of a model with its prices; ``None``: it has no answer."""
    import numpy as np
    from scipy.sparse import vstack

    price, matrix, low, high, upper = model.asked(aim, bounds)
    load, upper[model.load] = upper[model.load], 0.0
    if load == inf:
        high[matrix[:, [model.load]].nonzero()[0]] = inf  # any load is allowed
    below, above = np.isfinite(low), np.isfinite(high)
    rows = vstack([matrix[below], -matrix[above]]).tocsc()
    ends = np.concatenate([low[below], -high[above]])
    if load < inf:
        ends = ends - load * rows[:, [model.load]].toarray().ravel()
    columns = (upper > 0).nonzero()[0]
    if model.first:
        return _joined(model, price[columns], rows[:, columns], ends, columns)
    return _solved(price[columns], rows[:, columns], ends, columns)


def _joined(model: Model, price: Any, rows: Any, ends: Any, columns: Any) -> Priced | None:
    """Offers that only serve an award are taken as much as they are used, and no more.

    Such a column lifts one row alone, that of its uses; what they are it is, in each other row.
    """
    import numpy as np
    from scipy.sparse import csc_array, eye_array

    table = rows.tocoo()
    lifts = table.data > 0
    many = np.bincount(table.col[lifts], minlength=len(columns))
    row_of = np.full(len(columns), -1)
    row_of[table.col[lifts]] = table.row[lifts]
    last = model.first + len(model.options)
    lone = (many == 1) & (columns >= model.first) & (columns < last) & (ends[row_of] == 0)
    others = lifts | (columns[table.col] >= model.first)  # what is no use by the award
    lone &= np.bincount(table.row[others], minlength=len(ends))[row_of] == 1
    owner = np.full(len(ends), -1)
    owner[row_of[lone]] = lone.nonzero()[0]
    uses = (owner[table.row] >= 0) & ~lifts
    taken, used, part = owner[table.row[uses]], table.col[uses], -table.data[uses]
    size = (len(columns), len(columns))
    joined = (eye_array(len(columns)) + csc_array((part, (taken, used)), shape=size)).tocsc()
    kept = (~lone).nonzero()[0]
    joined = joined[:, kept]
    found = _solved(joined.T @ price, rows @ joined, ends, kept)
    if found is None:
        return None
    more = np.full(len(columns), np.inf)
    more[kept] = found.more
    np.minimum.at(more, taken, more[used])
    return replace(found, more=more, price=price, columns=columns)


def narrowed(asked: Priced, most: float) -> Priced | None:
    """Without columns that would make it more than ``most``, as often as that helps.

    ``None``: there is no answer so good.
    """
    while True:
        kept = (asked.least + asked.more <= most).nonzero()[0]
        if len(kept) >= 0.9 * len(asked.columns):
            return asked if asked.least <= most else None
        found = _solved(asked.price[kept], asked.matrix[:, kept], asked.ends, asked.columns[kept])
        if found is None or found.least > most:
            return None
        asked = found


def _solved(price: Any, rows: Any, ends: Any, columns: Any) -> Priced | None:
    import numpy as np
    from scipy.optimize import linprog

    if not len(columns):
        empty = np.zeros(0)
        duals = np.zeros(len(ends))
        return Priced(0.0, empty, duals, rows, ends, price, columns) if (ends <= 0).all() else None
    found = linprog(price, A_ub=-rows, b_ub=-ends, bounds=(0.0, 1.0), method="highs-ds")
    if found.status == 2:
        return None
    duals = np.zeros(len(ends)) if found.status else np.maximum(-found.ineqlin.marginals, 0.0)
    more = price - rows.T @ duals
    least = float(ends @ duals + np.minimum(more, 0.0).sum())
    return Priced(least, np.maximum(more, 0.0), duals, rows, ends, price, columns)
