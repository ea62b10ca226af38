"""Plans and changes in words: why each offer, what is reached, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from stackmark.planning.choice import Option
from stackmark.planning.deepen import Way
from stackmark.planning.model import AWARD
from stackmark.planning.offers import Offer
from stackmark.planning.relax import Change
from stackmark.planning.result import Path, Reached, Relaxation, Step, plain
from stackmark.planning.solve import Solver
from stackmark.stacking.witness import Witness


class Teller:
    """Says what the ways of a solver are."""

    def __init__(self, solver: Solver) -> None:
        self.solver, self.case = solver, solver.case

    def path(self, way: Way, labels: tuple[str, ...]) -> Path:
        """A way as a plan."""
        offers = [self.case.offers[one.offer] for one in way.options]
        witness = self._witness(way)
        hours = [one.hours for one in offers]
        return Path(
            labels=labels,
            cost=self.solver.cost(way),
            currency=self.case.goal.currency,
            hours=None
            if None in hours
            else sum((one or Fraction(0) for one in hours), Fraction(0)),
            load=self.solver.load(way),
            finish=self.solver.finish(way),
            steps=tuple(self._step(one, way, witness) for one in way.options),
            skills=tuple(self._skills(way)),
            witness=witness,
            left=tuple(self.name(one) for one in way.dropped),
            notes=tuple(self._notes(offers, witness)),
        )

    def name(self, goal: str) -> str:
        """How a goal is called."""
        award = self.case.goal.award
        if goal == AWARD and award is not None:
            return award.id or award.title
        return goal

    def _witness(self, way: Way) -> Witness | None:
        if self.case.compiled is None or AWARD in way.dropped:
            return None
        return self.solver.witness(way.options)[0]

    def _step(self, option: Option, way: Way, witness: Witness | None) -> Step:
        offer = self.case.offers[option.offer]
        return Step(
            offer=offer.id,
            title=offer.holding.name,
            start=option.start,
            end=option.end,
            cost=offer.price or Fraction(0),
            hours=offer.hours,
            load=offer.load,
            chance=offer.pass_chance,
            why=" ".join(self._reasons(offer, way, witness)),
        )

    def _reasons(self, offer: Offer, way: Way, witness: Witness | None) -> Iterator[str]:
        award = self.case.goal.award
        leaves = [one.leaf for one in witness.uses if one.holding == offer.id] if witness else []
        if leaves and award is not None:
            yield f"It counts for {', '.join(leaves)} of {award.title or award.id}."
        skills = [one.skill for one in self.case.wanted if one.skill in offer.holding.skills]
        if skills:
            chance = offer.pass_chance
            told = "" if chance is None else f", with a chance of {_percent(chance)} to pass"
            yield f"It gives {', '.join(skills)}{told}."
        for other in way.options:
            later = self.case.offers[other.offer]
            if offer.holding.achievement in self.case.open_groups(later):
                yield f"It has to come before {later.holding.name}."

    def _skills(self, way: Way) -> Iterator[Reached]:
        for goal in self.case.goal.skills:
            held = goal.skill in self.case.held_skills
            chance = Fraction(1) if held else self.solver.chance(goal.skill, way.options)
            yield Reached(skill=goal.skill, confidence=goal.confidence, chance=chance, held=held)

    def _notes(self, offers: Sequence[Offer], witness: Witness | None) -> Iterator[str]:
        if not offers:
            yield "Everything is reached already; nothing has to be taken."
            return
        unknown = [one.holding.name for one in offers if one.pass_chance is None]
        if unknown:
            yield f"The chance to pass is not known of {', '.join(unknown)}; it counts for none."
        if witness is not None:
            yield "The award is earned if everything in the plan is passed."

    # -- the impossible --------------------------------------------------------------------------

    def relaxation(self, change: Change) -> Relaxation:
        """A change with its sentence and the plan it opens."""
        dropped = tuple(self.name(one) for one in change.way.dropped)
        return Relaxation(
            kind=change.kind,
            money=change.money,
            hours=change.hours,
            days=change.days,
            dropped=dropped,
            sentence=self._sentence(change, dropped),
            path=self.path(change.way, (change.kind,)),
        )

    def _sentence(self, change: Change, dropped: Sequence[str]) -> str:
        limits, parts = self.case.limits, []
        if change.money:
            whole = (limits.budget or 0) + change.money
            currency = self.case.goal.currency
            parts.append(f"{plain(change.money)} {currency} more ({plain(whole)} in all)")
        if change.hours:
            whole = (limits.hours_per_week or 0) + change.hours
            parts.append(f"{_short(change.hours)} hours a week more ({_short(whole)} in all)")
        if change.days:
            finish = self.solver.finish(change.way)
            parts.append(f"{change.days} days more (until {finish})")
        if dropped:
            parts.append(f"the goal without {', '.join(dropped)}")
        return f"There is a plan with {' and '.join(parts)}."

    def gaps(self) -> Iterator[str]:
        """Skills that no offer gives, and chances that nobody knows."""
        for goal in self.case.wanted:
            offers = [one for one in self.case.offers if goal.skill in one.holding.skills]
            if not offers:
                yield f"No offer that could be taken gives {goal.skill}."
            unknown = [one.holding.name for one in offers if one.pass_chance is None]
            if goal.confidence is not None and unknown:
                yield (
                    f"The chance to pass is not known of {', '.join(unknown[:5])}, "
                    f"so it counts for nothing towards {goal.skill}."
                )


def _percent(value: Fraction) -> str:
    return f"{float(value * 100):g} %"


def _short(value: Fraction) -> str:
    return f"{float(value):.4g}"
