"""An answer as plain JSON: what a page shows now and a saved plan shows later.

Facts and codes, no sentences of ours: those are made for whoever reads it, in their language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from stackmark.planning.result import Path, Relaxation, Step, plain
from stackmark.stacking.audit import audit
from stackmark.stacking.eligible import Eligibility
from stackmark.stacking.render import sentence
from stackmark_web import clock
from stackmark_web.pathways.naming import names_in
from stackmark_web.pathways.planner import Asked
from stackmark_web.pathways.planner_bonus import Bonuses
from stackmark_web.pathways.planner_offers import Offered
from stackmark_web.ui.text import unturned

SHOWN: Final = 20  # offers left out, and rules short of something
Json = dict[str, Any]
_WHY: Final = (
    ("it is held already", "held"),
    ("how many weeks", "weeks"),
    ("its price is not stated", "price"),
    ("its price is in", "currency"),
    ("its hours", "hours"),
    ("its language", "language"),
    ("it is ", "delivery"),
)


class Teller:
    """Puts one answer into JSON."""

    def __init__(self, asked: Asked, bonuses: Bonuses | None = None) -> None:
        self.asked, self.target = asked, asked.wanted.target
        self.bonuses, self.offers = bonuses, asked.offered
        self.rules: dict[str, str] = {}
        if self.target.rules is not None:
            names = names_in(self.target.rules)
            leaves = self.target.rules.leaves()
            self.rules = {one.id: sentence(self.target.rules, one, names) for one in leaves}

    def answer(self) -> Json:
        """Everything a page needs."""
        result, wanted = self.asked.result, self.asked.wanted
        changes = [one for one in (result.relaxation, *result.others) if one is not None]
        return {
            "feasible": result.feasible,
            "at": result.at.isoformat(),
            "currency": wanted.currency,
            "plans": [self.path(one) for one in result.paths],
            "changes": [self.change(one) for one in changes],
            "gaps": self.gaps() if result.feasible is False else [],
            "short": list(self.short()) if result.feasible is False else [],
            "have": self.have(),
            "left_out": list(self.left_out()),
            "not_taken": self.not_taken(),
            "unknown_interests": list(self.asked.unknown_interests),
        }

    # -- plans -----------------------------------------------------------------------------------

    def path(self, path: Path) -> Json:
        """One plan."""
        earned = [self.offers[one.offer].earned(one.end) for one in path.steps]
        return {
            "labels": list(path.labels),
            "cost": plain(path.cost),
            "hours": plain(path.hours),
            "load": plain(path.load),
            "finish": path.finish.isoformat(),
            "steps": [self.step(one, path) for one in path.steps],
            "skills": [
                {
                    "name": self.name(one.skill),
                    "confidence": plain(one.confidence),
                    "chance": plain(one.chance),
                    "held": one.held,
                }
                for one in path.skills
                if one.skill not in path.left
            ],
            "left": [self.name(one) for one in path.left],
            "bonuses": self.bonuses.of(earned, path.finish) if self.bonuses and earned else [],
        }

    def step(self, step: Step, path: Path) -> Json:
        """One credential of a plan."""
        offered = self._offered(step.offer)
        chance = offered.chance
        return {
            "offering": step.offer,
            "achievement": str(offered.taught.achievement),
            "title": offered.title,
            "issuer": offered.issuer,
            "group": offered.group,
            "place": offered.place,
            "delivery": offered.delivery,
            "language": list(offered.languages),
            "start": step.start.isoformat(),
            "end": step.end.isoformat(),
            "starts_on": _day(offered.starts_on),
            "apply_by": _day(offered.apply_by),
            "own_pace": offered.at_own_pace,
            "cost": plain(step.cost),
            "currency": offered.currency,
            "hours": plain(step.hours),
            "load": plain(step.load),
            "chance": None if chance is None else plain(chance.rate),
            "chance_n": None if chance is None else chance.n,
            "chance_about": "" if chance is None else chance.about,
            "before": dict(offered.taught.before) if not offered.requires else {},
            "reasons": list(self.reasons(step, path)),
        }

    def reasons(self, step: Step, path: Path) -> Iterator[Json]:
        """Why it is in the plan: rules it serves, skills it gives, what it has to come before."""
        offer = self.offers[step.offer]
        for use in path.witness.uses if path.witness else ():
            if use.holding == step.offer:
                yield {"code": "rule", "text": self.rules.get(use.leaf, use.leaf)}
        wanted = [one.skill for one in path.skills if not one.held]
        names = [self.name(one) for one in wanted if one in offer.holding.skills]
        if names:
            yield {"code": "skills", "names": names}
        for other in path.steps:
            later = self.offers[other.offer]
            if any(offer.holding.achievement in group for group in later.prerequisites):
                yield {"code": "before", "title": later.holding.name}

    def name(self, goal: str) -> str:
        """How a skill is called; the award by its title."""
        return self.target.names.get(goal) or (self.target.title if self.target.rules else goal)

    def _offered(self, offer: str) -> Offered:
        return self.asked.shelf.offered[offer]

    # -- what is there, and what is missing ------------------------------------------------------

    def have(self) -> list[str]:
        """What serves the goal already: credentials by title, or skills by name."""
        if self.target.rules is None:
            have = {skill for one in _in_force(self.asked) for skill in one.skills}
            return [self.name(one.skill) for one in self.asked.goal.skills if one.skill in have]
        titles = {one.holding.id: one.holding.name for one in self.asked.held}
        used = [
            use.holding
            for path in self.asked.result.paths[:1]
            for use in (path.witness.uses if path.witness else ())
        ]
        return list(dict.fromkeys(titles[one] for one in used if one in titles))

    def gaps(self) -> list[str]:
        """Skills that nothing on offer gives."""
        have = {skill for one in _in_force(self.asked) for skill in one.skills}
        given = {skill for one in self.asked.offers for skill in one.holding.skills}
        wanted = [one.skill for one in self.asked.goal.skills]
        return [self.name(one) for one in wanted if one not in have | given]

    def short(self) -> Iterator[str]:
        """What the rules of an award miss today, in the library's words."""
        rules = self.target.rules
        if rules is None:
            return
        found = audit(rules, self.asked.holdings, clock.today(), node_limit=2_000)
        yield from (unturned(one.sentence) for one in found.shortfalls[:SHOWN])

    def left_out(self) -> Iterator[Json]:
        """Offers that would serve and cannot be taken, with a word why."""
        serving = self.asked.result.left_out
        for offer, why in serving[:SHOWN]:
            code = next((word for begins, word in _WHY if why.startswith(begins)), "")
            yield {"title": self._named(offer), "why": code, "text": why}

    def not_taken(self) -> int:
        """Offers that a rule would take, of issuers the awarding body has not accepted."""
        rules = self.target.rules
        if rules is None or not self.asked.not_taken:
            return 0
        eligible, leaves = Eligibility(rules, clock.today()), rules.leaves()
        rows = (one.earned(clock.today()) for one in self.asked.not_taken)
        return sum(1 for one in rows if any(eligible.of(leaf, one) for leaf in leaves))

    def _named(self, offer: str) -> str:
        one = self._offered(offer)
        return f"{one.title} ({one.group})" if one.group else one.title

    def change(self, change: Relaxation) -> Json:
        """A change that opens a plan: how much of what, the limits it means, and the plan."""
        return {
            "kind": change.kind,
            "money": plain(change.money),
            "hours": plain(change.hours),
            "days": change.days,
            "dropped": [self.name(one) for one in change.dropped],
            "limits": self._limits(change),
            "plan": self.path(change.path),
        }

    def _limits(self, change: Relaxation) -> Json:
        wanted = self.asked.wanted
        found: Json = {}
        if change.money:
            found["budget"] = plain((wanted.budget or 0) + change.money)
        if change.hours:
            found["hours"] = _up((wanted.hours or 0) + change.hours)
        if change.days:
            found["by"] = (wanted.by + dt.timedelta(days=change.days)).isoformat()
        if change.dropped and self.target.rules is None:
            keys = {self.name(one.skill): one.skill for one in self.asked.goal.skills}
            dropped = [keys.get(self.name(one), one) for one in change.dropped]
            found["without"] = [*wanted.without, *dropped]
        return found


def _in_force(asked: Asked) -> Iterator[Any]:
    today = clock.today()
    for one in asked.holdings:
        if one.status == "valid" and (one.expires is None or one.expires >= today):
            yield one


def _day(value: dt.date | None) -> str:
    return "" if value is None else value.isoformat()


def _up(value: Fraction) -> int | float:
    """Hours as a person writes them, never less than is needed."""
    tenths = -(-value * 10 // 1)
    return plain(Fraction(tenths, 10)) or 0
