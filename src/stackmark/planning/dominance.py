"""Offers that can be done without: another one is as good in everything that matters.

An offer A takes the place of B when it needs nothing before it, gives each wanted skill of B with
the confidence asked by itself alone, costs no more, fills no week more, and for each start of B
has one that is no earlier and ends no later. B must count for no award. Then any plan with B has
one with A instead that is as good; where A is in it already, B is simply left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from stackmark.planning.goal import SkillGoal
from stackmark.planning.offers import Offer


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer with its wanted skills as bits, and those it gives with confidence by itself.

    ``price`` is exact, a number that was written as one; ``load`` to the last digit. ``free``: it
    may stand for others (nothing before it, nobody else offers its achievement). ``counts``: it may
    serve a rule of the award.
    """

    offer: Offer
    wanted: int
    sure: int
    free: bool
    counts: bool
    price: float
    load: float


def skill_bits(offer: Offer, goals: Sequence[SkillGoal]) -> tuple[int, int]:
    """The goals an offer serves, and those it reaches by itself."""
    wanted = sure = 0
    for place, goal in enumerate(goals):
        if goal.skill in offer.holding.skills:
            wanted |= 1 << place
            if goal.confidence is None or (offer.pass_chance or 0) >= goal.confidence:
                sure |= 1 << place
    return wanted, sure


def undominated(candidates: Sequence[Candidate], at: dt.date, *, hours_matter: bool) -> list[Offer]:
    """What is left, in the order of ids."""
    ordered = sorted(candidates, key=lambda one: (one.price, one.load, one.offer.id))
    better: dict[int, list[Candidate]] = {}
    kept = []
    for one in ordered:
        if not one.counts and one.wanted:
            lowest = one.wanted & -one.wanted
            rows = better.get(lowest, ())
            if any(_replaces(other, one, at, hours_matter=hours_matter) for other in rows):
                continue
        kept.append(one.offer)
        if one.free:
            for place in range(one.sure.bit_length()):
                if one.sure >> place & 1:
                    better.setdefault(1 << place, []).append(one)
    return sorted(kept, key=lambda one: one.id)


def _replaces(a: Candidate, b: Candidate, at: dt.date, *, hours_matter: bool) -> bool:
    """Whether ``a`` is as good as ``b``; its price is known to be no higher."""
    if b.wanted & ~a.sure:
        return False
    one, other = a.offer, b.offer
    if hours_matter and a.load > b.load:
        return False
    if not one.starts or not other.starts:
        return not one.starts and not other.starts and (one.weeks or 0) <= (other.weeks or 0)
    return all(
        any(mine >= day and _end(one, mine) <= _end(other, day) for mine in one.starts)
        for day in other.starts
        if day >= at
    )


def _end(offer: Offer, start: dt.date) -> dt.date:
    return start + dt.timedelta(weeks=offer.weeks or 0)
