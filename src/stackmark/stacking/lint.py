"""Lints of rules before anybody is audited by them: what cannot be met, says nothing, or is odd.

``impossible`` is proven: no holdings whatever meet it. ``idle`` is proven too: without it every
audit ends the same. ``odd`` is a word nobody knows, or something that is rarely meant. What is
not found here may still be wrong: the proofs look at the rules one by one and in pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from stackmark.stacking import rules as r
from stackmark.stacking.relate import Relations, nothing_meets
from stackmark.stacking.write import limit_json, node_json

Kind = Literal["impossible", "idle", "odd"]
_MANY: Final = 150
KINDS: Final[tuple[Kind, ...]] = ("impossible", "idle", "odd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: ``part`` is the id of the rule or limit, ``place`` where it stands."""

    code: str
    kind: Kind
    part: str
    place: str
    sentence: str
    way_on: str

    def to_json(self) -> dict[str, str]:
        """As ``stackmark rules lint --json`` prints it."""
        return {
            "code": self.code,
            "kind": self.kind,
            "rule": self.part,
            "place": self.place,
            "sentence": self.sentence,
            "wayOn": self.way_on,
        }


def lint(rules: r.Rules) -> tuple[Finding, ...]:
    """Everything found, what is impossible first, then by place.

    The award as a whole is impossible exactly when ``award-impossible`` is among it.
    """
    from stackmark.stacking.lint_limits import lint_limits
    from stackmark.stacking.lint_words import lint_words

    ground = Ground(rules)
    found = [*_lint_tree(ground), *lint_limits(ground), *lint_words(ground)]
    if any(one.code in WHOLE for one in found) and "award-impossible" not in _codes(found):
        found.append(_award(ground, "Its rules and limits cannot all be met."))
    order = {id(one): number for number, one in enumerate(found)}
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), order[id(one)])))


# Limits that no way through the tree can keep.
WHOLE: Final = frozenset({"cap-too-low", "residency-too-high", "level-floor-too-high", "excluded"})


def _codes(found: list[Finding]) -> set[str]:
    return {one.code for one in found}


class Ground:
    """What all lints ask: places, relations, which leaves every way through the tree needs."""

    def __init__(self, rules: r.Rules) -> None:
        self.rules = rules
        self.relations = Relations(rules)
        self.leaves = rules.leaves()
        self.places = dict(_places(rules.rule, "rule"))
        self.needed = tuple(_needed(rules.rule))
        self.shared = any(isinstance(one, r.Share) for one in rules.limits)

    def find(self, code: str, kind: Kind, part: str, sentence: str, way_on: str) -> Finding:
        """A finding at a rule of the tree."""
        return Finding(
            code=code,
            kind=kind,
            part=part,
            place=self.places.get(part, ""),
            sentence=sentence,
            way_on=way_on,
        )

    def can(self, node: r.Node) -> bool:
        """Whether a rule may be met, as far as the tree itself tells."""
        if isinstance(node, r.All):
            return all(self.can(one) for one in node.of)
        if isinstance(node, r.AtLeast):
            return sum(self.can(one) for one in node.of) >= node.k
        assert isinstance(node, r.Leaf)
        return not leaf_fault(node)


def _places(node: r.Node, place: str) -> Iterator[tuple[str, str]]:
    yield node.id, place
    if isinstance(node, r.All | r.AtLeast):
        word = "all" if isinstance(node, r.All) else node.word
        below = f"{place}/{word}/of" if word == "at_least" else f"{place}/{word}"
        for number, one in enumerate(node.of):
            yield from _places(one, f"{below}/{number}")


def _needed(node: r.Node) -> Iterator[r.Leaf]:
    """The leaves without which the node is never met."""
    if isinstance(node, r.Leaf):
        yield node
    elif isinstance(node, r.All) or (isinstance(node, r.AtLeast) and node.k >= len(node.of)):
        for one in node.of:
            yield from _needed(one)


def leaf_fault(leaf: r.Leaf) -> tuple[str, str] | None:
    """Code and reason why nothing ever meets a leaf; nothing when something may."""
    most = leaf.most if isinstance(leaf, r.Count | r.CreditSum) else None
    least = leaf.least if isinstance(leaf, r.Count | r.CreditSum) else 1
    if most is not None and most < least:
        return "max-below-min", f"It asks for {_say(least)} or more and {_say(most)} or less."
    if not least:
        return None  # nothing needs to serve it
    why = nothing_meets(leaf.select)
    if why:
        return "select-impossible", why
    ids = leaf.select.id
    if ids and not isinstance(leaf, r.CreditSum) and len(ids) < least:
        return "too-few-ids", f"It asks for {_say(least)} and names {len(ids)}."
    each = leaf.select.credits_min
    if isinstance(leaf, r.CreditSum) and most is not None and each is not None and each > most:
        return "max-below-each", f"Each has {_say(each)} credits or more, and {_say(most)} may be."
    return None


def _say(value: Any) -> str:
    from stackmark.stacking.render import plain_number

    return plain_number(value)


def _award(ground: Ground, why: str) -> Finding:
    return ground.find(
        "award-impossible",
        "impossible",
        ground.rules.rule.id,
        f"Nobody can earn this award. {why}",
        "Mend what is named beside this.",
    )


_MEND: Final = {
    "max-below-min": "Raise max, or lower min.",
    "select-impossible": "Change what it selects.",
    "too-few-ids": "Name more, or ask for fewer.",
    "max-below-each": "Raise max, or ask for less of each.",
}


def _lint_tree(ground: Ground) -> Iterator[Finding]:
    if not ground.can(ground.rules.rule):
        yield _award(ground, "The rules below it cannot be met.")
    for node in ground.rules.nodes():
        if isinstance(node, r.Leaf):
            yield from _lint_leaf(ground, node)
        elif isinstance(node, r.AtLeast):
            yield from _lint_choice(ground, node)
        elif isinstance(node, r.All):
            yield from _lint_twice(ground, node)


def _lint_leaf(ground: Ground, leaf: r.Leaf) -> Iterator[Finding]:
    fault = leaf_fault(leaf)
    if fault:
        yield ground.find(fault[0], "impossible", leaf.id, fault[1], _MEND[fault[0]])
    if isinstance(leaf, r.Count | r.CreditSum) and not leaf.least:
        yield from _asks_nothing(ground, leaf, leaf in ground.needed)


def _asks_nothing(ground: Ground, node: r.Node, needed: bool) -> Iterator[Finding]:  # noqa: FBT001
    """Idle where everything beside it is asked too; in a choice it makes the choice an empty one.

    With limits it may be there on purpose: as a place for credit that a share is reckoned from.
    """
    if not needed:
        told = "It is always met, and so counts towards the choice above it without anything."
        yield ground.find("always-met", "odd", node.id, told, "Set what it asks for at least.")
    elif not ground.rules.limits:
        told = "It asks for nothing: none at all will do."
        yield ground.find("asks-nothing", "idle", node.id, told, "Remove it, or set min.")


def _lint_choice(ground: Ground, node: r.AtLeast) -> Iterator[Finding]:
    size = len(node.of)
    if node.k > size:
        told = f"It asks for {node.k} of {size}."
        yield ground.find("k-above-children", "impossible", node.id, told, f"Set k to {size}.")
        return
    if sum(map(ground.can, node.of)) < node.k:
        told = f"It asks for {node.k}, and too few of those below it can be met."
        way = "Mend those below it."
        yield ground.find("choice-impossible", "impossible", node.id, told, way)
    if not node.k:
        yield from _asks_nothing(ground, node, node is ground.rules.rule)
    if node.k == 1:
        yield from _lint_implied(ground, node)


def _lint_implied(ground: Ground, node: r.AtLeast) -> Iterator[Finding]:
    """Of a choice of one: what never helps, because whoever meets it meets another.

    Every pair is looked at, so very wide choices are not.
    """
    if len(node.of) > _MANY:
        return
    gone: set[str] = set()
    for one in node.of:
        for other in node.of:
            if one is other or other.id in gone or not _implies(ground, one, other):
                continue
            gone.add(one.id)
            same = _bare(one) == _bare(other)
            told = "is the same" if same else "is met by whoever meets this one"
            yield ground.find(
                "duplicate-rule" if same else "implied-rule",
                "idle",
                one.id,
                f"It decides nothing: “{other.id}” {told}.",
                f"Remove it, or “{other.id}”.",
            )
            break


def _implies(ground: Ground, one: r.Node, other: r.Node) -> bool:
    """Whether the holdings that serve ``one`` could serve ``other`` as well, always."""
    if ground.shared:  # which leaf a holding serves matters where leaves may share
        return False
    if not isinstance(one, r.Leaf) or not isinstance(other, r.Leaf):
        return bool(_bare(one) == _bare(other))
    if isinstance(one, r.Capstone) and isinstance(other, r.Count):
        fits = other.least <= 1 and (other.most is None or other.most >= 1)
    elif type(one) is not type(other):
        return False
    elif isinstance(one, r.Count | r.CreditSum):
        assert isinstance(other, r.Count | r.CreditSum)
        top = other.most is None or (one.most is not None and one.most <= other.most)
        fits = one.least >= other.least and top
    else:
        fits = True
    return fits and ground.relations.leaf_within(one, other)


def _lint_twice(ground: Ground, node: r.All) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for one in node.of:
        text = str(_bare(one))
        if text in seen and isinstance(one, r.Leaf):
            yield ground.find(
                "asked-twice",
                "odd",
                one.id,
                f"It asks the same as “{seen[text]}”; both need credentials of their own.",
                "If more is meant, say so in one rule; else remove it.",
            )
        seen.setdefault(text, one.id)


def _bare(node: r.Node) -> Any:
    """What a rule asks, without ids and titles."""
    return _stripped(node_json(node))


def bare_limit(limit: r.Limit) -> Any:
    """What a limit asks, without id and title."""
    return _stripped(limit_json(limit))


def _stripped(value: Any) -> Any:
    """Without the ids and titles of rules; those within a select stay."""
    if isinstance(value, list):
        return [_stripped(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one if name == "select" else _stripped(one)
        for name, one in value.items()
        if name not in ("id", "title")
    }
