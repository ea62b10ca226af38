"""Every plan that may be as good as is asked, tried in the order of prices.

The prices of a linear program say what each column adds to the least there is of an aim, and what
each row that is kept with more than enough adds. So only few columns together stay below a bound,
and these are tried one after another: always for the row that is short and has the fewest columns
that could help. What was tried is not tried again beside its neighbours. Nothing is passed over but
what is proven to be too much, so the end of the search is a proof.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

_EASE: Final = 1e-4
"""Of a unit: sums in floating point. Aims are whole numbers."""
_SHORT: Final = 1e-6
MOST_CELLS: Final = 4_000_000


class TooMany(Exception):  # noqa: N818 - it is no error
    """More nodes than were allowed."""


class Done(Exception):  # noqa: N818 - it is no error
    """The first answer is enough."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A linear program and its prices: rows are ``matrix @ x >= ends`` with ``0 <= x <= 1``.

    Any answer has ``least`` of the aim, ``more`` for each of its columns, and ``duals`` for each
    unit by which a row is more than kept. ``columns`` are the places of the columns in the model.
    """

    least: float
    more: Any
    duals: Any
    matrix: Any
    ends: Any
    price: Any
    columns: Any


@dataclass(slots=True)
class Search:
    """The least of an aim up to ``most``, by ``nodes`` nodes at most; ``first``: any will do."""

    asked: Priced
    most: float
    nodes: int
    first: bool = False
    found: tuple[int, ...] | None = None
    _rows: Any = field(default=None, init=False)

    @property
    def top(self) -> float:
        """What an answer may have: as much as the best that was found, or what was asked."""
        return self.most + (self.found is not None)

    def run(self) -> tuple[int, ...] | None:
        """Columns of the model that are 1 in the best answer; ``None``: there is none so good.

        Raises ``TooMany``.
        """
        import numpy as np

        if self.asked.matrix.shape[0] * self.asked.matrix.shape[1] > MOST_CELLS:
            raise TooMany
        self._rows = _Rows(self.asked)
        free = np.arange(len(self.asked.columns))
        with suppress(Done):
            self._node(np.zeros(len(self.asked.ends)), 0.0, free, ())
        return self.found

    def _node(self, done: Any, more: float, free: Any, taken: tuple[int, ...]) -> None:
        """``done``: what the columns taken give to each row; ``free``: those that may be taken."""
        self.nodes -= 1
        if self.nodes < 0:
            raise TooMany
        rows = self._rows
        short = (done < rows.ends).nonzero()[0]
        if not len(short):
            self._take(taken)
            return
        free, helps = self._useful(done, more, free, short)
        helpers = helps.sum(axis=0)
        least = helpers.argmin()
        if not helpers[least]:
            return
        helping = helps[:, least]
        rest, tried = free[~helping], free[helping]
        for place, column in enumerate(tried.tolist()):
            after = done + rows.gives[column]
            others = _joined(rest, tried[place + 1 :])
            self._node(after, more + rows.more[column], others, (*taken, column))

    def _useful(self, done: Any, more: float, free: Any, short: Any) -> tuple[Any, Any]:
        """What may still be taken, and which of the short rows each would help."""
        rows = self._rows
        over = (done[rows.dear] + rows.gives_dear[free] - rows.ends_dear).clip(0.0) @ rows.duals
        good = rows.more[free] + over <= self.most + _EASE - self.asked.least - more
        free = free[good]
        full = rows.most[done[rows.most] < -_SHORT]  # by itself no column is too much
        kept = done[full] + rows.gives[free[:, None], full] >= rows.ends[full]
        free = free[kept.all(axis=1)]
        return free, rows.helps[free[:, None], short]

    def _take(self, taken: tuple[int, ...]) -> None:
        places = self._rows.order[list(taken)]
        value = round(float(self.asked.price[places].sum()))
        if value > self.most:
            return
        self.found = tuple(sorted(int(self.asked.columns[one]) for one in places))
        self.most = value - 1
        if self.first:
            raise Done


def _joined(some: Any, others: Any) -> Any:
    import numpy as np

    return np.sort(np.concatenate((some, others)))


class _Rows:
    """What a search looks at: ``dear`` are rows with a price, ``most`` those that only fill up."""

    def __init__(self, asked: Priced) -> None:
        import numpy as np

        order = np.argsort(asked.more, kind="stable")
        dense = asked.matrix[:, order].toarray()
        self.order = order
        self.more = asked.more[order]
        self.ends = asked.ends - _SHORT
        self.gives = np.ascontiguousarray(dense.T)
        self.helps = self.gives > 0
        takes = (dense < 0).any(axis=1)
        # What is more than kept stays so only where no column takes from it.
        self.dear = ((asked.duals > 0) & ~takes).nonzero()[0]
        self.duals = asked.duals[self.dear]
        self.ends_dear = asked.ends[self.dear]
        self.gives_dear = self.gives[:, self.dear]
        self.most = (takes & ~self.helps.any(axis=0)).nonzero()[0]
