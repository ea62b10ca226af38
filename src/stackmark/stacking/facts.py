"""What rules say of single holdings, computed once: who may serve what, which limits touch whom.

``Compiled`` is made once for rules and a day and used for any number of learners. Leaves are
ordered by id, so that the order of a file changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from stackmark.model.holding import Holding
from stackmark.stacking import rules as r
from stackmark.stacking.eligible import Answer, Eligibility, Question
from stackmark.stacking.grading import points, span
from stackmark.stacking.limits import below_level, came_before, from_level

Tree = tuple[int, int | tuple["Tree", ...]]
"""(-1, leaf) or (k, children): at least ``k`` of the children."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One holding: answers by leaf and by limit, credit ends (``None``: no bound), grade surplus.

    ``over`` are, for each mean of grades, the least and the greatest the grade may lie above what
    is asked; an end of ``None`` has no bound. ``late`` says whether what must come before it is
    missing (``None``: nobody knows). ``groups`` has a bit for each group of which one is used.
    """

    holding: Holding
    serves: tuple[Answer, ...]
    inside: tuple[Answer, ...]
    low: Fraction
    high: Fraction | None
    over: tuple[tuple[Fraction | None, Fraction | None] | None, ...]
    ordered: Answer
    groups: int

    @property
    def certain(self) -> bool:
        """Whether nothing of it is unknown, among what the rules ask."""
        return (
            self.low == self.high
            and None not in self.serves
            and None not in self.inside
            and self.ordered is not None
            and all(one is None or (one[0] is not None and one[0] == one[1]) for one in self.over)
        )


class Compiled:
    """Rules made ready for a day of decision."""

    def __init__(self, rules: r.Rules, at: dt.date) -> None:
        self.rules, self.at = rules, at
        self.eligible = Eligibility(rules, at)
        self.leaves = tuple(sorted(rules.leaves(), key=lambda one: one.id))
        self.places = {leaf.id: place for place, leaf in enumerate(self.leaves)}
        self.tree = self._tree(rules.rule)
        ordered = sorted(rules.limits, key=lambda one: one.id)
        self.sums: tuple[Any, ...] = tuple(one for one in ordered if type(one) in _SELECTS)
        self.means = tuple(one for one in ordered if isinstance(one, r.GradeAverage))
        self.shares = tuple(one for one in ordered if isinstance(one, r.Share))
        self.below = self._below()
        self._ask = [self.eligible.question(leaf) for leaf in self.leaves]
        self._none = (False,) * len(self.leaves)
        self._takes = [self.eligible.predicate(_SELECTS[type(one)](one)) for one in self.sums]
        self._weighs = [self.eligible.predicate(one.select) for one in self.means]
        self.group_limits: dict[str, int] = {}
        self._groups = self._group_bits(ordered)
        self._before = _before(ordered)
        self.bounds = tuple(self._bounds())
        self.scale = lcm(*(one.denominator for one in self.bounds))

    def fact(self, holding: Holding, held: Sequence[Holding]) -> Fact:
        """Everything the rules say of one holding; ``held`` are all, for what comes before."""
        credit = self.eligible.credits(holding)
        return Fact(
            holding,
            self._serves(holding),
            tuple([takes(holding) for takes in self._takes]),
            Fraction(0) if credit is None else credit[0],
            None if credit is None else credit[1],
            self._over(holding) if self.means else (),
            self._in_order(holding, held) if holding.achievement in self._before else True,
            self._groups.get(holding.achievement, 0),
        )

    def _serves(self, holding: Holding) -> tuple[Answer, ...]:
        standing = self.eligible.standing(holding)
        if standing is False:
            return self._none
        answers = tuple([ask(holding) for ask in self._ask])
        if standing is None:
            return tuple([None if one else one for one in answers])
        return answers

    @property
    def ordering(self) -> bool:
        """Whether one achievement must come before another."""
        return bool(self._before)

    def prerequisites(self, achievement: str) -> tuple[str, ...]:
        """Achievements that must be awarded before one."""
        return self._before.get(achievement, ())

    def facts(self, holdings: Sequence[Holding]) -> list[Fact]:
        """The facts of all, ordered by id."""
        return [self.fact(one, holdings) for one in sorted(holdings, key=lambda one: one.id)]

    def _bounds(self) -> Iterator[Fraction]:
        """Every number of credits that the rules name."""
        for leaf in self.leaves:
            if isinstance(leaf, r.CreditSum):
                yield leaf.least
                yield leaf.least if leaf.most is None else leaf.most
        for limit in self.rules.limits:
            for name in ("most", "least"):
                value = getattr(limit, name, None)
                if value is not None:
                    yield value

    def _tree(self, node: r.Node) -> Tree:
        if isinstance(node, r.All):
            return len(node.of), tuple(map(self._tree, node.of))
        if isinstance(node, r.AtLeast):
            return node.k, tuple(map(self._tree, node.of))
        return -1, self.places[node.id]

    def _below(self) -> Mapping[str, int]:
        """The leaves below each rule that a share names, as bits."""
        nodes = {node.id: node for node in self.rules.nodes()}
        named = {name for share in self.shares for name in (share.a, share.b)}
        return {name: self._bits(nodes[name]) for name in named}

    def _bits(self, node: r.Node) -> int:
        if isinstance(node, r.All | r.AtLeast):
            found = 0
            for one in node.of:
                found |= self._bits(one)
            return found
        return 1 << self.places[node.id]

    def _group_bits(self, limits: Sequence[r.Limit]) -> dict[str, int]:
        """Bits of the groups each achievement is in; classes of equivalents that meet are one."""
        owners: dict[tuple[str, ...], list[str]] = {}
        for limit in limits:
            groups: Iterable[Iterable[str]] = ()
            if isinstance(limit, r.Exclude):
                groups = limit.groups
            elif isinstance(limit, r.Equivalent):
                groups = [self.eligible.same[one] for row in limit.classes for one in row]
            for group in {tuple(sorted(set(one))) for one in groups}:
                owners.setdefault(group, []).append(limit.id)
        found: dict[str, int] = {}
        for place, group in enumerate(sorted(owners)):
            for name in group:
                found[name] = found.get(name, 0) | 1 << place
            for limit_id in owners[group]:
                self.group_limits[limit_id] = self.group_limits.get(limit_id, 0) | 1 << place
        return found

    def _in_order(self, holding: Holding, held: Sequence[Holding]) -> Answer:
        answers = [came_before(one, holding, held) for one in self._before[holding.achievement]]
        return False if False in answers else None if None in answers else True

    def _over(self, holding: Holding) -> tuple[tuple[Fraction | None, Fraction | None] | None, ...]:
        return tuple(
            _surplus(limit, holding, weighs)
            for limit, weighs in zip(self.means, self._weighs, strict=True)
        )


def _surplus(
    limit: r.GradeAverage, holding: Holding, weighs: Question
) -> tuple[Fraction | None, Fraction | None] | None:
    """By how much a grade lies above what the mean asks, at least and at most."""
    concerned = weighs(holding)
    if concerned is False:
        return None
    grade = points(holding.grade, limit.scale)
    sign = 1 if limit.higher_is_better else -1
    if grade is not None:
        found = sign * (grade - limit.value)
        return (found, found) if concerned else (min(found, Fraction(0)), max(found, Fraction(0)))
    ends = span(limit.scale)
    if ends is None:
        return None, None
    top = max(sign * (end - limit.value) for end in ends)
    return None, max(top, Fraction(0))


def _before(limits: Sequence[r.Limit]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for limit in limits:
        for first, then in limit.pairs if isinstance(limit, r.Before) else ():
            found[then] = (*found.get(then, ()), first)
    return found


_SELECTS: dict[type[r.Limit], Any] = {
    r.Cap: lambda one: one.select,
    r.LevelMix: lambda one: below_level(one.below),
    r.Residency: lambda one: one.select,
    r.LevelFloor: lambda one: from_level(one.at_least),
}
