"""The question in rows for HiGHS (domain formula: set cover with chances, terms and an audit).

Columns: the audit's own, then one per option, one for each goal that may be dropped, and the
greatest weekly load. Money and hours are scaled to whole numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm, log1p
from typing import Any, Final

from stackmark.planning.choice import Case, Option
from stackmark.planning.goal import SkillGoal
from stackmark.stacking.problem import make_problem
from stackmark.stacking.solver import Model as AwardModel
from stackmark.stacking.solver import Rows

AWARD: Final = ""
"""The award among the names of goals; skills are named by themselves."""
_SLACK: Final = 1e-6
"""Chances are logarithms in floating point: a row is eased by so much, and answers are checked."""
_MOST_SCALE: Final = 10_000


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
    """Rows of a case for options that end by a day."""

    def __init__(self, case: Case, last: dt.date) -> None:
        self.case = case
        self.options = case.options(last)
        award = self._award()
        self.rows = award.rows if award else Rows()
        self.first = award.width if award else 0
        self.award_off = [one for one, _ in award.missed] if award else []
        self.width = self.first + len(self.options)
        self.columns_of: list[list[int]] = [[] for _ in case.offers]
        for column, one in enumerate(self.options, self.first):
            self.columns_of[one.offer].append(column)
        self.drop: dict[str, int] = {}
        if award:
            self._link(award)
        self._skills()
        self._one_each()
        self._prerequisites()
        scale = lcm(*(_whole(one.load) for one in case.offers))
        self.load_scale = scale if scale <= _MOST_SCALE else 1
        self.load = self._column()
        self._loads()
        self.cost_scale = lcm(*(_whole(one.price) for one in case.offers))
        price = [int((one.price or 0) * self.cost_scale) for one in case.offers]
        self.costs = [price[one.offer] for one in self.options]
        self.cuts: list[tuple[list[tuple[int, float]], float]] = []

    def _column(self) -> int:
        self.width += 1
        return self.width - 1

    def _award(self) -> AwardModel | None:
        case = self.case
        if case.compiled is None:
            return None
        facts = [
            *case.compiled.facts(case.holdings),
            *map(case.future, case.offers),
        ]
        return AwardModel(make_problem(case.compiled, facts, strict=True))

    def _link(self, award: AwardModel) -> None:
        """What is not held serves only when it is taken; the whole tree unless it is dropped."""
        root = len(self.rows.low) - 1
        places = {one.id: place for place, one in enumerate(self.case.offers)}
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
            weights = {
                place: weight
                for place, offer in enumerate(self.case.offers)
                if goal.skill in offer.holding.skills
                for weight in (_weight(goal, offer.pass_chance),)
                if weight
            }
            self.drop[goal.skill] = self._column()
            terms = [
                (column, weight)
                for place, weight in weights.items()
                for column in self.columns_of[place]
            ]
            self.rows.add([*terms, (self.drop[goal.skill], 1.0)], low=1 - _SLACK)

    def _one_each(self) -> None:
        """An achievement is taken once. Of equivalents an award uses one; both may be taken."""
        named: dict[str, list[int]] = {}
        for place, offer in enumerate(self.case.offers):
            named.setdefault(offer.holding.achievement, []).extend(self.columns_of[place])
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
                        if end <= one.start and other != column
                    ]
                    self.rows.add([(column, 1.0), *before], high=0)

    def _loads(self) -> None:
        """The load only rises where something starts."""
        loads = [float((one.load or 0) * self.load_scale) for one in self.case.offers]
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

    # -- asking ----------------------------------------------------------------------------------

    def prices(self, aim: str) -> Mapping[int, float]:
        """What columns cost for an aim: cost, count, load, dropped or interest."""
        if aim == "load":
            return {self.load: 1.0}
        if aim == "dropped":
            return dict.fromkeys(self.drop.values(), 1.0)
        if aim == "cost":
            values: Iterable[float] = map(float, self.costs)
        elif aim == "interest":
            weights = [-self.case.interest(one) for one in self.case.offers]
            values = [weights[one.offer] for one in self.options]
        else:
            values = [1.0] * len(self.options)
        return dict(enumerate(values, self.first))

    def run(self, aim: str, bounds: Bounds, nodes: int) -> Any:
        """Ask for the least of an aim within bounds."""
        import numpy as np
        from scipy.optimize import Bounds as Ends
        from scipy.optimize import LinearConstraint, milp
        from scipy.sparse import csr_array

        rows = self._all_rows(bounds)
        price, whole = np.zeros(self.width), np.ones(self.width)
        for column, value in self.prices(aim).items():
            price[column] = value
        whole[self.load] = 0
        matrix = csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.low), self.width))
        return milp(
            price,
            integrality=whole,
            bounds=Ends(np.zeros(self.width), np.array(self._upper(bounds))),
            constraints=LinearConstraint(matrix, np.array(rows.low), np.array(rows.high)),
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        )

    def _all_rows(self, bounds: Bounds) -> Rows:
        mine = self.rows
        rows = Rows(
            list(mine.row), list(mine.column), list(mine.value), list(mine.low), list(mine.high)
        )
        if bounds.cost is not None:
            rows.add(list(self.prices("cost").items()), high=int(bounds.cost * self.cost_scale))
        if bounds.count is not None:
            rows.add(list(self.prices("count").items()), high=bounds.count)
        if bounds.dropped is not None:
            rows.add(list(self.prices("dropped").items()), high=bounds.dropped)
        for terms, low in self.cuts:
            rows.add(terms, low=low)
        return rows

    def _upper(self, bounds: Bounds) -> list[float]:
        upper = [1.0] * self.width
        for column in self.award_off:
            upper[column] = 0.0
        for column, one in enumerate(self.options, self.first):
            if one.end > bounds.last:
                upper[column] = 0.0
        for name, column in self.drop.items():
            upper[column] = float(name in bounds.droppable)
        load = bounds.load
        upper[self.load] = inf if load is None else float(load * self.load_scale)
        return upper


def _whole(value: Fraction | None) -> int:
    return 1 if value is None else value.denominator


def _weight(goal: SkillGoal, chance: Fraction | None) -> float:
    """The part of what is needed that one offer gives; 1 is all of it."""
    if goal.confidence is None:
        return 1.0
    if chance is None or not chance:
        return 0.0
    if chance >= goal.confidence:
        return 1.0
    return log1p(-float(chance)) / log1p(-float(goal.confidence))


def chosen(options: Sequence[Option], first: int, x: Sequence[float]) -> tuple[int, ...]:
    """Places of the options set in an answer."""
    return tuple(place for place in range(len(options)) if x[first + place] > 0.5)
