"""One question after another to HiGHS, and every answer checked without it.

The solver works in floating point and sees an award's dates from their better side. So chances
are multiplied out exactly, and an award is audited at the plan's last day; what does not stand is
cut off and asked again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from stackmark.model.holding import Holding
from stackmark.planning.choice import Case, Option
from stackmark.planning.goal import SkillGoal
from stackmark.planning.model import AWARD, Bounds, Model, chosen
from stackmark.stacking.audit import Auditor
from stackmark.stacking.witness import Witness, check

NODE_LIMIT: Final = 100_000
MOST_CUTS: Final = 400
_TRIFLE: Final = Fraction(1, 100_000)  # hours a week that floating point may miss


@dataclass(frozen=True, slots=True)
class Way:
    """Options taken, in order of their start, and names of the goals that were dropped."""

    options: tuple[Option, ...]
    dropped: tuple[str, ...] = ()


class Undecided(Exception):  # noqa: N818 - it is no error
    """A limit of nodes or of cuts was reached before an answer."""


class Solver:
    """Asks a model; ``nodes`` bounds each question."""

    def __init__(self, case: Case, last: dt.date, nodes: int = NODE_LIMIT) -> None:
        self.case, self.nodes = case, nodes
        self.model = Model(case, last)
        self.cuts = 0
        self._audited: dict[frozenset[Option], tuple[Witness | None, bool]] = {}

    @cached_property
    def ends(self) -> tuple[dt.date, ...]:
        """Days on which something ends; the day of planning, on which nothing need be taken."""
        return tuple(sorted({self.case.at, *(one.end for one in self.model.options)}))

    def best(self, aims: Sequence[str], bounds: Bounds) -> Way | None:
        """The least by the first aim, among those by the next, and so on; ``None``: none is there.

        Raises ``Undecided``.
        """
        found: Way | None = None
        for aim in aims:
            if found is not None and not found.options and aim != "dropped":
                continue  # nothing is less than nothing
            if aim == "finish":
                found, bounds = self._soonest(found, bounds)
            else:
                found = self._least(aim, bounds)
                bounds = bounds if found is None else self._kept(aim, found, bounds)
            if found is None:
                return None
        return found

    def _kept(self, aim: str, way: Way, bounds: Bounds) -> Bounds:
        if aim == "cost":
            return replace(bounds, cost=self.cost(way))
        if aim == "count":
            return replace(bounds, count=len(way.options))
        if aim == "load":
            return replace(bounds, load=self.load(way))
        if aim == "dropped":
            return replace(bounds, dropped=len(way.dropped))
        return bounds

    def _soonest(self, found: Way | None, bounds: Bounds) -> tuple[Way | None, Bounds]:
        """The first day by which everything can be done, by halving."""
        equals = found is not None
        found = found or self._least("count", bounds)
        if found is None:
            return None, bounds
        days = [one for one in self.ends if one < self.finish(found)]
        first = self._not_before(bounds)
        low, high = sum(1 for one in days if one < first), len(days)
        # Often the first day there is will do, and among equals none is sooner.
        middle = high - 1 if equals else low
        while low < high:
            other = self._least("count", replace(bounds, last=days[middle]))
            if other is None:
                low = middle + 1
            else:
                found = other
                high = sum(1 for one in days if one < self.finish(other))
                low = min(low, high)
            middle = (low + high) // 2
        return found, replace(bounds, last=self.finish(found))

    def _not_before(self, bounds: Bounds) -> dt.date:
        """No plan ends before each skill has been in reach once."""
        first = self.case.at
        for goal in self.case.wanted:
            if goal.skill in bounds.droppable:
                continue
            ends = [
                one.end
                for one in self.model.options
                if goal.skill in self.case.offers[one.offer].holding.skills
            ]
            first = max(first, min(ends, default=first))
        return first

    def _least(self, aim: str, bounds: Bounds) -> Way | None:
        while True:
            answer = self.model.run(aim, bounds, self.nodes)
            if answer.status == 2:
                return None
            if answer.status != 0 or answer.x is None:
                raise Undecided
            model = self.model
            places = chosen(model.options, model.first, answer.x)
            dropped = tuple(name for name, at in model.drop.items() if answer.x[at] > 0.5)
            way = Way(tuple(sorted((model.options[one] for one in places), key=_order)), dropped)
            if not self._cut(way, places):
                return way
            self.cuts += 1
            if self.cuts > MOST_CUTS:
                raise Undecided

    # -- what does not stand ---------------------------------------------------------------------

    def _cut(self, way: Way, places: Sequence[int]) -> bool:
        """Adds what the answer did not keep to the model; whether there was anything."""
        before = len(self.model.cuts)
        for goal in self.case.wanted:
            if goal.skill not in way.dropped and not self.reached(goal, way.options):
                self._cut_skill(goal, set(places))
        if self.case.compiled is not None and AWARD not in way.dropped:
            witness, sure = self.witness(way.options)
            if not sure:
                raise Undecided
            if witness is None:
                self._cut_award(way, set(places))
        return len(self.model.cuts) > before

    def _cut_skill(self, goal: SkillGoal, taken: set[int]) -> None:
        """Something else with this skill is needed too."""
        model = self.model
        more = [
            (model.first + place, 1.0)
            for place, one in enumerate(model.options)
            if place not in taken and goal.skill in self.case.offers[one.offer].holding.skills
        ]
        model.cuts.append(([*more, (model.drop[goal.skill], 1.0)], 1.0))

    def _cut_award(self, way: Way, taken: set[int]) -> None:
        """Of these options no more, and an end on the same day: then it is not earned either."""
        model = self.model
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


def _order(option: Option) -> tuple[dt.date, dt.date, int]:
    return option.start, option.end, option.offer
