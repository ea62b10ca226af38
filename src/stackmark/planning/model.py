"""The question in rows for HiGHS (domain formula: set cover with chances, terms and an audit).

Columns: the audit's own, then one per option, one for each goal that may be dropped, and the
greatest weekly load. Money and hours are scaled to whole numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, log1p
from typing import Any, Final

from stackmark.planning.choice import Case, Option
from stackmark.planning.goal import SkillGoal
from stackmark.stacking.problem import make_problem
from stackmark.stacking.solver import Model as AwardModel
from stackmark.stacking.solver import Rows

AWARD: Final = ""
"""The award among the names of goals; skills are named by themselves."""
_ROUNDED: Final = (2, 3, 4)
_ROUND: Final = 1e-9
_SLACK: Final = 1e-6
"""Chances are logarithms in floating point: a row is eased by so much, and answers are checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an answer has to keep; ``None`` is no bound. ``droppable`` are names of goals."""

    last: dt.date
    cost: Fraction | None = None
    load: Fraction | None = None
    count: int | None = None
    dropped: int | None = None
    droppable: frozenset[str] = frozenset()


class Model:
    """Rows of a case for options that end by a day; of the offers at ``places``, where given.

    ``timed`` false leaves time out: each offer once, what comes before may come after, and all
    hours together fit in all weeks. Nothing that can be done in time is impossible then.
    """

    def __init__(
        self,
        case: Case,
        last: dt.date,
        places: Sequence[int] | None = None,
        *,
        timed: bool = True,
    ) -> None:
        self.case, self.timed = case, timed
        self.places = tuple(range(len(case.offers))) if places is None else tuple(sorted(places))
        self.options = self._options(last)
        award = self._award()
        self.rows = award.rows if award else Rows()
        self.first = award.width if award else 0
        self.award_off = [one for one, _ in award.missed] if award else []
        self.width = self.first + len(self.options)
        self.columns_of: dict[int, list[int]] = {place: [] for place in self.places}
        for column, one in enumerate(self.options, self.first):
            self.columns_of[one.offer].append(column)
        self.drop: dict[str, int] = {}
        if award:
            self._link(award)
        self._skills()
        self._one_each()
        self._prerequisites()
        self.load = self._column()
        if timed:
            self._loads()
        self.cuts: list[tuple[list[tuple[int, float]], float]] = []
        self._arrays: Any = None
        self._prices: dict[str, Any] = {}

    def _options(self, last: dt.date) -> tuple[Option, ...]:
        if self.timed:
            return self.case.options(last, self.places)
        found = (self.case.soonest[place] for place in self.places)
        return tuple(one for one in found if one is not None and one.end <= last)

    def _column(self) -> int:
        self.width += 1
        return self.width - 1

    def _award(self) -> AwardModel | None:
        case = self.case
        if case.compiled is None:
            return None
        facts = [*case.compiled.facts(case.holdings), *map(case.future_of, self.places)]
        return AwardModel(make_problem(case.compiled, facts, strict=True))

    def _link(self, award: AwardModel) -> None:
        """What is not held serves only when it is taken; the whole tree unless it is dropped."""
        root = len(self.rows.low) - 1
        places = {self.case.offers[place].id: place for place in self.places}
        for fact, uses in zip(award.problem.facts, award.of_item, strict=True):
            place = places.get(fact.holding.id)
            if place is not None:
                taken = [(one, -1.0) for one in self.columns_of[place]]
                self.rows.add([*((one, 1.0) for one in uses), *taken], high=0)
        self.drop[AWARD] = self._column()
        self.rows.row.append(root)
        self.rows.column.append(self.drop[AWARD])
        self.rows.value.append(1.0)

    def _skills(self) -> None:
        for goal in self.case.wanted:
            weigh = _weights(goal)
            terms = [
                (column, weight)
                for place in self.places
                if goal.skill in self.case.offers[place].holding.skills
                for weight in (weigh(self.case.offers[place].pass_chance),)
                if weight
                for column in self.columns_of[place]
            ]
            self.drop[goal.skill] = self._column()
            self.rows.add([*terms, (self.drop[goal.skill], 1.0)], low=1 - _SLACK)
            self._rounded(terms, self.drop[goal.skill])

    def _rounded(self, terms: Sequence[tuple[int, float]], dropped: int) -> None:
        """The same in whole numbers, which parts of offers keep less easily.

        An offer with the part ``w`` of what is needed counts for a whole number above
        ``(k - 1) * w``; so what is enough counts for ``k`` (Chvátal and Gomory).
        """
        if all(weight >= 1 for _, weight in terms):
            return
        for k in _ROUNDED:
            whole = [(one, min(k, int((k - 1) * part + _ROUND) + 1)) for one, part in terms]
            self.rows.add([*whole, (dropped, k)], low=k)

    def _one_each(self) -> None:
        """An achievement is taken once. Of equivalents an award uses one; both may be taken."""
        named: dict[str, list[int]] = {}
        for place in self.places:
            name = self.case.offers[place].holding.achievement
            named.setdefault(name, []).extend(self.columns_of[place])
        for columns in named.values():
            if len(columns) > 1:
                self.rows.add([(one, 1.0) for one in columns], high=1)

    def _prerequisites(self) -> None:
        """Of each group something held, or something that ends by the start."""
        ends: dict[str, list[tuple[dt.date, int]]] = {}
        for column, one in enumerate(self.options, self.first):
            name = self.case.offers[one.offer].holding.achievement
            ends.setdefault(name, []).append((one.end, column))
        for column, one in enumerate(self.options, self.first):
            for group in self.case.offers[one.offer].prerequisites:
                if self.case.held.isdisjoint(group):
                    before = [
                        (other, -1.0)
                        for name in sorted(set(group))
                        for end, other in ends.get(name, ())
                        if (end <= one.start or not self.timed) and other != column
                    ]
                    self.rows.add([(column, 1.0), *before], high=0)

    def _loads(self) -> None:
        """The load only rises where something starts."""
        loads = self.case.loads
        ordered = sorted(enumerate(self.options, self.first), key=lambda one: one[1].start)
        running: list[tuple[int, Option]] = []
        place = 0
        for day in sorted({one.start for one in self.options}):
            running = [one for one in running if one[1].end > day]
            while place < len(ordered) and ordered[place][1].start == day:
                running.append(ordered[place])
                place += 1
            terms = [(column, loads[one.offer]) for column, one in running]
            self.rows.add([*terms, (self.load, -1.0)], high=0)

    def _volume(self, bounds: Bounds) -> list[tuple[int, float]]:
        """All hours, and what fits in the weeks from the first start to the last day."""
        first = min((one.start for one in self.options), default=bounds.last)
        weeks = max(0, (bounds.last - first).days) / 7
        return [*enumerate(self.volumes, self.first), (self.load, -weeks)]

    # -- asking ----------------------------------------------------------------------------------

    def prices(self, aim: str) -> Any:
        """What columns cost for an aim: cost, count, hours, load, dropped, interest, or any.

        ``7*cost+count`` is seven times the one and once the other.
        """
        if aim not in self._prices:
            self._prices[aim] = self._priced(aim)
        return self._prices[aim]

    def _priced(self, aim: str) -> Any:
        import numpy as np

        if "+" in aim:
            times, _, names = aim.partition("*")
            first, _, then = names.partition("+")
            return float(times) * self.prices(first) + self.prices(then)
        price, last = np.zeros(self.width), self.first + len(self.options)
        if aim == "load":
            price[self.load] = 1.0
        elif aim == "dropped":
            price[list(self.drop.values())] = 1.0
        elif aim == "count":
            price[self.first : last] = 1.0
        elif aim == "hours":
            price[self.first : last] = self.volumes
        elif aim != "any":
            values: Sequence[float] = self.case.costs
            if aim == "interest":
                values = [-self.case.interest(one) for one in self.case.offers]
            price[self.first : last] = [float(values[one.offer]) for one in self.options]
        return price

    @cached_property
    def volumes(self) -> list[float]:
        """Hours of each option, in all its weeks."""
        loads = self.case.loads
        return [loads[one.offer] * ((one.end - one.start).days / 7) for one in self.options]

    @cached_property
    def _end(self) -> Any:
        import numpy as np

        return np.array([one.end.toordinal() for one in self.options], dtype=int)

    @cached_property
    def _loads_of(self) -> Any:
        import numpy as np

        return np.array([self.case.loads[one.offer] for one in self.options], dtype=float)

    def asked(self, aim: str, bounds: Bounds) -> tuple[Any, ...]:
        """Prices, matrix, low and high ends of rows, upper ends of columns."""
        import numpy as np
        from scipy.sparse import csr_array

        if self._arrays is None:
            mine = self.rows
            self._arrays = tuple(
                np.array(one, dtype=kind)
                for one, kind in ((mine.row, int), (mine.column, int), (mine.value, float))
            )
        more = self._more_rows(bounds)
        base = len(self.rows.low)
        row, column, value = (
            np.concatenate([mine, np.array(other, dtype=mine.dtype) + add])
            for mine, other, add in zip(
                self._arrays, (more.row, more.column, more.value), (base, 0, 0), strict=True
            )
        )
        ends = (self.rows.low + more.low, self.rows.high + more.high)
        low, high = (np.array(one, dtype=float) for one in ends)
        matrix = csr_array((value, (row, column)), shape=(len(low), self.width))
        return self.prices(aim), matrix, low, high, self._upper(bounds)

    def run(self, aim: str, bounds: Bounds, nodes: int, columns: Any = None) -> Any:
        """Ask for the least of an aim within bounds; ``columns`` are those that may be used."""
        import numpy as np
        from scipy.optimize import Bounds as Ends
        from scipy.optimize import LinearConstraint, milp

        price, matrix, low, high, upper = self.asked(aim, bounds)
        if columns is not None:
            unused = np.ones(self.width, dtype=bool)
            unused[[*columns, self.load]] = False
            upper[unused] = 0.0
        whole = np.ones(self.width)
        # All in whole numbers where that can be: the solver is surer of them.
        whole[self.load] = all(one.is_integer() for one in self.case.loads)
        return milp(
            price,
            integrality=whole,
            bounds=Ends(np.zeros(self.width), upper),
            constraints=LinearConstraint(matrix, low, high),
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        )

    def _more_rows(self, bounds: Bounds) -> Rows:
        rows = Rows()
        if bounds.cost is not None:
            most = int(bounds.cost * self.case.cost_scale)
            rows.add(self._terms("cost"), high=most)
        if bounds.count is not None:
            rows.add(self._terms("count"), high=bounds.count)
        if bounds.dropped is not None:
            rows.add(self._terms("dropped"), high=bounds.dropped)
        if not self.timed and bounds.load is not None:
            rows.add(self._volume(bounds), high=0)
        for terms, low in self.cuts:
            rows.add(terms, low=low)
        return rows

    def _terms(self, aim: str) -> list[tuple[int, float]]:
        price = self.prices(aim)
        return [(int(at), float(price[at])) for at in price.nonzero()[0]]

    def _upper(self, bounds: Bounds) -> Any:
        import numpy as np

        upper = np.ones(self.width)
        upper[self.award_off] = 0.0
        mine = upper[self.first : self.first + len(self.options)]
        mine[self._end > bounds.last.toordinal()] = 0.0
        for name, column in self.drop.items():
            upper[column] = float(name in bounds.droppable)
        load = bounds.load
        upper[self.load] = inf if load is None else float(load * self.case.load_scale)
        mine[self._loads_of > upper[self.load] + _SLACK] = 0.0
        return upper


def _weights(goal: SkillGoal) -> Callable[[Fraction | None], float]:
    """``_weight`` for one goal, each chance told once."""
    known: dict[Fraction | None, float] = {}

    def weigh(chance: Fraction | None) -> float:
        if chance not in known:
            known[chance] = _weight(goal, chance)
        return known[chance]

    return weigh


def _weight(goal: SkillGoal, chance: Fraction | None) -> float:
    """The part of what is needed that one offer gives; 1 is all of it."""
    if goal.confidence is None:
        return 1.0
    if chance is None or not chance:
        return 0.0
    if chance >= goal.confidence:
        return 1.0
    return log1p(-float(chance)) / log1p(-float(goal.confidence))
