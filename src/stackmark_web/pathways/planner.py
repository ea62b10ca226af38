"""The question a learner asks, put to ``stackmark.planning``: holdings, goal, offers, limits.

Advice, never a gate. A search that would take too long stops at a number of steps, never by the
clock, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from stackmark.model.holding import Holding
from stackmark.planning.goal import Goal
from stackmark.planning.limits import Limits
from stackmark.planning.offers import Offer
from stackmark.planning.plan import plan
from stackmark.planning.result import Plan
from stackmark_web import clock
from stackmark_web.catalogue.words import fold
from stackmark_web.passport.models import HoldingSkill
from stackmark_web.pathways.held import Held, held
from stackmark_web.pathways.planner_offers import Shelf, shelf
from stackmark_web.pathways.planner_targets import ROLE
from stackmark_web.pathways.planner_wanted import Wanted
from stackmark_web.pathways.trusting import Body

NODES: Final = 1_000
"""Steps of the solver for one question; a plan asks a few dozen."""
_WEIGHT: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything its answer has to be told with."""

    wanted: Wanted
    shelf: Shelf
    holdings: tuple[Holding, ...]
    held: tuple[Held, ...]
    offers: tuple[Offer, ...]
    not_taken: tuple[Offer, ...]
    goal: Goal
    unknown_interests: tuple[str, ...]
    result: Plan

    @property
    def offered(self) -> dict[str, Offer]:
        """The offers by their ids."""
        return {one.id: one for one in self.offers}


def ask(user: Any, wanted: Wanted, *, nodes: int = NODES) -> Asked:
    """The plans for a person from today on.

    Raises ``UsageError`` ``plan.solver`` where the solver is not installed.
    """
    target, there, today = wanted.target, shelf(), clock.today()
    named = target.rules.achievements if target.rules else ()
    mine = held(user, target.body if target.rules else None, today, wanted=named)
    counting = [one for one in mine if one.counts]
    names = {fold(name): key for key, name in target.names.items()}
    holdings = tuple(_named(counting, names) if target.kind == ROLE else _plain(counting))
    offers, left = _offers(there, wanted, names, holdings)
    goal = _goal(wanted)
    interests, unknown = _interests(there, wanted)
    limits = Limits(
        by=wanted.by,
        budget=wanted.budget,
        hours_per_week=wanted.hours,
        delivery=wanted.delivery,
        language=wanted.language,
        interests=interests,
    )
    result = plan(holdings, goal, offers, limits, today, node_limit=nodes)
    return Asked(wanted, there, holdings, mine, offers, left, goal, unknown, result)


def _goal(wanted: Wanted) -> Goal:
    target = wanted.target
    skills = tuple(one for one in target.skills if one.skill not in wanted.without)
    return Goal(skills=skills, award=target.rules, currency=wanted.currency)


def _plain(rows: Iterable[Held]) -> Iterator[Holding]:
    yield from (one.holding for one in rows)


def _named(rows: list[Held], names: dict[str, str]) -> Iterator[Holding]:
    """With the skills that a credential names without an address, where the name is the same."""
    stated: dict[Any, set[str]] = {}
    wanted = HoldingSkill.objects.filter(
        holding__in=[one.row.pk for one in rows], uri="", folded__in=list(names)
    )
    for pk, folded in wanted.values_list("holding_id", "folded"):
        stated.setdefault(pk, set()).add(names[folded])
    for one in rows:
        more = stated.get(one.row.pk, set()) - set(one.holding.skills)
        yield replace(one.holding, skills=(*one.holding.skills, *sorted(more)))


def _offers(
    there: Shelf, wanted: Wanted, names: dict[str, str], holdings: Iterable[Holding]
) -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
    """The offers that may serve, and those whose issuer the awarding body has not accepted."""
    offers = there.offers(wanted.hours)
    if wanted.target.kind == ROLE:
        return tuple(_for_role(there, offers, names, holdings)), ()
    body, found, left = Body(wanted.target.body), [], []
    for one in offers:
        takes = body.takes(one.holding.issuer, one.holding.achievement)
        (found if takes else left).append(one)
    return tuple(found), tuple(left)


def _for_role(
    there: Shelf, offers: Iterable[Offer], names: dict[str, str], holdings: Iterable[Holding]
) -> Iterator[Offer]:
    """With skills by name too; another version of what is held already teaches nothing new."""
    valid = [one.achievement for one in holdings if one.status == "valid"]
    have = {there.lineage[one] for one in valid if one in there.lineage}
    for one in offers:
        given = there.offered[one.id].taught
        if given.achievement in have:
            continue
        more = [names[name] for name in sorted(given.named & names.keys())]
        skills = (*one.holding.skills, *more)
        yield replace(one, holding=replace(one.holding, skills=skills)) if more else one


def _interests(there: Shelf, wanted: Wanted) -> tuple[dict[str, Fraction], tuple[str, ...]]:
    """Interests as the library weighs them, and those that no offer knows."""
    if not wanted.interests:
        return {}, ()
    known = {fold(name): key for key, name in wanted.target.names.items()}
    for one in there.offered.values():
        known |= {fold(name): key for key, name in one.taught.skills.items()}
    found, unknown = {}, []
    for name in wanted.interests:
        key = known.get(fold(name))
        if key is None:
            unknown.append(name)
        else:
            found[key] = _WEIGHT
    return found, tuple(unknown)
