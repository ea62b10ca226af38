"""Kinds of credentials that rules tell apart: what a further one may be, by leaf and by limit.

For each leaf every value that a limit looks at is tried: those the rules name, and one they do not
name. Each is judged as any holding is, and of those that all limits see alike one is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import Any, Final

from stackmark.model.holding import CLASSES
from stackmark.stacking import rules as r
from stackmark.stacking.additions import (
    ANOTHER,
    Addition,
    addition_of,
    averages,
    held,
    issuers,
    starts_so,
    texts,
)
from stackmark.stacking.facts import Compiled, Fact
from stackmark.stacking.problem import make_problem

_MOST_TRIED: Final = 3_000
_MEMBERS: Final = ("issuer", "issuer_class", "class", "field", "skill", "achievement")


@dataclass(frozen=True, slots=True)
class Kind:
    """An addition for one leaf, with what the rules say of one credit of it.

    ``after`` are achievements that must be awarded before it.
    """

    leaf: int
    addition: Addition
    fact: Fact
    after: tuple[str, ...]


def kinds(compiled: Compiled) -> tuple[Kind, ...]:
    """Every kind, in the order of leaves; the plainest of those that no limit tells apart."""
    found: list[Kind] = []
    for place, leaf in enumerate(compiled.leaves):
        seen: dict[Any, Kind] = {}
        for addition in islice(_additions(leaf, compiled), _MOST_TRIED):
            kind = _kind(compiled, place, addition)
            if kind is not None:
                seen.setdefault(_key(kind), kind)
        found += _strongest(compiled, list(seen.values()))
    return tuple(found)


def _strongest(compiled: Compiled, found: Sequence[Kind]) -> list[Kind]:
    """The plainest, and each that is better by some limit than all others of its leaf."""
    facts = [
        replace(one.fact, holding=replace(one.fact.holding, id=f"{place:06}"))
        for place, one in enumerate(found)
    ]
    problem = make_problem(compiled, facts, strict=True)
    weights = {
        int(fact.holding.id): tuple([form.weights[at] for form in problem.forms])
        for at, fact in enumerate(problem.facts)
    }
    free = [
        place
        for place in weights
        if not (found[place].after or found[place].fact.groups or "id" in found[place].addition)
    ]

    def spared(place: int) -> bool:
        """Whether one that nothing is in the way of is as good by every limit."""
        return any(
            other != place
            and all(a >= b for a, b in zip(weights[other], weights[place], strict=True))
            and (weights[other] != weights[place] or other < place or place not in free)
            for other in free
        )

    kept = [place for place in weights if place == min(weights) or not spared(place)]
    return [found[place] for place in sorted(kept)]


def _key(kind: Kind) -> Any:
    fact = kind.fact
    ids = kind.addition.get("id")
    return fact.inside, fact.over, fact.groups, kind.after, ids


def _kind(compiled: Compiled, leaf: int, addition: Addition) -> Kind | None:
    credit = max(Fraction(1), Fraction(str(addition.get("credits", 1))))
    unit, at = compiled.rules.unit, compiled.at
    (row,) = held([{**addition, "credits": float(credit)}], unit, at)
    fact = compiled.fact(replace(row, id=f"{leaf}"), ())
    if fact.serves[leaf] is not True:
        return None
    one = replace(fact, low=Fraction(1), high=Fraction(1), ordered=True)
    return Kind(leaf, addition, one, compiled.prerequisites(row.achievement))


def _additions(leaf: r.Leaf, compiled: Compiled) -> Iterator[Addition]:
    """The plain one first, then one for each combination of values."""
    base, rules = addition_of(leaf.select), compiled.rules
    selects = [one.select for one in rules.limits if isinstance(one, _SELECTING)]
    names = [name for name in _MEMBERS if name in base or _named(selects, name)]
    names += ["id"] if "id" in base else []
    choices: list[Sequence[Any]] = [_values(base, name, selects, rules) for name in names]
    levels = _levels(base, selects, rules)
    grades = [*averages(rules), {}]
    for grade, level, *values in product(grades, levels, *choices):
        found = {name: one for name, one in base.items() if name not in (*names, *_LEVEL)}
        found |= {name: one for name, one in zip(names, values, strict=True) if one is not None}
        found |= level
        if not grade or _same_scale(found, grade):
            yield found | grade


def _same_scale(one: Addition, other: Addition) -> bool:
    """A credential has one grade."""
    mine: Any = one.get("grade_min", other["grade_min"])
    return bool(mine["scale"] == other["grade_min"]["scale"])


_SELECTING: Final = (r.Cap, r.Residency, r.GradeAverage)
_LEVEL: Final = ("level_min", "level_max")


def _named(selects: Sequence[r.Select], name: str) -> list[str]:
    """Values that selects of limits name for a member, in order."""
    member = "kind" if name == "class" else name
    return list(dict.fromkeys(one for select in selects for one in getattr(select, member)))


def _values(
    base: Addition, name: str, selects: Sequence[r.Select], rules: r.Rules
) -> list[str | None]:
    """What a leaf takes; where it takes any, what limits name and something else."""
    own, named = texts(base.get(name, [])), _named(selects, name)
    if name == "field" and own:
        return [*own, *(one for one in named if one.startswith(tuple(own)))]
    if own:
        return list(own)
    if name == "issuer":
        named = [*issuers(rules), *named]
    return list(dict.fromkeys([None, *named, *_others(name, named)]))


def _others(name: str, named: Sequence[str]) -> list[str]:
    """A value that is not named."""
    if name == "class":
        return [one for one in ("micro-credential", *CLASSES) if one not in named][:1]
    if name == "field":
        broad = [f"{one:02}" for one in range(11)]
        return [one for one in broad if not any(starts_so(one, taken) for taken in named)][:1]
    return [ANOTHER] if name in ("issuer", "achievement") else []


def _levels(base: Addition, selects: Sequence[r.Select], rules: r.Rules) -> list[Addition]:
    """The leaf's own levels; where limits draw lines, the levels between them."""
    own: Addition = {name: base[name] for name in _LEVEL if name in base}
    lines = {one.below for one in rules.limits if isinstance(one, r.LevelMix)}
    lines |= {one.at_least for one in rules.limits if isinstance(one, r.LevelFloor)}
    upper = {one.level_min for one in selects if one.level_min is not None}
    upper |= {one.level_max + 1 for one in selects if one.level_max is not None}
    if not lines and not upper:
        return [own]
    low, high = base.get("level_min", 1), base.get("level_max", 8)
    cuts = [low, *sorted(one for one in lines | upper if low < one <= high)]
    found: list[Addition] = [own]
    for first, then in zip(cuts, [*cuts[1:], high + 1], strict=True):
        least = {"level_min": first} if first > 1 or "level_min" in own else {}
        last = then > high
        most = {"level_max": then - 1} if (upper and not last) or "level_max" in own else {}
        found.append({**least, **most})
    return found
