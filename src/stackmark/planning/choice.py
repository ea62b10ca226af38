"""Which offers can matter for a goal, when each may run, and why others are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Final

from stackmark.errors import UsageError
from stackmark.model.holding import Holding
from stackmark.planning.dominance import Candidate, Wanted, slots, undominated
from stackmark.planning.goal import Goal
from stackmark.planning.limits import Limits
from stackmark.planning.offers import Offer
from stackmark.stacking.facts import Compiled, Fact

WEEK = dt.timedelta(days=7)
_MOST_SCALE: Final = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Option:
    """An offer (its place in ``Case.offers``) with one of its starts; ``end`` is its last day."""

    offer: int
    start: dt.date
    end: dt.date


class Case:
    """A question: who holds what, wants what, from which offers, within which limits.

    Only what can matter is kept: offers with a skill that is asked for, offers that may serve a
    rule of the award, and what has to come before them.
    """

    def __init__(
        self,
        holdings: Sequence[Holding],
        goal: Goal,
        offers: Iterable[Offer],
        limits: Limits,
        at: dt.date,
    ) -> None:
        if limits.by < at:
            raise UsageError("limits.by", f"The last day {limits.by} lies before {at}.")
        self.goal, self.limits, self.at = goal, limits, at
        self.holdings = tuple(sorted(holdings, key=lambda one: one.id))
        in_force = [one for one in self.holdings if _in_force(one, at)]
        self.held = frozenset(one.achievement for one in in_force if one.achievement)
        self.held_skills = frozenset(skill for one in in_force for skill in one.skills)
        self.wanted = tuple(one for one in goal.skills if one.skill not in self.held_skills)
        self.compiled = None if goal.award is None else Compiled(goal.award, at)
        self.left_out: list[tuple[Offer, str]] = []
        self._judged: dict[str, bool] = {}
        self.offers = tuple(self._relevant(sorted(offers, key=lambda one: one.id)))
        self._futures: dict[int, Fact] = {}
        self._check_ids()

    def _check_ids(self) -> None:
        both = {one.id for one in self.offers} & {one.id for one in self.holdings}
        if both:
            raise UsageError("catalogue.id", f"{min(both)} is the id of an offer and of a holding.")

    def _relevant(self, offers: Sequence[Offer]) -> list[Offer]:
        """What serves the goal and no other is better, and what must come before that."""
        by_name: dict[str, list[Offer]] = {}
        for one in offers:
            by_name.setdefault(one.holding.achievement, []).append(one)
        found: dict[str, Offer] = {}
        waiting = self._serving(offers, by_name)
        while waiting:
            one = waiting.pop()
            if one.id not in found:
                found[one.id] = one
                for name in (*self.open_groups(one), *self._before(one)):
                    waiting.extend(two for two in by_name.get(name, ()) if self._may(two))
        return [found[name] for name in sorted(found)]

    def _serving(self, offers: Sequence[Offer], by_name: dict[str, list[Offer]]) -> list[Offer]:
        same = {} if self.compiled is None else self.compiled.eligible.same
        asked = Wanted(self.wanted)
        found = []
        for one in offers:
            wanted, sure = asked.bits(one)
            counts = self.compiled is not None and True in self.future(one).serves
            if (wanted or counts) and self._may(one):
                name = one.holding.achievement
                free = name not in same and _alike(one, by_name[name])
                free = free and not any(True for _ in self.open_groups(one))
                times = slots(one, self.at)
                more = (*_weights(one), times, self.interest(one), float(one.pass_chance or 0))
                found.append(Candidate(one, wanted, sure, free, counts, *more))
        hours_matter = self.limits.hours_per_week is not None
        return undominated(found, self.wanted, hours_matter=hours_matter)

    def _before(self, offer: Offer) -> tuple[str, ...]:
        """What the award wants awarded before an offer, though it may count for nothing itself."""
        if self.compiled is None:
            return ()
        return self.compiled.prerequisites(offer.holding.achievement)

    def open_groups(self, offer: Offer) -> Iterator[str]:
        """Achievements that may have to come before an offer."""
        for group in offer.prerequisites:
            if self.held.isdisjoint(group):
                yield from group

    def future(self, offer: Offer) -> Fact:
        """What the award's rules say of an offer once it is passed."""
        assert self.compiled is not None
        fact = self.compiled.fact(offer.earned(self.at), ())
        return replace(fact, ordered=True)  # the order is a matter of the dates chosen

    def _may(self, offer: Offer) -> bool:
        if offer.id not in self._judged:
            why = self._why_not(offer)
            self._judged[offer.id] = not why
            if why:
                self.left_out.append((offer, why))
        return self._judged[offer.id]

    def _why_not(self, offer: Offer) -> str:
        limits, currency = self.limits, self.goal.currency
        if offer.holding.achievement in self.held:
            return "it is held already"
        if offer.weeks is None:
            return "how many weeks it takes is not stated"
        if offer.price is None:
            return "its price is not stated"
        if offer.price and offer.currency != currency:
            return f"its price is in {offer.currency or 'no currency'}, not in {currency}"
        if limits.hours_per_week is not None and offer.hours is None:
            return "its hours are not stated"
        if limits.delivery and offer.delivery not in limits.delivery:
            return f"it is {offer.delivery or 'delivered in a way that is not stated'}"
        if limits.language and not set(limits.language) & set(offer.language):
            return f"its language is {', '.join(offer.language) or 'not stated'}"
        return ""

    def options(self, last: dt.date, places: Iterable[int] | None = None) -> tuple[Option, ...]:
        """Offers, all or at ``places``, with every start that may be of use and ends by a day."""
        chosen = range(len(self.offers)) if places is None else places
        return tuple(
            Option(place, start, start + length)
            for place in chosen
            for offer in (self.offers[place],)
            for length in ((offer.weeks or 0) * WEEK,)
            for start in self._starts(offer, last)
            if last - start >= length
        )

    def _starts(self, offer: Offer, last: dt.date) -> Iterator[dt.date]:
        if offer.starts:
            yield from (one for one in offer.starts if one >= self.at)
            return
        start = self.at
        yield start
        free = self.compiled is None and self.limits.hours_per_week is None
        if free and not any(True for _ in self.open_groups(offer)):
            return  # nothing is gained by beginning later
        while last - start > WEEK:
            start += WEEK
            yield start

    @cached_property
    def soonest(self) -> tuple[Option | None, ...]:
        """The start of each offer that ends first."""
        found: list[Option | None] = []
        for place, offer in enumerate(self.offers):
            days = [one for one in offer.starts if one >= self.at] if offer.starts else [self.at]
            start = min(days, default=None)
            length = (offer.weeks or 0) * WEEK
            good = start is not None and dt.date.max - start >= length
            found.append(Option(place, start, start + length) if start and good else None)
        return tuple(found)

    @cached_property
    def load_scale(self) -> int:
        """What makes the weekly hours of all offers whole, where it is small."""
        scale = lcm(*(_whole(one.load) for one in self.offers))
        return scale if scale <= _MOST_SCALE else 1

    @cached_property
    def cost_scale(self) -> Fraction:
        """What makes all prices whole numbers, and as small as can be."""
        prices = {one.price or Fraction(0) for one in self.offers}
        whole = lcm(*(one.denominator for one in prices))
        return Fraction(whole, gcd(*(int(one * whole) for one in prices)) or 1)

    @cached_property
    def loads(self) -> tuple[float, ...]:
        """Weekly hours of each offer, scaled."""
        return tuple([float((one.load or 0) * self.load_scale) for one in self.offers])

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Prices, scaled."""
        return tuple([int((one.price or 0) * self.cost_scale) for one in self.offers])

    def future_of(self, place: int) -> Fact:
        """``future`` of the offer at a place."""
        if place not in self._futures:
            self._futures[place] = self.future(self.offers[place])
        return self._futures[place]

    def interest(self, offer: Offer) -> float:
        """The sum of the weights of its skills and of its field, from 0 up."""
        named = self.limits.interests
        if not named:
            return 0.0
        return float(
            sum(
                weight
                for name, weight in named.items()
                if name in offer.holding.skills
                or (offer.holding.field and offer.holding.field.startswith(name))
            )
        )


def _alike(one: Offer, others: Sequence[Offer]) -> bool:
    """Whether all that is offered of an achievement gives the same: one is as good as another."""
    mine = (frozenset(one.holding.skills), one.pass_chance)
    return all((frozenset(two.holding.skills), two.pass_chance) == mine for two in others)


def _weights(offer: Offer) -> tuple[float, float]:
    price, hours, weeks = offer.price, offer.hours, offer.weeks
    load = hours.numerator / (hours.denominator * weeks) if hours and weeks else 0.0
    return price.numerator / price.denominator if price else 0.0, load


def _whole(value: Fraction | None) -> int:
    return 1 if value is None else value.denominator


def _in_force(holding: Holding, at: dt.date) -> bool:
    """Certainly held: what is not known of a status counts for nothing."""
    awarded = holding.awarded is None or holding.awarded <= at
    lasting = holding.expires is None or holding.expires >= at
    return holding.status == "valid" and awarded and lasting
