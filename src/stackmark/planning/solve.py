"""One question after another to HiGHS, and every answer checked without it.

The solver works in floating point and sees an award's dates from their better side. So chances
are multiplied out exactly, and an award is audited at the plan's last day; what does not stand is
cut off and asked again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Final

from stackmark.model.holding import Holding
from stackmark.planning.choice import Case, Option
from stackmark.planning.deepen import FEW, FEW_OPTIONS, ByPrices, Undecided, Way
from stackmark.planning.goal import SkillGoal
from stackmark.planning.model import AWARD, Bounds, Model
from stackmark.planning.search import TooMany
from stackmark.planning.wide import Bound, Wide, priced
from stackmark.stacking.audit import Auditor
from stackmark.stacking.witness import Witness, check

NODE_LIMIT: Final = 100_000
MOST_CUTS: Final = 400
_BOUNDED: Final = frozenset({"cost", "count", "dropped"})
_EASE: Final = 1e-4  # of a unit: sums in floating point


class Solver:
    """Asks models of a case for plans that end by a day; ``nodes`` bounds each question."""

    def __init__(self, case: Case, last: dt.date, nodes: int = NODE_LIMIT) -> None:
        self.case, self.last, self.nodes = case, last, nodes
        self.wide = Wide(case, last)
        self.everything = tuple(range(len(case.offers)))
        self.goals = frozenset(one.skill for one in case.wanted)
        if case.compiled is not None:
            self.goals |= {AWARD}
        self.prices = ByPrices(self)
        self.cuts = 0
        self._models: dict[tuple[dt.date, tuple[int, ...]], Model] = {}
        self._ways: list[Way] = []
        self._audited: dict[frozenset[Option], tuple[Witness | None, bool]] = {}

    def best(self, aims: Sequence[str], bounds: Bounds) -> Way | None:
        """The least by the first aim, among those by the next, and so on; ``None``: none is there.

        Raises ``Undecided``.
        """
        found: Way | None = None
        places = self.everything
        value: tuple[str, float] | None = None
        for aim in _grouped(aims):
            if found is not None and not found.options and aim != ("dropped",):
                continue  # nothing is less than nothing
            if aim == ("finish",):
                found, bounds = self._soonest(found, bounds, places, value)
            else:
                found, places, value = self._least_of(aim, bounds, places)
                if found is not None:
                    for one in aim:
                        bounds = self.kept(one, found, bounds)
            if found is None:
                return None
        return found

    def kept(self, aim: str, way: Way, bounds: Bounds) -> Bounds:
        """Bounds that hold an aim at what a way has of it."""
        if aim == "cost":
            return replace(bounds, cost=self.cost(way))
        if aim == "count":
            return replace(bounds, count=len(way.options))
        if aim == "load":
            return replace(bounds, load=self.load(way))
        if aim == "dropped":
            return replace(bounds, dropped=len(way.dropped))
        return bounds

    def _least_of(
        self, aims: tuple[str, ...], bounds: Bounds, places: tuple[int, ...]
    ) -> tuple[Way | None, tuple[int, ...], tuple[str, float] | None]:
        """The least of the first aim, then of the next, and the offers of which equals are made.

        Last, both aims as one with what it comes to, where that was found by prices.
        """
        if self.case.compiled is None and aims[0] in _BOUNDED:
            with suppress(TooMany):
                return self.prices.least(aims, bounds, places)
        found: Way | None = None
        for aim in aims:
            found, places = self._least(aim, bounds, places)
            if found is None or not found.options:
                break
            bounds = self.kept(aim, found, bounds)
        return found, places, None

    def stands(self, model: Model, columns: Collection[int]) -> Way | None:
        """The way that an answer is; ``None``: it does not stand, and that is in the model now."""
        last = model.first + len(model.options)
        taken = tuple([one - model.first for one in columns if model.first <= one < last])
        dropped = tuple(name for name, at in model.drop.items() if at in columns)
        way = Way(tuple(sorted((model.options[one] for one in taken), key=_order)), dropped)
        if not self._cut(model, way, taken):
            self._ways.append(way)
            return way
        self.cuts += 1
        if self.cuts > MOST_CUTS:
            raise Undecided
        return None

    # -- few offers instead of all ---------------------------------------------------------------

    def _least(
        self, aim: str, bounds: Bounds, places: tuple[int, ...]
    ) -> tuple[Way | None, tuple[int, ...]]:
        """The least of an aim, and the offers of which all that are as good are made."""
        if aim not in _BOUNDED or len(places) <= FEW:
            return self._asked(aim, bounds, places), places
        bound = self.wide.bound(aim, bounds, places)
        if bound is None:
            return None, places
        way, some = self._among(aim, bounds, bound)
        if way is None:
            return None, places
        # All measures are whole numbers: what is better is so by one.
        better = bound.within(self.measure(aim, way) - 1 + _EASE) - set(some)
        if better:
            way = self._asked(aim, bounds, tuple(sorted({*some, *better})))
            assert way is not None
        return way, tuple(sorted(bound.within(self.measure(aim, way) + _EASE)))

    def _among(self, aim: str, bounds: Bounds, bound: Bound) -> tuple[Way | None, tuple[int, ...]]:
        """A way with the most promising offers; with more of them where there is none."""
        ranked = sorted(bound.more, key=lambda one: (bound.more[one], one))
        many = FEW
        while True:
            some = tuple(sorted(ranked[:many]))
            way = self._asked(aim, bounds, some)
            if way is not None or many >= len(ranked):
                return way, some
            many *= 5

    def measure(self, aim: str, way: Way) -> int:
        """What a way has of cost (scaled), count or dropped goals."""
        if aim == "cost":
            return int(self.cost(way) * self.case.cost_scale)
        return len(way.options) if aim == "count" else len(way.dropped)

    def _soonest(
        self,
        found: Way | None,
        bounds: Bounds,
        places: tuple[int, ...],
        value: tuple[str, float] | None,
    ) -> tuple[Way | None, Bounds]:
        """The first day by which everything can be done, by halving."""
        equals = found is not None
        found = found or self._known(bounds) or self._any(bounds, places)
        if found is None:
            return None, bounds
        days = self._ends(places, self.finish(found))
        first = self._not_before(bounds, places)
        low, high = sum(1 for one in days if one < first), len(days)
        if not equals and len(places) > FEW:
            low = self._first_wide(days, low, high, bounds, places)
        # Often the first day there is will do, or one soon after; among equals none is sooner.
        step, middle = 1, high - 1 if equals else low
        while low < high:
            other = self._by(replace(bounds, last=days[middle]), places, value)
            if other is None:
                low, step = middle + 1, 2 * step
            else:
                found, step = other, len(days)
                high = sum(1 for one in days if one < self.finish(other))
                low = min(low, high)
            middle = (low + high) // 2
            middle = middle if equals else min(middle, low + step)
        return found, replace(bounds, last=self.finish(found))

    def _known(self, bounds: Bounds) -> Way | None:
        """The soonest of the ways found before that keep these bounds."""
        good = [one for one in self._ways if self._keeps(one, bounds)]
        return min(good, key=self.finish, default=None)

    def _keeps(self, way: Way, bounds: Bounds) -> bool:
        return (
            set(way.dropped) <= bounds.droppable
            and self.finish(way) <= bounds.last
            and (bounds.cost is None or self.cost(way) <= bounds.cost)
            and (bounds.load is None or self.load(way) <= bounds.load)
            and (bounds.count is None or len(way.options) <= bounds.count)
            and (bounds.dropped is None or len(way.dropped) <= bounds.dropped)
        )

    def _by(
        self, bounds: Bounds, places: tuple[int, ...], value: tuple[str, float] | None
    ) -> Way | None:
        """Some way within bounds, with so much of an aim where it is known."""
        if value is not None:
            with suppress(TooMany):
                return self.prices.searched(value[0], bounds, places, value[1], first=True)[1]
        return self._any(bounds, places)

    def _any(self, bounds: Bounds, places: tuple[int, ...]) -> Way | None:
        """Some way within bounds."""
        if len(places) <= FEW:
            return self._asked("count", bounds, places)
        if self.prices.many(places, bounds) <= FEW_OPTIONS:
            model = self.model_of(min(self.last, bounds.last), places)
            if priced(model, "any", bounds) is None:
                return None
        hours = "count" if bounds.load is None else "hours"
        bound = self.wide.bound(hours, bounds, places)
        return None if bound is None else self._among("count", bounds, bound)[0]

    def _first_wide(
        self,
        days: Sequence[dt.date],
        low: int,
        high: int,
        bounds: Bounds,
        places: tuple[int, ...],
    ) -> int:
        """The first day by which there is a way if time does not matter otherwise."""
        step, middle = 1, low
        while low < high:
            if self.wide.bound("any", replace(bounds, last=days[middle]), places) is None:
                low, step = middle + 1, 2 * step
            else:
                high, step = middle, len(days)
            middle = min((low + high) // 2, low + step)  # often it is one of the first
        return low

    def _ends(self, places: Sequence[int], before: dt.date) -> list[dt.date]:
        """Days on which something ends; the day of planning, on which nothing need be taken."""
        options = self.case.options(before, places)
        return sorted({self.case.at, *(one.end for one in options)} - {before})

    def _not_before(self, bounds: Bounds, places: Sequence[int]) -> dt.date:
        """No plan ends before each skill has been in reach once."""
        first = self.case.at
        for goal in self.case.wanted:
            if goal.skill not in bounds.droppable:
                ends = [
                    one.end
                    for place in places
                    for one in (self.case.soonest[place],)
                    if one and goal.skill in self.case.offers[place].holding.skills
                ]
                first = max(first, min(ends, default=first))
        return first

    def model_of(self, last: dt.date, places: tuple[int, ...]) -> Model:
        """The model of plans that end by a day, of the offers at these places; made once."""
        key = (last, places)
        if key not in self._models:
            self._models[key] = Model(self.case, last, places)
        return self._models[key]

    def _asked(self, aim: str, bounds: Bounds, places: tuple[int, ...]) -> Way | None:
        """The least of an aim with these offers; what does not stand is cut off and asked again."""
        few = len(places) <= FEW
        model = self.model_of(self.last if few else min(self.last, bounds.last), places)
        while True:
            answer = model.run(aim, bounds, self.nodes)
            if answer.status == 2:
                return None
            if answer.status != 0 or answer.x is None:
                raise Undecided
            way = self.stands(model, frozenset((answer.x > 0.5).nonzero()[0].tolist()))
            if way is not None:
                return way

    # -- what does not stand ---------------------------------------------------------------------

    def _cut(self, model: Model, way: Way, places: Sequence[int]) -> bool:
        """Adds what the answer did not keep to the model; whether there was anything."""
        before = len(model.cuts)
        for goal in self.case.wanted:
            if goal.skill not in way.dropped and not self.reached(goal, way.options):
                self._cut_skill(model, goal, set(places))
        if self.case.compiled is not None and AWARD not in way.dropped:
            witness, sure = self.witness(way.options)
            if not sure:
                raise Undecided
            if witness is None:
                self._cut_award(model, way, set(places))
        return len(model.cuts) > before

    def _cut_skill(self, model: Model, goal: SkillGoal, taken: set[int]) -> None:
        """Something else with this skill is needed too."""
        more = [
            (model.first + place, 1.0)
            for place, one in enumerate(model.options)
            if place not in taken and goal.skill in self.case.offers[one.offer].holding.skills
        ]
        model.cuts.append(([*more, (model.drop[goal.skill], 1.0)], 1.0))

    def _cut_award(self, model: Model, way: Way, taken: set[int]) -> None:
        """Of these options no more, and an end on the same day: then it is not earned either."""
        more = [
            (model.first + place, 1.0) for place in range(len(model.options)) if place not in taken
        ]
        more.append((model.drop[AWARD], 1.0))
        last = self.finish(way)
        ends = [place for place in taken if model.options[place].end == last]
        if not ends:
            model.cuts.append((more, 1.0))
        for place in ends:
            model.cuts.append(([*more, (model.first + place, -1.0)], 0.0))

    # -- exact facts of a way --------------------------------------------------------------------

    def reached(self, goal: SkillGoal, options: Sequence[Option]) -> bool:
        """Whether a skill is reached with its confidence, exactly."""
        if goal.confidence is None:
            return any(self._gives(goal.skill, one) for one in options)
        return self.chance(goal.skill, options) >= goal.confidence

    def chance(self, skill: str, options: Sequence[Option]) -> Fraction:
        """The chance to pass at least one of the options with a skill; unknown chances are 0."""
        missed = Fraction(1)
        for one in options:
            if self._gives(skill, one):
                missed *= 1 - (self.case.offers[one.offer].pass_chance or 0)
        return 1 - missed

    def _gives(self, skill: str, option: Option) -> bool:
        return skill in self.case.offers[option.offer].holding.skills

    def finish(self, way: Way) -> dt.date:
        """The last day on which something ends."""
        return max((one.end for one in way.options), default=self.case.at)

    def cost(self, way: Way) -> Fraction:
        """The sum of the prices."""
        prices = (self.case.offers[one.offer].price or Fraction(0) for one in way.options)
        return sum(prices, Fraction(0))

    def load(self, way: Way) -> Fraction:
        """Hours in the week that has the most."""
        loads = {one: self.case.offers[one.offer].load or Fraction(0) for one in way.options}
        return max(
            (
                sum((loads[two] for two in way.options if two.start <= day < two.end), Fraction(0))
                for day in {one.start for one in way.options}
            ),
            default=Fraction(0),
        )

    def earned(self, options: Sequence[Option]) -> tuple[Holding, ...]:
        """What is held once all are passed."""
        return tuple(self.case.offers[one.offer].earned(one.end) for one in options)

    def witness(self, options: Sequence[Option]) -> tuple[Witness | None, bool]:
        """The proof that the award is earned on the last day; ``False``: it could not be told."""
        key = frozenset(options)
        if key not in self._audited:
            self._audited[key] = self._audit(options)
        return self._audited[key]

    def _audit(self, options: Sequence[Option]) -> tuple[Witness | None, bool]:
        award = self.case.goal.award
        assert award is not None
        holdings = (*self.case.holdings, *self.earned(options))
        day = self.finish(Way(tuple(options)))
        auditor = Auditor(award, day, node_limit=self.nodes)
        answer = auditor.answer(auditor.compiled.facts(holdings))
        uses = answer.decision.uses
        if answer.verdict != "yes" or uses is None:
            return None, answer.decision.impossible
        witness = auditor.witness(answer.strict, uses)
        return (None, False) if check(witness, award, holdings) else (witness, True)


def _grouped(aims: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Aims in their order, cost and count together where one follows the other."""
    place = 0
    while place < len(aims):
        pair = tuple(aims[place : place + 2])
        many = 2 if set(pair) == {"cost", "count"} else 1
        yield pair[:many]
        place += many


def _order(option: Option) -> tuple[dt.date, dt.date, int]:
    return option.start, option.end, option.offer
