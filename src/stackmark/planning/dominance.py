"""Offers that can be done without: others are as good in everything that matters.

A stands for B when it needs nothing before it, gives each wanted skill of B with no less chance
(or as sure as is asked), costs no more, fills no week more, is of no less interest, and for each
start of B has one that is no earlier and ends no later. B must count for no award. B is left out
when so many stand for it that they alone give all its wanted skills: a plan with B either lacks
one of them, which takes B's place, or has them all, and then B is too much. So any plan has one
as good without B. Only offers that stay stand for others, so that nothing goes round in a circle.
Where an achievement is offered several times and each time gives the same with the same chance,
having another of them is as good as having A.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackmark.planning.goal import SkillGoal
from stackmark.planning.offers import Offer

_FEW_SKILLS: Final = 6
Slots = tuple[tuple[int, int], ...] | int
"""First and last days of each start; or weeks, where it begins in every one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer with its wanted skills as bits, and those it gives with confidence by itself.

    ``price`` is exact, a number that was written as one; ``load`` to the last digit. ``free``: it
    may stand for others (nothing before it, and whoever else offers its achievement gives the
    same). ``counts``: it may serve a rule of the award.
    """

    offer: Offer
    wanted: int
    sure: int
    free: bool
    counts: bool
    price: float
    load: float
    slots: Slots
    interest: float
    near: float
    """The chance to pass, rounded."""

    @property
    def chance(self) -> Fraction | int:
        """To pass; what is not known counts for nothing."""
        return self.offer.pass_chance or 0

    def surer(self, other: Candidate) -> bool:
        """Whether its chance is no less."""
        if self.near != other.near:
            return self.near > other.near
        return self.chance >= other.chance


class Wanted:
    """The skills of a goal, to be asked for many offers."""

    def __init__(self, goals: Sequence[SkillGoal]) -> None:
        self.goals = goals
        self._bits = {goal.skill: 1 << place for place, goal in enumerate(goals)}
        self._sure: dict[Fraction | None, int] = {}

    def bits(self, offer: Offer) -> tuple[int, int]:
        """The goals an offer serves, and those it reaches by itself."""
        wanted = 0
        for skill in offer.holding.skills:
            wanted |= self._bits.get(skill, 0)
        return wanted, wanted & self._reached(offer.pass_chance) if wanted else 0

    def _reached(self, chance: Fraction | None) -> int:
        if chance not in self._sure:
            self._sure[chance] = sum(
                1 << place
                for place, goal in enumerate(self.goals)
                if goal.confidence is None or (chance or 0) >= goal.confidence
            )
        return self._sure[chance]


def slots(offer: Offer, at: dt.date) -> Slots:
    """When an offer may run, from a day on."""
    weeks = offer.weeks or 0
    if not offer.starts:
        return weeks
    days = (one.toordinal() for one in offer.starts if one >= at)
    return tuple([(day, day + 7 * weeks) for day in days])


def undominated(
    candidates: Sequence[Candidate], goals: Sequence[SkillGoal], *, hours_matter: bool
) -> list[Offer]:
    """What is left, in the order of ids."""
    ordered = sorted(candidates, key=lambda one: (one.price, one.load, one.offer.id))
    stand: dict[int, list[Candidate]] = {}
    """Offers that stay and may stand for others, by the wanted skills they have among others."""
    masks = frozenset(one.wanted for one in candidates if not one.counts)
    kept = []
    for one in ordered:
        if not one.counts and one.wanted:
            others = stand.get(one.wanted, ())
            if _spared(one, others, goals, hours_matter=hours_matter):
                continue
        kept.append(one.offer)
        if one.free and one.wanted:
            for mask in _inside(one.wanted, masks):
                stand.setdefault(mask, []).append(one)
    return sorted(kept, key=lambda one: one.id)


def _inside(wanted: int, masks: frozenset[int]) -> Iterator[int]:
    """The masks that lie within a set of skills."""
    if wanted.bit_count() > _FEW_SKILLS:
        yield from (one for one in masks if not one & ~wanted)
        return
    part = wanted
    while part:
        if part in masks:
            yield part
        part = (part - 1) & wanted


def _spared(
    one: Candidate, others: Iterable[Candidate], goals: Sequence[SkillGoal], *, hours_matter: bool
) -> bool:
    """Whether those that stand for an offer give all that it would; they cost no more."""
    found: list[Candidate] = []
    need = one.wanted
    for other in others:
        if (hours_matter and other.load > one.load) or other.interest < one.interest:
            continue
        if one.wanted & ~other.sure and not other.surer(one):
            continue
        if not _within(other.slots, one.slots):
            continue
        need &= ~other.sure
        found.append(other)
        if not need or (len(found) > 1 and _together(found, need, goals)):
            return True
    return False


def _together(found: Sequence[Candidate], need: int, goals: Sequence[SkillGoal]) -> bool:
    """Whether several reach what none of them reaches alone."""
    missed = Fraction(1)
    for one in found:
        missed *= 1 - one.chance
    return all(
        1 - missed >= (goal.confidence or 0)
        for place, goal in enumerate(goals)
        if need >> place & 1
    )


def _within(mine: Slots, other: Slots) -> bool:
    """Whether for each slot of the other one of mine lies within it."""
    if isinstance(mine, int) or isinstance(other, int):
        return isinstance(mine, int) and isinstance(other, int) and mine <= other
    return all(any(first >= begin and last <= end for first, last in mine) for begin, end in other)
