"""Additions: what a further credential would have to be, as members of a ``select``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

from stackmark.credit.grades import scales
from stackmark.credit.policies import unit_name
from stackmark.model.holding import CLASSES, VERIFIED, Credits, HeldGrade, Holding
from stackmark.stacking import rules as r
from stackmark.stacking.parse_select import select_of
from stackmark.stacking.render import describe
from stackmark.stacking.result import Change, number

Addition = dict[str, Any]
ANOTHER: Final = "urn:stackmark:any-other"
"""An issuer or achievement that the rules do not name, whichever it is."""
_LISTS: Final = {
    "id": "id",
    "achievement": "achievement",
    "issuer": "issuer",
    "issuer_class": "issuer_class",
    "kind": "class",
    "field": "field",
    "skill": "skill",
    "not_applied_to": "not_applied_to",
}


def addition_of(select: r.Select) -> Addition:
    """The members a credential needs so that a select takes it; a list means any of."""
    found: Addition = {}
    for name, member in _LISTS.items():
        values = getattr(select, name)
        if values:
            found[member] = values[0] if len(values) == 1 else list(values)
    for name in ("level_min", "level_max", "supervision_min", "evidence_min"):
        value = getattr(select, name)
        if value not in (None, ""):
            found[name] = value
    if select.grade_min is not None:
        found["grade_min"] = {"value": select.grade_min.value, "scale": select.grade_min.scale}
    if select.verified:
        found["verified"] = True
    if select.credits_min is not None:
        found["credits"] = number(select.credits_min)
    return found


def merged(one: Addition, other: Addition) -> Addition | None:
    """What satisfies both; ``None`` where nothing does."""
    found = dict(one)
    for name, value in other.items():
        mine = found.get(name)
        if mine is None:
            found[name] = value
        elif name in {"level_min", "credits", "evidence_min"}:
            found[name] = max(mine, value)
        elif name == "level_max":
            found[name] = min(mine, value)
        elif name in _LISTS.values():
            both = _common(name, texts(mine), texts(value))
            if not both:
                return None
            found[name] = both[0] if len(both) == 1 else both
    if found.get("level_min", 0) > found.get("level_max", 99):
        return None
    return found


def _common(name: str, mine: Sequence[str], other: Sequence[str]) -> list[str]:
    if name == "not_applied_to":
        return sorted({*mine, *other})
    if name == "field":
        longer = {a if len(a) >= len(b) else b for a in mine for b in other if starts_so(a, b)}
        return sorted(longer)
    return [one for one in mine if one in other]


def starts_so(one: str, other: str) -> bool:
    """Whether one code lies within the other."""
    return one.startswith(other) or other.startswith(one)


def texts(value: Any) -> list[str]:
    """A text or a list of texts as a list."""
    return [value] if isinstance(value, str) else list(value)


Parts = tuple[Addition, ...]


def extras(rules: r.Rules) -> list[Parts]:
    """Sets of what an addition may have besides, to be on the good side of limits.

    Nothing first, then everything that goes together, then one and two at a time.
    """
    parts = [
        _level(rules),
        *(addition_of(one.select) for one in _limits(rules, r.Residency)),
        *(outer(one, rules) for one in _limits(rules, r.Cap)),
        average(rules),
    ]
    named = [one for place, one in enumerate(parts) if one and one not in parts[:place]]
    few = [(one,) for one in named] + list(combinations(named, 2))
    found: list[Parts] = [(), tuple(named), *few]
    return [one for place, one in enumerate(found) if one not in found[:place]]


def with_parts(one: Addition, parts: Parts) -> Addition:
    """An addition with all the parts that go together with it, in order."""
    for part in parts:
        both = merged(one, part)
        one = one if both is None else both
    return dict(one)


def _limits(rules: r.Rules, kind: type[r.Limit]) -> list[Any]:
    return [one for one in rules.limits if isinstance(one, kind)]


def _level(rules: r.Rules) -> Addition:
    levels = [one.below for one in _limits(rules, r.LevelMix)]
    levels += [one.at_least for one in _limits(rules, r.LevelFloor)]
    return {"level_min": max(levels)} if levels else {}


def average(rules: r.Rules) -> Addition:
    """The first of ``averages``."""
    return next(iter(averages(rules)), {})


def averages(rules: r.Rules) -> list[Addition]:
    """The best grade of each scale whose mean is limited; where none is known, what is asked."""
    found = []
    for one in _limits(rules, r.GradeAverage):
        best = scales().get(one.scale, {}).get("best")
        value = f"{float(one.value):g}" if best is None else best
        found.append({"grade_min": {"value": value, "scale": one.scale}})
    return found


def inner(limit: Any) -> Addition:
    """What counts towards a residency or a level floor."""
    if isinstance(limit, r.LevelFloor):
        return {"level_min": limit.at_least}
    return addition_of(limit.select)


def outer(limit: Any, rules: r.Rules) -> Addition:
    """What does not count under a cap."""
    if isinstance(limit, r.LevelMix):
        return {"level_min": limit.below}
    return outside(limit.select, issuers(rules))


def issuers(rules: r.Rules) -> list[str]:
    """The awarding body, then every other issuer the rules name."""
    selects = [leaf.select for leaf in rules.leaves()]
    selects += [one.select for one in rules.limits if isinstance(one, r.Residency | r.Cap)]
    named = {issuer for one in selects for issuer in one.issuer}
    return [rules.issuer, *sorted(named)] if rules.issuer else sorted(named)


def outside(select: r.Select, homes: Sequence[str]) -> Addition:
    """Something that a select does not take; ``homes`` are issuers to choose from."""
    if select.issuer:
        other = next((one for one in homes if one not in select.issuer), "")
        return {"issuer": other} if other else {}
    if select.level_max is not None:
        return {"level_min": select.level_max + 1}
    if select.level_min is not None:
        return {"level_max": select.level_min - 1}
    if select.kind:
        others = [one for one in ("micro-credential", *CLASSES) if one not in select.kind]
        return {"class": others[0]} if others else {}
    if select.field:
        broad = [f"{one:02}" for one in range(11)]
        others = [one for one in broad if not any(starts_so(one, taken) for taken in select.field)]
        return {"field": others[0]} if others else {}
    return {}


def holdings_of(change: Change, rules: r.Rules, at: dt.date) -> tuple[Holding, ...]:
    """The additions of a change as holdings, to audit with.

    They are valid; the last is awarded at ``at``, each a day before the next. What an addition
    does not name is left unknown.
    """
    return held(change.additions, rules.unit, at)


def held(additions: Sequence[Mapping[str, Any]], unit: str, at: dt.date) -> tuple[Holding, ...]:
    """Additions as holdings."""
    last = len(additions) - 1
    return tuple(
        _holding(one, unit, at - dt.timedelta(days=last - place), place)
        for place, one in enumerate(additions)
    )


def _holding(one: Mapping[str, Any], unit: str, day: dt.date, place: int) -> Holding:
    def first(name: str) -> str:
        return texts(one[name])[0] if name in one else ""

    credit = Fraction(str(one["credits"])) if "credits" in one else None
    grade = one.get("grade_min")
    return Holding(
        id=first("id") or f"urn:addition:{place + 1}",
        achievement=first("achievement"),
        issuer=first("issuer"),
        issuer_classes=(first("issuer_class"),) if "issuer_class" in one else (),
        kind=first("class"),
        skills=(first("skill"),) if "skill" in one else (),
        field=first("field"),
        level=one.get("level_min", one.get("level_max")),
        credits=None if credit is None else Credits(credit, credit, unit),
        awarded=day,
        grade=None if grade is None else HeldGrade(grade["value"], grade["scale"]),
        supervision=one.get("supervision_min", ""),
        evidence=one.get("evidence_min"),
        applied_to=() if "not_applied_to" in one else None,
        status="valid",
        provenance=VERIFIED if one.get("verified") else "stated",
    )


def told(one: Addition, unit: str) -> str:
    """An addition in words."""
    known = {field.name for field in fields(r.Select)} | set(_LISTS.values())
    select = select_of({name: value for name, value in one.items() if name in known}, "addition")
    names = {ANOTHER: "any other than the rules name"}
    words = describe(select, unit, names).replace("credentials", "credential", 1)
    if "credits" not in one:
        return words
    return f"{words}, {one['credits']:g} {unit_name(unit, one['credits'])}"
