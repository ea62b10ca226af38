"""The question in whole numbers, twice: strict (a yes is certain) and generous (a no is certain).

Strict takes for a yes only what is certain, minima by the low ends of credit and maxima by the
high ends. Generous takes every unknown for the better, each by itself. So a strict solution holds
for every value the unknowns may have, and without a generous one there is none for any value.
Credits are scaled by their common denominator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import inf, lcm
from typing import Any

from stackmark.stacking import rules as r
from stackmark.stacking.eligible import Answer
from stackmark.stacking.facts import Compiled, Fact, Tree

Uses = tuple[tuple[int, tuple[int, ...]], ...]
"""Items and the leaves each serves."""


@dataclass(frozen=True, slots=True)
class Form:
    """A sum over the items used that must be at least ``least``. ``limit`` is whose it is."""

    limit: str
    weights: tuple[int, ...]
    least: int


@dataclass(frozen=True, slots=True)
class ShareOf:
    """Items serving a leaf of ``a`` and one of ``b`` (bits): their credit is at most ``most``."""

    limit: str
    a: int
    b: int
    most: int


@dataclass(frozen=True, slots=True)
class Problem:
    """An instance. Items are ordered by falling credit, then id; leaves by id.

    ``gain`` counts towards minima, ``cost`` towards maxima, ``weight`` in the objective. Of each
    tuple of ``clauses`` (places in ``forms``) one must hold. A leaf in ``counts`` (bits) counts
    items.
    """

    facts: tuple[Fact, ...]
    serves: tuple[tuple[int, ...], ...]
    gain: tuple[int, ...]
    cost: tuple[int, ...]
    weight: tuple[int, ...]
    counts: int
    least: tuple[int, ...]
    most: tuple[int | None, ...]
    tree: Tree
    forms: tuple[Form, ...]
    clauses: tuple[tuple[int, ...], ...]
    groups: tuple[int, ...]
    shares: tuple[ShareOf, ...]
    scale: int

    def gains(self, item: int, leaf: int) -> int:
        """What an item gives to a leaf's minimum."""
        return 1 if self.counts >> leaf & 1 else self.gain[item]

    def costs(self, item: int, leaf: int) -> int:
        """What an item takes of a leaf's maximum."""
        return 1 if self.counts >> leaf & 1 else self.cost[item]


def make_problem(
    compiled: Compiled,
    facts: Sequence[Fact],
    *,
    strict: bool,
    without: frozenset[str] = frozenset(),
) -> Problem:
    """The instance of facts; limits named in ``without`` are left out (for explanations)."""
    return _Maker(compiled, facts, strict=strict, without=without).made()


class _Maker:
    def __init__(
        self, compiled: Compiled, facts: Sequence[Fact], *, strict: bool, without: frozenset[str]
    ) -> None:
        self.compiled, self.strict, self.without = compiled, strict, without
        self.scale = _scale(compiled, facts)
        self.facts = sorted(
            (one for one in facts if self._usable(one)), key=lambda one: (-one.low, one.holding.id)
        )
        self.low = [self._whole(one.low) for one in self.facts]
        self.bounded = all(one.high is not None for one in self.facts)
        if self.bounded:
            self.high = [
                low if one.high is one.low else self._whole(one.high or one.low)
                for low, one in zip(self.low, self.facts, strict=True)
            ]
            self._tops: Sequence[Any] = self.high
            self.weight = self.high
        else:
            self._unbounded()

    def _unbounded(self) -> None:
        """Credit without an upper end is more than anything else where maxima are kept."""
        ends = [None if one.high is None else self._whole(one.high) for one in self.facts]
        bounds = sum(self._whole(one) for one in self.compiled.bounds)
        most = 1 + bounds + sum(one or 0 for one in ends)
        self.high = [most if one is None else one for one in ends]
        self._tops = [inf if one is None else one for one in ends]
        self.weight = [low if one is None else one for low, one in zip(self.low, ends, strict=True)]

    def made(self) -> Problem:
        leaves = self.compiled.leaves
        forms, clauses = self._forms()
        return Problem(
            facts=tuple(self.facts),
            serves=tuple([tuple(self._serves(one)) for one in self.facts]),
            gain=tuple(self.low if self.strict else self.high),
            cost=tuple(self.high if self.strict else self.low),
            weight=tuple(self.weight),
            counts=sum(1 << at for at, one in enumerate(leaves) if not _is_sum(one)),
            least=tuple([self._least(one) for one in leaves]),
            most=tuple([self._most(one) for one in leaves]),
            tree=self.compiled.tree,
            forms=tuple(forms),
            clauses=tuple(clauses),
            groups=tuple([one.groups & ~self._freed() for one in self.facts]),
            shares=tuple(
                ShareOf(one.id, below[one.a], below[one.b], self._whole(one.most))
                for below in (self.compiled.below,)
                for one in self.compiled.shares
            ),
            scale=self.scale,
        )

    def _freed(self) -> int:
        """Groups of limits that are left out."""
        found = 0
        for limit in self.without:
            found |= self.compiled.group_limits.get(limit, 0)
        return found

    def _usable(self, fact: Fact) -> bool:
        """Whether any leaf may take it, and no limit refuses it by itself."""
        good = (True,) if self.strict else (True, None)
        if fact.ordered not in good or not any(one in good for one in fact.serves):
            return False
        if not self.strict:
            return True
        return all(
            over is None or (over[0] is not None and fact.high is not None)
            for over, limit in zip(fact.over, self.compiled.means, strict=True)
            if limit.id not in self.without
        )

    def _serves(self, fact: Fact) -> Iterator[int]:
        for leaf, answer in enumerate(fact.serves):
            if answer or (answer is None and not self.strict):
                yield leaf

    def _whole(self, value: Fraction) -> int:
        return value.numerator * (self.scale // value.denominator)

    def _least(self, leaf: r.Leaf) -> int:
        if isinstance(leaf, r.CreditSum):
            return self._whole(leaf.least)
        return leaf.least if isinstance(leaf, r.Count) else 1

    def _most(self, leaf: r.Leaf) -> int | None:
        if isinstance(leaf, r.CreditSum):
            return None if leaf.most is None else self._whole(leaf.most)
        return leaf.most if isinstance(leaf, r.Count) else 1

    # -- limits as sums --------------------------------------------------------------------------

    def _forms(self) -> tuple[list[Form], list[tuple[int, ...]]]:
        forms: list[Form] = []
        clauses: list[tuple[int, ...]] = []
        for place, limit in enumerate(self.compiled.sums):
            if limit.id in self.without:
                continue
            cap = isinstance(limit, r.Cap | r.LevelMix)
            found = list(self._cap(limit, place) if cap else self._floor(limit, place))
            numbers = tuple(range(len(forms), len(forms) + len(found)))
            clauses += [numbers] if cap else [(one,) for one in numbers]
            forms += found
        for place, mean in enumerate(self.compiled.means):
            if mean.id not in self.without:
                clauses.append((len(forms),))
                forms.append(self._mean(mean, place))
        return forms, clauses

    def _cap(self, limit: Any, place: int) -> Iterator[Form]:
        """Inside at its worse end, outside at its worse end; unknown is inside when strict."""
        inside = self._inside(place, unknown=self.strict)
        if limit.most is not None:
            yield self._form(limit, inside, -1, 0, -self._whole(limit.most), up=False)
        if limit.share is not None:
            part, whole = limit.share.numerator, limit.share.denominator
            yield self._form(limit, inside, part - whole, part, 0, up=False)

    def _floor(self, limit: Any, place: int) -> Iterator[Form]:
        inside = self._inside(place, unknown=not self.strict)
        if limit.least is not None:
            yield self._form(limit, inside, 1, 0, self._whole(limit.least), up=True)
        if limit.share is not None:
            part, whole = limit.share.numerator, limit.share.denominator
            yield self._form(limit, inside, whole - part, -part, 0, up=True)

    def _inside(self, place: int, *, unknown: bool) -> list[Answer]:
        answers = [one.inside[place] for one in self.facts]
        return [unknown if one is None else one for one in answers] if None in answers else answers

    def _form(
        self, limit: Any, inside: list[Answer], own: int, other: int, least: int, *, up: bool
    ) -> Form:
        """A sum with one factor for what is inside, one for the rest; ``up``: inside is wanted."""
        low_inside = up == self.strict
        mine, rest = (self.low, self._tops) if low_inside else (self._tops, self.low)
        rows = zip(inside, mine, rest, strict=True)
        if self.bounded:
            return Form(
                limit.id, tuple([own * a if one else other * b for one, a, b in rows]), least
            )
        weights = [_times(own, a) if one else _times(other, b) for one, a, b in rows]
        return Form(limit.id, _settled(weights, least), least)

    def _mean(self, limit: r.GradeAverage, place: int) -> Form:
        weights = [self._surplus(at, one.over[place]) for at, one in enumerate(self.facts)]
        scale = lcm(*(one.denominator for one in weights if isinstance(one, Fraction)))
        whole = [int(one * scale) if isinstance(one, Fraction) else one for one in weights]
        return Form(limit.id, _settled(whole, 0), 0)

    def _surplus(
        self, at: int, over: tuple[Fraction | None, Fraction | None] | None
    ) -> Fraction | float:
        if over is None:
            return Fraction(0)
        end = over[0] if self.strict else over[1]
        if end is None:
            return -inf if self.strict else inf
        credit = self.low[at] if (end > 0) == self.strict else self._tops[at]
        if isinstance(credit, float):
            return Fraction(0) if not end else inf if end > 0 else -inf
        return end * credit


def _times(factor: int, credit: float) -> int | float:
    return factor * credit if factor else 0


def _settled(weights: Sequence[int | float], least: int) -> tuple[int, ...]:
    """Weights without bound become numbers that nothing else in the sum outweighs."""
    known = [one for one in weights if isinstance(one, int)]
    if len(known) == len(weights):
        return tuple(known)
    most = 1 + abs(least) + sum(map(abs, known))
    return tuple([one if isinstance(one, int) else most if one > 0 else -most for one in weights])


def _is_sum(leaf: r.Leaf) -> bool:
    return isinstance(leaf, r.CreditSum)


def _scale(compiled: Compiled, facts: Sequence[Fact]) -> int:
    """The common denominator of all credits and bounds."""
    found = {one.low.denominator for one in facts}
    found |= {one.high.denominator for one in facts if one.high is not None}
    return lcm(compiled.scale, *found)


def both(share: ShareOf, first: int, second: int) -> bool:
    """Whether a share permits serving these two leaves at once."""
    a, b = share.a, share.b
    return bool((a >> first & 1 and b >> second & 1) or (a >> second & 1 and b >> first & 1))


def options(problem: Problem, at: int, active: int) -> list[tuple[int, ...]]:
    """Sets of active leaves an item may serve at once: one, or more where shares permit."""
    leaves = [leaf for leaf in problem.serves[at] if active >> leaf & 1]
    found: list[tuple[int, ...]] = [(leaf,) for leaf in leaves]
    if not problem.shares:
        return found
    for size in range(2, len(leaves) + 1):
        more = [one for one in combinations(leaves, size) if _permitted(problem, one)]
        if not more:
            break
        found += more
    return found


def _permitted(problem: Problem, leaves: tuple[int, ...]) -> bool:
    return all(
        any(both(share, first, second) for share in problem.shares)
        for first, second in combinations(leaves, 2)
    )
