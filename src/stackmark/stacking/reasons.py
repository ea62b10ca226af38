"""Why a holding does not count, and what is not known of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from stackmark.model.holding import Holding
from stackmark.stacking import rules as r
from stackmark.stacking.ages import last_good
from stackmark.stacking.eligible import Answer, single
from stackmark.stacking.facts import Compiled, Fact
from stackmark.stacking.problem import Problem, Uses
from stackmark.stacking.result import Ageing, NotCounted, Unknown

SOON_YEARS: Final = 2
"""``ageing`` looks so many years ahead of the day of decision."""
_KINSHIP: Final = frozenset(
    {"id", "achievement", "issuer", "issuer_class", "class", "field", "skill"}
)
"""What a rule is about; a holding that fails here was never meant for it."""
_UNKNOWN: Final = {
    "status": "whether it is still valid is not known",
    "level": "its level is not stated",
    "credits": "its credit is not stated, or not in a unit that converts",
    "age": "the day it was awarded is not stated",
    "grade": "its grade is not stated on the scale that is asked",
    "supervision": "how it was supervised is not stated",
    "evidence": "the strength of its evidence is not stated",
    "applied_to": "whether it was applied to another award already is not known",
    "achievement": "its achievement is not stated",
    "issuer": "its issuer is not stated",
    "class": "its class is not stated",
    "field": "its field is not stated",
    "order": "whether what must come before it was awarded before is not known",
}
_FAILED: Final = {
    "level": "is at another level than {rule} asks",
    "credits": "carries less credit than {rule} asks of each",
    "grade": "has a lower grade than {rule} asks",
    "supervision": "was supervised less than {rule} asks",
    "evidence": "has weaker evidence than {rule} asks",
    "applied_to": "was applied already to an award that {rule} rules out",
    "verified": "is not verified, and {rule} asks for that",
}


def quoted(rule: str) -> str:
    """A rule's name in a sentence."""
    return f"“{rule}”"


def why_not(compiled: Compiled, fact: Fact, unmet: Sequence[int] = ()) -> NotCounted:
    """The reason why a holding serves nothing; of ``unmet`` leaves (places) first."""
    holding = fact.holding
    general = _status(holding, compiled.at)
    if general:
        return NotCounted(holding=holding.id, why=general[0], sentence=general[1])
    if fact.ordered is False:
        told = f"{holding.name} does not count: what must come before it was not awarded before."
        return NotCounted(holding=holding.id, why="order", sentence=told)
    everywhere = range(len(fact.serves))
    near = min(_failures(compiled, fact, unmet), key=len, default=None)
    if near is None and True in fact.serves:
        told = f"{holding.name} is not needed."
        return NotCounted(holding=holding.id, why="not-needed", sentence=told)
    near = near or min(_failures(compiled, fact, everywhere), key=len, default=None)
    if near is None:
        told = f"{holding.name} fits no rule."
        return NotCounted(holding=holding.id, why="fits-no-rule", sentence=told)
    about, rule = near[0]
    return NotCounted(holding=holding.id, why=about, sentence=_told(holding, about, rule))


def _told(holding: Holding, about: str, rule: str) -> str:
    if about.startswith("unknown-"):
        return f"{holding.name} does not count for certain: {_UNKNOWN[about[8:]]}."
    if about == "too-old":
        day = "" if holding.awarded is None else f" (awarded {holding.awarded.isoformat()})"
        return f"{holding.name} is too old for {quoted(rule)}{day}."
    return f"{holding.name} {_FAILED[about].format(rule=quoted(rule))}."


def _status(holding: Holding, at: dt.date) -> tuple[str, str] | None:
    if holding.awarded is not None and holding.awarded > at:
        return "not-yet", f"{holding.name} is awarded only on {holding.awarded.isoformat()}."
    if holding.expires is not None and holding.expires < at:
        return "expired", f"{holding.name} expired on {holding.expires.isoformat()}."
    if holding.status in {"expired", "revoked", "suspended"}:
        return holding.status, f"{holding.name} is {holding.status}."
    return None


def _failures(
    compiled: Compiled, fact: Fact, leaves: Sequence[int]
) -> Iterator[list[tuple[str, str]]]:
    """For each leaf that is about a holding, all that keeps it from serving."""
    for place in leaves:
        if fact.serves[place] is True:
            continue
        answers = [
            (about, rule, ask(fact.holding))
            for about, rule, ask in compiled.eligible.parts(compiled.leaves[place])
        ]
        if any(about in _KINSHIP and got is False for about, _, got in answers):
            continue
        yield [
            ("too-old" if about == "age" and got is False else _named(about, got), rule)
            for about, rule, got in answers
            if got is not True
        ]


def _named(about: str, got: Answer) -> str:
    return about if got is False else f"unknown-{about}"


def unknowns(compiled: Compiled, problem: Problem, uses: Uses) -> tuple[Unknown, ...]:
    """What is not known of the holdings by which a way is open, each fact once."""
    found: dict[tuple[str, str], Unknown] = {}
    for at, leaves in uses:
        fact = problem.facts[at]
        for about, rule in _open(compiled, fact, leaves):
            told = f"{fact.holding.name}: {_UNKNOWN[about]}; {quoted(rule)} asks for it."
            found.setdefault(
                (fact.holding.id, about),
                Unknown(holding=fact.holding.id, rule=rule, about=about, sentence=told),
            )
    return tuple(found[one] for one in sorted(found))


def _open(compiled: Compiled, fact: Fact, leaves: Sequence[int]) -> Iterator[tuple[str, str]]:
    for leaf in leaves:
        if fact.serves[leaf] is None:
            for about, rule, ask in compiled.eligible.parts(compiled.leaves[leaf]):
                if ask(fact.holding) is None:
                    yield about, rule
        if isinstance(compiled.leaves[leaf], r.CreditSum) and fact.low != fact.high:
            yield "credits", compiled.leaves[leaf].id
    if fact.ordered is None:
        yield "order", _first(compiled, r.Before)
    for limit, answer in zip(compiled.sums, fact.inside, strict=True):
        if answer is None:
            yield _about(limit), limit.id
        elif fact.low != fact.high:
            yield "credits", limit.id
    for mean, over in zip(compiled.means, fact.over, strict=True):
        if over is not None and over[0] is None:
            yield "grade", mean.id


def _about(limit: r.Limit) -> str:
    if isinstance(limit, r.LevelMix | r.LevelFloor):
        return "level"
    assert isinstance(limit, r.Cap | r.Residency)
    return next((about for about, _ in single(limit.select) if about in _UNKNOWN), "credits")


def _first(compiled: Compiled, kind: type[r.Limit]) -> str:
    return next((one.id for one in compiled.rules.limits if isinstance(one, kind)), "")


def ageing(compiled: Compiled, facts: Sequence[Fact], *, until: dt.date) -> tuple[Ageing, ...]:
    """What counts now and no longer after a day not later than ``until``, by that day."""
    found = [
        row
        for fact in facts
        if any(answer is not False for answer in fact.serves)
        for row in _ends(compiled, fact)
        if row.until < until
    ]
    return tuple(sorted(found, key=lambda one: (one.until, one.holding, one.rule)))


def _ends(compiled: Compiled, fact: Fact) -> Iterator[Ageing]:
    holding = fact.holding
    if holding.expires is not None:
        yield Ageing(holding=holding.id, rule="", until=holding.expires, why="expiry")
    if holding.awarded is None:
        return
    for limit in compiled.rules.limits:
        if isinstance(limit, r.MaxAge) and compiled.eligible.predicate(limit.select)(holding):
            yield Ageing(
                holding=holding.id, rule=limit.id, until=last_good(holding.awarded, limit.years)
            )
    for leaf, answer in zip(compiled.leaves, fact.serves, strict=True):
        years = leaf.select.max_age_years
        if years is not None and answer is not False:
            yield Ageing(holding=holding.id, rule=leaf.id, until=last_good(holding.awarded, years))
