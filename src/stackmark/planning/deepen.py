"""The least of an aim by prices: a bound, then every plan near it, then a little further away.

The linear program says what each offer costs at least (``wide``); those within a small part above
the bound are tried, plan by plan (``search``). Where there is none the part grows. What is found
is the least there is, for what was left out cannot be as good.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from stackmark.planning.choice import Option
from stackmark.planning.model import Bounds, Model
from stackmark.planning.search import Priced, Search, TooMany
from stackmark.planning.wide import narrowed, priced

if TYPE_CHECKING:
    from stackmark.planning.solve import Solver

FEW = 60
"""So many offers are asked for at once; of more those first that promise most."""
_EASE: Final = 1e-4  # of a unit: sums in floating point
NODES: Final = 4_000
"""So far every plan is tried before the question goes to the solver of whole numbers."""
_FIRST_PART, _MORE, _LAST_PART = 0.02, 1.6, 1.0
FEW_OPTIONS: Final = 1_500
_MOST_OPTIONS: Final = 3_000
_WHOLE: Final = 0.5
_FEW: Final = 40


@dataclass(frozen=True, slots=True)
class Way:
    """Options taken, in order of their start, and names of the goals that were dropped."""

    options: tuple[Option, ...]
    dropped: tuple[str, ...] = ()


class Undecided(Exception):  # noqa: N818 - it is no error
    """A limit of nodes or of cuts was reached before an answer."""


class ByPrices:
    """Asks for a solver, where no award's rules have to be kept."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver

    def least(
        self, aims: tuple[str, ...], bounds: Bounds, places: tuple[int, ...]
    ) -> tuple[Way | None, tuple[int, ...], tuple[str, float] | None]:
        """A way, the offers of which equals are made, the last aim with what it comes to.

        Raises ``TooMany``.
        """
        if aims == ("cost", "count"):
            return self._deepened(f"{len(places) + 1}*cost+count", bounds, places)
        found, places, value = self._deepened(aims[0], bounds, places)
        if found is None or len(aims) == 1:
            return found, places, value
        return self._deepened(aims[1], self.solver.kept(aims[0], found, bounds), places)

    def _deepened(
        self, aim: str, bounds: Bounds, places: tuple[int, ...]
    ) -> tuple[Way | None, tuple[int, ...], tuple[str, float] | None]:
        """By offers with which a plan may be little above the bound; then by more of them.

        Raises ``TooMany``.
        """
        bound = self.solver.wide.bound(aim, bounds, places)
        if bound is None:
            return None, places, None
        every = tuple(sorted(bound.more))
        many = self.many(every, bounds)
        few, part = many <= FEW_OPTIONS, _FIRST_PART if many > FEW else inf
        least = bound.least
        while True:
            most = inf if part > _LAST_PART else _rounded(aim, least * (1 + part) + 1)
            some = every if few or most == inf else tuple(sorted(bound.within(most + _EASE)))
            if not few and self.many(some, bounds) > _MOST_OPTIONS:
                raise TooMany
            asked, way = self.searched(aim, bounds, some, most)
            if way is not None:
                value = self._value(aim, way)
                return way, tuple(sorted(bound.within(value + _EASE))), (aim, value)
            if most == inf or (few and asked is None):
                return None, places, None
            least = max(least, asked.least if asked else 0.0)
            part *= _MORE

    def _value(self, aim: str, way: Way) -> int:
        times, _, names = aim.rpartition("*")
        first, _, then = names.partition("+")
        value = int(times or 1) * self.solver.measure(first, way)
        return value + self.solver.measure(then, way) if then else value

    def many(self, places: Sequence[int], bounds: Bounds) -> int:
        """How many options, about."""
        weeks = (min(self.solver.last, bounds.last) - self.solver.case.at).days // 7
        return sum(len(self.solver.case.offers[one].starts) or weeks for one in places)

    def searched(
        self,
        aim: str,
        bounds: Bounds,
        places: tuple[int, ...],
        most: float,
        *,
        first: bool = False,
    ) -> tuple[Priced | None, Way | None]:
        """The least of an aim up to ``most`` with these offers, or ``first`` some way so good.

        Before it the linear program, where that has an answer.
        """
        model = self.solver.model_of(min(self.solver.last, bounds.last), places)
        while True:
            asked = priced(model, aim, bounds)
            less = asked and narrowed(asked, most + _EASE)
            if less is None:
                return asked, None
            search = Search(less, most, min(NODES, self.solver.nodes), first)
            columns: Collection[int] | None
            try:
                columns = search.run()
            except TooMany:
                columns = self._left(model, aim, bounds, search)
            if columns is None:
                return asked, None
            way = self.solver.stands(model, columns)
            if way is not None:
                return asked, way

    def _left(
        self, model: Model, aim: str, bounds: Bounds, search: Search
    ) -> Collection[int] | None:
        """What a search that took too long has not found."""
        asked = narrowed(search.asked, search.top + _EASE)
        if asked is None:
            return None
        answer = model.run(aim, bounds, self.solver.nodes, asked.columns)
        if answer.status == 2:
            return None
        if answer.status != 0 or answer.x is None:
            raise Undecided
        good = answer.fun <= search.top + _WHOLE
        return frozenset((answer.x > 0.5).nonzero()[0].tolist()) if good else None


def _rounded(aim: str, most: float) -> float:
    """Where a few offers more or less are little beside what they cost: little above it."""
    weight = int(aim.partition("*")[0]) if "*" in aim else 1
    return weight * (most // weight) + (_FEW if weight > _FEW else 0)
