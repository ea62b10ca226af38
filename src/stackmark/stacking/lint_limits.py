"""Lints of limits: those that cannot be kept, and those that never bind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from stackmark.stacking import rules as r
from stackmark.stacking.limits import below_level, from_level
from stackmark.stacking.lint import Finding, Ground, Kind, bare_limit
from stackmark.stacking.relate import nothing_meets
from stackmark.stacking.render import plain_number

Told = tuple[str, Kind, str, str]
"""Code, kind, sentence and way on."""

_IDLE: Final = "Remove it, or make it narrower."
_NEVER: Final = "never-binds"


def lint_limits(ground: Ground) -> Iterator[Finding]:
    """Every limit by itself, then against the limits before it, then the substitutes."""
    seen: dict[str, str] = {}
    for number, limit in enumerate(ground.rules.limits):
        place = f"limits/{number}"
        told = list(_JUDGES[type(limit)](ground, limit))
        text = str(bare_limit(limit))
        if text in seen:
            told = [_duplicate(seen[text])]
        seen.setdefault(text, limit.id)
        for code, kind, sentence, way in told:
            yield Finding(
                code=code, kind=kind, part=limit.id, place=place, sentence=sentence, way_on=way
            )
    yield from _substitutes(ground)


def _duplicate(other: str) -> Told:
    return "duplicate-limit", "idle", f"It says the same as “{other}”.", "Remove one of them."


def _never(why: str) -> Told:
    return _NEVER, "idle", f"It never binds: {why}", _IDLE


# -- how much is used -------------------------------------------------------------------------


def _least(ground: Ground, leaves: Sequence[r.Leaf]) -> Fraction:
    """Credits that these leaves use at least; where leaves may share, those of one of them."""
    each = [_least_of(one) for one in leaves]
    return max(each, default=Fraction(0)) if ground.shared else sum(each, Fraction(0))


def _least_of(leaf: r.Leaf) -> Fraction:
    if isinstance(leaf, r.CreditSum):
        return leaf.least
    count = leaf.least if isinstance(leaf, r.Count) else 1
    return count * (leaf.select.credits_min or Fraction(0))


def _most(leaves: Sequence[r.Leaf]) -> Fraction | None:
    """Credits that leaves use at most; ``None`` where nothing bounds them."""
    ends = [one.most if isinstance(one, r.CreditSum) else None for one in leaves]
    return None if None in ends else sum((one for one in ends if one), Fraction(0))


# -- caps -------------------------------------------------------------------------------------


def _cap(ground: Ground, limit: r.Cap) -> Iterator[Told]:
    yield from _at_most(ground, limit.select, limit.most, limit.share, "cap-too-low")


def _level_mix(ground: Ground, limit: r.LevelMix) -> Iterator[Told]:
    select = below_level(limit.below)
    yield from _at_most(ground, select, limit.most, limit.share, "cap-too-low")


def _at_most(
    ground: Ground, select: r.Select, most: Fraction | None, share: Fraction | None, code: str
) -> Iterator[Told]:
    if share is not None and share >= 1:
        yield _never("100 % of what is used is everything.")
        return
    inside = [one for one in ground.leaves if not ground.relations.apart(one, select)]
    if not inside:
        yield _never("no rule takes what it speaks of.")
        return
    top = _most(inside)
    if most is not None and top is not None and top <= most:
        yield _never(f"the rules use {plain_number(top)} of it at most.")
        return
    within = [one for one in ground.needed if ground.relations.within(one, select)]
    least = _least(ground, within)
    all_within = all(ground.relations.within(one, select) for one in ground.leaves)
    if least > (most or 0) and (share is None or all_within):
        bound = "nothing else is used" if most is None else f"{plain_number(most)} may be"
        told = f"The rules need {plain_number(least)} credits of it, and {bound}."
        yield code, "impossible", told, "Raise it, or lower what the rules need."


# -- floors -----------------------------------------------------------------------------------


def _residency(ground: Ground, limit: r.Residency) -> Iterator[Told]:
    yield from _at_least(ground, limit.select, limit.least, limit.share, "residency-too-high")


def _level_floor(ground: Ground, limit: r.LevelFloor) -> Iterator[Told]:
    select = from_level(limit.at_least)
    yield from _at_least(ground, select, limit.least, limit.share, "level-floor-too-high")


def _at_least(
    ground: Ground, select: r.Select, least: Fraction | None, share: Fraction | None, code: str
) -> Iterator[Told]:
    needed = _least(ground, ground.needed)
    if not least and not share:
        yield _never("it asks for nothing.")
        return
    if all(ground.relations.within(one, select) for one in ground.leaves) and (
        needed >= (least or 0)
    ):
        yield _never("all that the rules take lies within it.")
        return
    inside = [one for one in ground.leaves if not ground.relations.apart(one, select)]
    barred = nothing_meets(select) or ("" if inside else "No rule takes what it speaks of.")
    if barred and (least or needed):
        yield code, "impossible", f"{barred} It has to be used.", "Widen it, or the rules."
        return
    top = _most(inside)
    if least is not None and top is not None and top < least:
        told = f"The rules use {plain_number(top)} credits of it at most; {plain_number(least)}"
        yield code, "impossible", f"{told} must be.", "Lower it, or let the rules take more."


# -- the others -------------------------------------------------------------------------------


def _gpa(ground: Ground, limit: r.GradeAverage) -> Iterator[Told]:
    if all(ground.relations.apart(one, limit.select) for one in ground.leaves):
        yield _never("no rule takes what it speaks of.")


def _max_age(ground: Ground, limit: r.MaxAge) -> Iterator[Told]:
    def is_young(leaf: r.Leaf) -> bool:
        years = leaf.select.max_age_years
        young = years is not None and years <= limit.years
        return young or ground.relations.apart(leaf, limit.select)

    if all(is_young(one) for one in ground.leaves):
        yield _never("what it speaks of is younger by the rules, or taken by none.")


def _share(ground: Ground, limit: r.Share) -> Iterator[Told]:
    nodes = {one.id: one for one in ground.rules.nodes()}
    first, second = (_below(nodes[name]) for name in (limit.a, limit.b))
    if {one.id for one in first} & {one.id for one in second}:
        told = f"“{limit.a}” and “{limit.b}” have rules in common; the one lies within the other."
        yield "share-nested", "odd", told, "Name two rules that lie side by side."
        return
    if not limit.most:
        told = "It lets 0 credits be shared: only what has no credit at all."
        yield "share-nothing", "odd", told, "Remove it, or raise max_credits."
        return
    tops = [top for top in (_most(first), _most(second)) if top is not None]
    if nodes and tops and min(tops) <= limit.most:
        told = f"its rules use {plain_number(min(tops))} credits at most, so more is never shared."
        yield _NEVER, "odd", f"Its bound never binds: {told}", "Lower max_credits if less is meant."


def _below(node: r.Node) -> list[r.Leaf]:
    if isinstance(node, r.All | r.AtLeast):
        return [leaf for one in node.of for leaf in _below(one)]
    assert isinstance(node, r.Leaf)
    return [node]


def _exclude(ground: Ground, limit: r.Exclude) -> Iterator[Told]:
    yield from _groups(ground, limit.groups, "of which one may be used")


def _equivalent(ground: Ground, limit: r.Equivalent) -> Iterator[Told]:
    yield from _groups(ground, limit.classes, "which are the same learning")


def _groups(ground: Ground, groups: Sequence[Sequence[str]], why: str) -> Iterator[Told]:
    usable = _usable(ground)
    if usable is not None and all(usable.isdisjoint(group) for group in groups):
        yield _never("no rule takes what it names.")
        return
    for group in groups:
        asking = [
            one for one in ground.needed if (taken := _of(ground, one)) and taken <= set(group)
        ]
        count = [_items(one) for one in asking]
        if max(count, default=0) > 1 or (not ground.shared and sum(count) > 1):
            named = " and ".join(f"“{one.id}”" for one in asking)
            need = "needs" if len(asking) == 1 else "need"
            told = f"{named} {need} {sum(count)} of {', '.join(group)}, {why}."
            yield "excluded", "impossible", told, "Take one of them out of the rules or the group."


def _items(leaf: r.Leaf) -> int:
    """How many holdings serve a leaf at least."""
    if isinstance(leaf, r.CreditSum):
        return 1 if leaf.least else 0
    return leaf.least if isinstance(leaf, r.Count) else 1


def _of(ground: Ground, leaf: r.Leaf) -> frozenset[str]:
    return ground.relations.of_leaf(leaf)


def _usable(ground: Ground) -> frozenset[str] | None:
    """The achievements that rules take; ``None`` where one takes any."""
    taken = [_of(ground, one) for one in ground.leaves]
    return frozenset().union(*taken) if all(taken) else None


def _before(ground: Ground, limit: r.Before) -> Iterator[Told]:
    usable = _usable(ground)
    if usable is not None and all(then not in usable for _, then in limit.pairs):
        yield _never("no rule takes what comes second.")
    if _has_circle(limit.pairs):
        told = "The order goes round in a circle."
        yield "before-circle", "odd", told, "Take one pair out of the circle."


def _has_circle(pairs: Sequence[tuple[str, str]]) -> bool:
    after: dict[str, set[str]] = {}
    for first, then in pairs:
        after.setdefault(first, set()).add(then)
    for start, following in after.items():
        waiting, seen = list(following), set()
        while waiting:
            one = waiting.pop()
            if one == start:
                return True
            if one not in seen:
                seen.add(one)
                waiting += after.get(one, ())
    return False


def _substitutes(ground: Ground) -> Iterator[Finding]:
    named = {
        other
        for leaf in ground.leaves
        if not isinstance(leaf, r.Capstone)
        for other in ground.relations.taken(leaf.select, substitutes=False)
    }
    named |= {one for limit in ground.rules.limits for one in _named_by(ground, limit)}
    for number, one in enumerate(ground.rules.substitutes):
        if one.instead_of in named and one.use != one.instead_of:
            continue
        yield Finding(
            code="substitute-unused",
            kind="idle",
            part=f"substitute-{number + 1}",
            place=f"substitutes/{number}",
            sentence=f"No rule asks for {one.instead_of} that something else could stand for.",
            way_on="Remove it, or mend the address.",
        )


def _named_by(ground: Ground, limit: r.Limit) -> frozenset[str]:
    select = getattr(limit, "select", None)
    if not isinstance(select, r.Select):
        return frozenset()
    return ground.relations.taken(select, substitutes=False)


_JUDGES: Final[dict[type[r.Limit], Callable[[Ground, Any], Iterator[Told]]]] = {
    r.Cap: _cap,
    r.LevelMix: _level_mix,
    r.Residency: _residency,
    r.LevelFloor: _level_floor,
    r.GradeAverage: _gpa,
    r.MaxAge: _max_age,
    r.Share: _share,
    r.Exclude: _exclude,
    r.Equivalent: _equivalent,
    r.Before: _before,
}
