"""Which held outcome meets which wanted one: by what a person stated, by skill ids, by words.

Ids are compared, never meanings. Two outcomes with the same ids are the same; one whose ids hold
the other's is broader. Without ids only the same statement, letter by letter, is a match.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from stackmark.model.achievement import Achievement, Outcome
from stackmark.recognition.rows import RELATIONS, Match

_ORDER: Final = {one: place for place, one in enumerate(RELATIONS)}
_NONE: Final[frozenset[str]] = frozenset()


def skill_ids(outcome: Outcome) -> frozenset[str]:
    """What its skills are known by: the address, else framework and code."""
    found = set()
    for one in outcome.skills:
        if one.uri:
            found.add(one.uri)
        elif one.framework and one.code:
            found.add(f"{one.framework.casefold()}:{one.code.casefold()}")
    return frozenset(found)


def relation_of(held: frozenset[str], wanted: frozenset[str]) -> str:
    """The relation of two sets of ids, held to wanted; empty when they share none."""
    if not held & wanted:
        return ""
    if held == wanted:
        return "exact"
    if held > wanted:
        return "broader"
    return "narrower" if held < wanted else "related"


def match_outcomes(
    held: Achievement, wanted: Achievement, stated: Iterable[Match] = ()
) -> tuple[Match, ...]:
    """The stated matches, then for every other wanted outcome the best one that ids give.

    Ordered as the wanted outcomes are; a pair that a person judged is not judged again.
    """
    given = tuple(stated)
    spoken = {one.wanted for one in given}
    found = list(given)
    for outcome in wanted.outcomes:
        text = wanted.say(outcome.statement)
        if text and text not in spoken:
            spoken.add(text)
            best = _best(held, outcome, text)
            found += [best] if best else []
    place = {wanted.say(one.statement): number for number, one in enumerate(wanted.outcomes)}
    return tuple(sorted(found, key=lambda one: place.get(one.wanted, len(place))))


def _best(held: Achievement, wanted: Outcome, text: str) -> Match | None:
    found = [one for own in held.outcomes if (one := _pair(held, own, wanted, text))]
    return min(found, key=lambda one: _ORDER[one.relation], default=None)


def _pair(held: Achievement, own: Outcome, wanted: Outcome, text: str) -> Match | None:
    said = held.say(own.statement)
    if not said:
        return None
    mine, other = skill_ids(own), skill_ids(wanted)
    relation = relation_of(mine, other)
    if relation:
        shared = ", ".join(sorted(mine & other))
        evidence = f"Skills on both sides: {shared}"[:4_000]
        return Match(
            wanted=text, held=said, relation=relation, basis="skill-ids", evidence=evidence
        )
    if said.casefold() == text.casefold() and _NONE in (mine, other):
        return Match(
            wanted=text,
            held=said,
            relation="exact",
            basis="statement",
            evidence="Both sides state it in the same words.",
        )
    return None
