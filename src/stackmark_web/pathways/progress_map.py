"""An audit as a map: the tree of rules with what is done, doable, locked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stackmark.credit.policies import unit_name
from stackmark.stacking import rules as r
from stackmark.stacking.render import sentence
from stackmark.stacking.result import ITEMS, Audit, Progress
from stackmark_web.catalogue.vocabulary import CREDIT_UNITS, credit_unit
from stackmark_web.pathways.auditing import Ground
from stackmark_web.pathways.held import Held
from stackmark_web.pathways.naming import achievement_at, achievement_name, named, names_in
from stackmark_web.ui.site import address
from stackmark_web.ui.text import plural_of

STATES: Final[dict[str, tuple[str, str, str | Promise]]] = {
    "done": ("good", "check", gettext_lazy("Done")),
    "begun": ("accent", "clock", gettext_lazy("Begun")),
    "doable": ("neutral", "plus", gettext_lazy("Can be done now")),
    "locked": ("warn", "lock", gettext_lazy("Locked")),
    "open": ("warn", "question", gettext_lazy("Not known")),
    "unneeded": ("neutral", "minus", gettext_lazy("Not needed")),
}
"""State → tone, icon, words."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential a rule names: what it is called, its page, whether it is held already."""

    title: str
    url: str = ""
    held: bool = False


@dataclass(slots=True)
class Step:
    """One rule, as a learner sees it; ``why`` are the library's sentences, ``first`` ours."""

    id: str
    title: str
    sentence: str
    state: str
    is_group: bool
    amount: str
    served: list[Held] = field(default_factory=list)
    could: list[Held] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def tone(self) -> str:
        """Of its chip."""
        return STATES[self.state][0]

    @property
    def icon(self) -> str:
        """Beside its state, so that colour never speaks alone."""
        return STATES[self.state][1]

    @property
    def label(self) -> str | Promise:
        """Its state in words."""
        return STATES[self.state][2]


class Told:
    """The library's sentences about an audit, with names in the place of addresses."""

    def __init__(self, audit: Audit, names: Mapping[str, str]) -> None:
        self._audit, self._names = audit, names

    def say(self, text: str) -> str:
        """One sentence."""
        return named(text, self._names)

    def by_rule(self, rows: Iterable[Any]) -> dict[str, list[str]]:
        """Sentences of shortfalls or of what is not known, by the rule they are about."""
        found: dict[str, list[str]] = {}
        for one in rows:
            found.setdefault(one.rule, []).append(self.say(one.sentence))
        return found

    @property
    def shortfalls(self) -> list[str]:
        """What is missing."""
        return [self.say(one.sentence) for one in self._audit.shortfalls]

    @property
    def unknown(self) -> list[str]:
        """What nobody knows and would decide it."""
        return [self.say(one.sentence) for one in self._audit.unknown]

    @property
    def explanation(self) -> list[str]:
        """Everything, the verdict first."""
        return [self.say(one) for one in self._audit.explanation]

    @property
    def change(self) -> str:
        """The smallest change; empty where none is told."""
        change = self._audit.smallest_change
        return self.say(change.sentence) if change is not None else ""


class Map:
    """The tree and the limits of one audit, with the credentials named."""

    def __init__(self, ground: Ground, audit: Audit) -> None:
        self.ground, self.audit, self.rules = ground, audit, ground.rules
        self.names = names_in(self.rules)
        self.told = Told(audit, self.names)
        self._progress = {one.rule: one for one in audit.progress}
        self._short = self.told.by_rule(audit.shortfalls)
        self._unknown = self.told.by_rule(audit.unknown)

    @cached_property
    def held(self) -> dict[str, Held]:
        """Everything held that entered, by the id the audit calls it."""
        return {one.holding.id: one for one in self.ground.held if one.counts}

    @cached_property
    def top(self) -> Step:
        """The tree."""
        return self._step(self.rules.rule)

    @cached_property
    def limits(self) -> list[Step]:
        """The limits; what stands in the way says so."""
        return [self._limit(one) for one in self.rules.limits]

    @property
    def done(self) -> int:
        """How many of the outermost rules are met."""
        return sum(1 for one in self._outer if one.state == "done")

    @property
    def total(self) -> int:
        """How many of them have to be."""
        progress = self._progress.get(self.rules.rule.id)
        grouped = isinstance(self.rules.rule, r.All | r.AtLeast)
        return int(progress.needs) if progress is not None and grouped else len(self._outer)

    @property
    def _outer(self) -> list[Step]:
        return self.top.steps or [self.top]

    # -- the tree --------------------------------------------------------------------------------

    def _step(self, node: r.Node) -> Step:
        progress = self._progress[node.id]
        made = Step(
            id=node.id,
            title=node.title,
            sentence=sentence(self.rules, replace(node, title=""), self.names),
            state="",
            is_group=isinstance(node, r.All | r.AtLeast),
            amount=amount(progress, self.rules.unit),
            why=self._unknown.get(node.id, []) + self._short.get(node.id, []),
        )
        if isinstance(node, r.All | r.AtLeast):
            made.steps = [self._step(one) for one in node.of]
            made.state = _state_of_group(made.steps, met=progress.met)
            if progress.met:
                _unneeded(made.steps)
        elif isinstance(node, r.Leaf):
            self._leaf(made, node, progress)
        return made

    def _leaf(self, made: Step, leaf: r.Leaf, progress: Progress) -> None:
        made.served = [self.held[one] for one in progress.holdings if one in self.held]
        made.could = [self.held[one] for one in progress.could if one in self.held]
        made.wanted = [self._wanted(one) for one in leaf.select.achievement]
        made.first = [] if progress.met else self._first(leaf)
        made.state = self._state(leaf, progress, locked=bool(made.first))

    def _state(self, leaf: r.Leaf, progress: Progress, *, locked: bool) -> str:
        if progress.met:
            return "done"
        if leaf.id in self._unknown:
            return "open"
        if locked:
            return "locked"
        return "begun" if progress.has > 0 else "doable"

    def _first(self, leaf: r.Leaf) -> list[str]:
        """What has to come before everything that could serve a leaf."""
        wanted = [one for one in leaf.select.achievement if one not in self._have]
        locks = [self._missing_before(one) for one in wanted]
        if not wanted or not all(locks):
            return []
        return list(dict.fromkeys(self._called(one) for rows in locks for one in rows))

    def _missing_before(self, achievement: str) -> list[str]:
        pairs = [
            pair for one in self.rules.limits if isinstance(one, r.Before) for pair in one.pairs
        ]
        return [first for first, then in pairs if then == achievement and first not in self._have]

    @cached_property
    def _have(self) -> set[str]:
        return {one.achievement for one in self.ground.holdings if one.status == "valid"}

    def _called(self, achievement: str) -> str:
        return self.names.get(achievement, achievement)

    def _wanted(self, achievement: str) -> Wanted:
        version = achievement_at(achievement)
        held = achievement in self._have
        if version is None:
            return Wanted(self._called(achievement), held=held)
        url = address("registry:achievement", "", version.achievement_id)
        return Wanted(achievement_name(version), url, held=held)

    def _limit(self, limit: r.Limit) -> Step:
        why = self._short.get(limit.id, []) + self._unknown.get(limit.id, [])
        state = "open" if limit.id in self._unknown else "doable" if why else "done"
        words = sentence(self.rules, replace(limit, title=""), self.names)
        return Step(limit.id, limit.title, words, state, is_group=False, amount="", why=why)


def _state_of_group(steps: Iterable[Step], *, met: bool) -> str:
    states = {one.state for one in steps}
    if met:
        return "done"
    if "open" in states:
        return "open"
    if states & {"done", "begun"}:
        return "begun"
    return "locked" if states == {"locked"} else "doable"


def _unneeded(steps: Iterable[Step]) -> None:
    """Of a choice that is made, what was not chosen need not be done."""
    for one in steps:
        if one.state != "done":
            one.state, one.why, one.first = "unneeded", [], []
            _unneeded(one.steps)


def amount(progress: Progress, unit: str) -> str:
    """How far a rule is: "1 of 2 credentials", "5 of 10 ECTS credits"."""
    has, needs = (_number(one) for one in (progress.has, progress.needs))
    if progress.unit == "rules":
        return _("%(has)s of %(needs)s") % {"has": has, "needs": needs}
    if progress.unit == ITEMS:
        told = ngettext(
            "%(has)s of %(needs)s credential",
            "%(has)s of %(needs)s credentials",
            int(progress.needs),
        )
        return told % {"has": has, "needs": needs}
    named = _unit(unit, progress.needs)
    return _("%(has)s of %(needs)s %(unit)s") % {"has": has, "needs": needs, "unit": named}


def _unit(unit: str, amount: Any) -> str:
    """What is counted, in the reader's language and the form its number asks for."""
    if unit == "hours":  # of learning here; as a unit of credit they are another thing
        return ngettext("hour of learning", "hours of learning", plural_of(amount))
    if unit == "contact-hours":
        return ngettext("contact hour", "contact hours", plural_of(amount))
    return credit_unit(unit, amount) if unit in CREDIT_UNITS else unit_name(unit, amount)


def _number(value: Any) -> str:
    plain = float(value)
    return str(number_format(int(plain) if plain == int(plain) else round(plain, 2)))


PROVENANCE: Final[Mapping[str, tuple[str, str | Promise]]] = {
    "issued-here": ("good", gettext_lazy("Issued here")),
    "trusted": ("good", gettext_lazy("From a trusted issuer")),
    "recognised": ("good", gettext_lazy("Recognised by decision")),
    "not-decided": ("warn", gettext_lazy("Not decided yet")),
    "not-verified": ("bad", gettext_lazy("Not verified")),
}
"""Provenance → tone and words."""
