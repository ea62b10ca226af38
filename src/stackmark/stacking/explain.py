"""Why: each rule with the holdings that serve it, what is missing, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from stackmark.credit.policies import unit_name
from stackmark.stacking import rules as r
from stackmark.stacking.facts import Compiled, Fact
from stackmark.stacking.problem import Problem, Uses, make_problem
from stackmark.stacking.reasons import quoted
from stackmark.stacking.render import describe, sentence
from stackmark.stacking.result import ITEMS, Progress, Shortfall
from stackmark.stacking.search import Found, nearest

NEAR_NODES = 400
"""Nodes spent on what comes nearest; more would only polish an explanation."""
EASED_NODES = 120
"""Nodes spent on each limit left out: fewer, so that none is blamed for a shorter search."""
_NAMES = 5
_TRIES = 60_000


@dataclass(frozen=True, slots=True)
class Assigned:
    """Uses of a problem by leaf. ``active`` are the leaves (bits) of the branch that is told."""

    problem: Problem
    uses: Uses
    active: int

    def rows(self, leaf: int) -> list[Fact]:
        """The holdings that serve a leaf."""
        return [self.problem.facts[at] for at, leaves in self.uses if leaf in leaves]

    def gain(self, leaf: int) -> int:
        """What they give to its minimum."""
        return sum(self.problem.gains(at, leaf) for at, leaves in self.uses if leaf in leaves)


class Explainer:
    """Sentences about one assignment."""

    def __init__(self, compiled: Compiled, assigned: Assigned) -> None:
        self.compiled, self.assigned = compiled, assigned
        self.problem = assigned.problem
        self.rules = compiled.rules
        self.has = [assigned.gain(leaf) for leaf in range(len(compiled.leaves))]

    # -- numbers ---------------------------------------------------------------------------------

    def amount(self, leaf: int, value: int) -> Fraction:
        """A number of the problem in the leaf's unit."""
        return Fraction(value, 1 if self.problem.counts >> leaf & 1 else self.problem.scale)

    def unit(self, leaf: int) -> str:
        """Credentials, or the rules' unit of credit."""
        return ITEMS if self.problem.counts >> leaf & 1 else self.rules.unit

    def is_met(self, leaf: int) -> bool:
        """Whether a leaf has what it needs."""
        return self.has[leaf] >= self.problem.least[leaf]

    def unmet(self) -> list[int]:
        """Leaves of the branch that lack something."""
        active = self.assigned.active
        return [
            leaf for leaf in range(len(self.has)) if active >> leaf & 1 and not self.is_met(leaf)
        ]

    # -- progress --------------------------------------------------------------------------------

    def progress(self) -> tuple[Progress, ...]:
        """Every rule of the tree, parents first."""
        used = {self.problem.facts[at].holding.id for at, _ in self.assigned.uses}
        return tuple(self._progress(node, used) for node in self.rules.nodes())

    def _progress(self, node: r.Node, used: set[str]) -> Progress:
        if isinstance(node, r.All | r.AtLeast):
            needs = node.k if isinstance(node, r.AtLeast) else len(node.of)
            has = sum(self._holds(one) for one in node.of)
            return Progress(
                rule=node.id,
                needs=Fraction(needs),
                has=Fraction(has),
                unit="rules",
                met=has >= needs,
            )
        leaf = self.compiled.places[node.id]
        could = [
            fact.holding.id
            for fact, serves in zip(self.problem.facts, self.problem.serves, strict=True)
            if leaf in serves and fact.holding.id not in used
        ]
        return Progress(
            rule=node.id,
            needs=self.amount(leaf, self.problem.least[leaf]),
            has=self.amount(leaf, self.has[leaf]),
            unit=self.unit(leaf),
            met=self.is_met(leaf),
            holdings=tuple(sorted(one.holding.id for one in self.assigned.rows(leaf))),
            could=tuple(sorted(could)),
        )

    def _holds(self, node: r.Node) -> bool:
        if isinstance(node, r.All):
            return all(self._holds(one) for one in node.of)
        if isinstance(node, r.AtLeast):
            return sum(self._holds(one) for one in node.of) >= node.k
        return self.is_met(self.compiled.places[node.id])

    # -- what is met -----------------------------------------------------------------------------

    def met(self) -> list[str]:
        """A sentence for each leaf that is served and met, and for each limit on credits."""
        found = []
        for node in self.rules.leaves():
            leaf = self.compiled.places[node.id]
            rows = self.assigned.rows(leaf)
            if rows and self.is_met(leaf):
                found.append(f"{self._title(node)} is met by {names(rows)}.")
        return found

    def kept(self) -> list[str]:
        """A sentence for each limit that is kept, with its numbers where it counts credits."""
        return [
            f"{quoted(limit.id)} is kept: {self._numbers(limit)}"
            for limit in self.rules.limits
            if isinstance(limit, r.Cap | r.LevelMix | r.Residency | r.LevelFloor)
        ]

    def _numbers(self, limit: Any) -> str:
        inside, total = self.inside(limit)
        return f"{number(inside)} of the {number(total)} {self.many} used count under it."

    @property
    def many(self) -> str:
        """The unit of credit in a sentence."""
        return unit_name(self.rules.unit)

    def inside(self, limit: Any) -> tuple[Fraction, Fraction]:
        """Credit used that surely (for a cap: perhaps) counts under a limit, and all credit."""
        place = self.compiled.sums.index(limit)
        cap = isinstance(limit, r.Cap | r.LevelMix)
        inside, total = Fraction(0), Fraction(0)
        for at, _ in self.assigned.uses:
            fact = self.problem.facts[at]
            end = fact.low if fact.high is None or not cap else fact.high
            total += end
            answer = fact.inside[place]
            if answer or (answer is None and cap):
                inside += end
        return inside, total

    # -- what is missing -------------------------------------------------------------------------

    def shortfalls(self) -> list[Shortfall]:
        """What each unmet leaf of the branch, and each minimum among the limits, lacks."""
        return [
            *(self._shortfall(leaf) for leaf in sorted(self.unmet(), key=self._order)),
            *(one for limit in self.compiled.sums for one in self.floor(limit)),
        ]

    def _order(self, leaf: int) -> int:
        return [one.id for one in self.rules.leaves()].index(self.compiled.leaves[leaf].id)

    def _shortfall(self, leaf: int) -> Shortfall:
        node, rows = self.compiled.leaves[leaf], self.assigned.rows(leaf)
        needs = self.amount(leaf, self.problem.least[leaf])
        has = self.amount(leaf, self.has[leaf])
        unit = self.unit(leaf)
        word = "" if unit == ITEMS else f"{unit_name(unit, needs)} from "
        one = unit == ITEMS and needs == 1
        told = describe(node.select, self.rules.unit)
        told = told.replace("credentials", "credential", 1) if one else told
        counted = f" ({names(rows)})" if rows else ""
        return Shortfall(
            rule=node.id,
            needs=needs,
            has=has,
            unit=unit,
            holdings=tuple(sorted(row.holding.id for row in rows)),
            sentence=f"{self._title(node)} needs {number(needs)} {word}{told}: "
            f"{number(has)} so far{counted}, {number(needs - has)} more.",
        )

    def floor(self, limit: Any) -> Iterator[Shortfall]:
        """A residency or level floor that what is used does not reach."""
        if not isinstance(limit, r.Residency | r.LevelFloor):
            return
        inside, total = self.inside(limit)
        needs = max(limit.least or Fraction(0), (limit.share or Fraction(0)) * total)
        if inside >= needs:
            return
        place = self.compiled.sums.index(limit)
        rows = [
            self.problem.facts[at]
            for at, _ in self.assigned.uses
            if self.problem.facts[at].inside[place]
        ]
        counted = f" ({names(rows)})" if rows else ""
        yield Shortfall(
            rule=limit.id,
            needs=needs,
            has=inside,
            unit=self.rules.unit,
            holdings=tuple(sorted(row.holding.id for row in rows)),
            sentence=f"{quoted(limit.id)} needs {number(needs)} {unit_name(self.rules.unit, needs)}"
            f"{f' of the {number(total)} that are used' if needs <= total else ''}: "
            f"{number(inside)} so far{counted}. {sentence(self.rules, limit)}",
        )

    def _title(self, node: r.Node) -> str:
        return f"{node.title} ({quoted(node.id)})" if node.title else quoted(node.id)

    # -- what stands in the way ------------------------------------------------------------------

    def supply(self, leaf: int) -> int:
        """What all holdings that may serve a leaf would give to it."""
        return sum(
            self.problem.gains(at, leaf)
            for at, leaves in enumerate(self.problem.serves)
            if leaf in leaves
        )

    def contested(self) -> list[int]:
        """Unmet leaves for which enough is held."""
        return [leaf for leaf in self.unmet() if self.supply(leaf) >= self.problem.least[leaf]]

    def conflict(self, leaf: int) -> str:
        """The rules that together need more than the holdings which may serve them."""
        leaves, items = self._reached(leaf)
        told = f"{joined([quoted(self.compiled.leaves[one].id) for one in leaves])}"
        rows = names([self.problem.facts[at] for at in items])
        if len(leaves) < 2:
            return f"What may serve {told} ({rows}) cannot be combined to what it needs."
        counting = [bool(self.problem.counts >> one & 1) for one in leaves]
        needs = sum(self.problem.least[one] for one in leaves)
        if all(counting) and needs > len(items):
            only = "there are" if len(items) != 1 else "there is"
            return (
                f"{told} together need {needs} credentials from a set of which {only} "
                f"only {len(items)}: {rows}."
            )
        gives = sum(self.problem.gain[at] for at in items)
        if not any(counting) and needs > gives:
            scale = self.problem.scale
            return (
                f"{told} together need {number(Fraction(needs, scale))} {self.many} from a set "
                f"that has only {number(Fraction(gives, scale))}: {rows}."
            )
        return f"{told} want the same credentials, too few to meet them all: {rows}."

    def _reached(self, start: int) -> tuple[list[int], list[int]]:
        """Leaves joined with one by holdings that serve the one and may serve the other."""
        where = dict(self.assigned.uses)
        leaves, items, waiting = {start}, set(), [start]
        while waiting:
            leaf = waiting.pop()
            for at, serves in enumerate(self.problem.serves):
                if leaf in serves and at not in items:
                    items.add(at)
                    new = set(where.get(at, ())) - leaves
                    leaves |= new
                    waiting += sorted(new)
        return sorted(leaves), sorted(items)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Limits each of which, or all of which together, keep less from missing.

    ``eased`` is what would come nearest without them.
    """

    limits: tuple[r.Limit, ...]
    problem: Problem
    eased: Found


def blockers(
    compiled: Compiled, facts: Sequence[Fact], strict: Problem, near: Found
) -> Iterator[InTheWay]:
    """Limits without which less would be missing.

    Only those are tried that the best way without any limit breaks. Where none alone helps, they
    stand in the way together.
    """
    named = {one.id for one in (*compiled.sums, *compiled.means)} | set(compiled.group_limits)
    free = _without(compiled, facts, frozenset(named))
    if free.eased.uses is None or not _better(free.eased, near):
        return
    broken = [one for one in compiled.rules.limits if one.id in _broken(compiled, strict, free)]
    alone = []
    for limit in broken[: max(6, _TRIES // max(1, len(strict.gain) * len(strict.least)))]:
        found = _without(compiled, facts, frozenset({limit.id}))
        if _better(found.eased, near):
            alone.append(replace(found, limits=(limit,)))
    if alone or not broken:
        yield from alone
    else:
        yield replace(free, limits=tuple(broken))


def _without(compiled: Compiled, facts: Sequence[Fact], limits: frozenset[str]) -> InTheWay:
    eased = make_problem(compiled, facts, strict=True, without=limits)
    return InTheWay((), eased, nearest(eased, nodes=EASED_NODES))


def _better(found: Found, near: Found) -> bool:
    return found.uses is not None and (near.uses is None or missing(found) < missing(near))


def _broken(compiled: Compiled, strict: Problem, free: InTheWay) -> set[str]:
    """The limits that uses of another instance break."""
    used = {free.problem.facts[at].holding.id for at, _ in free.eased.uses or ()}
    places = [at for at, fact in enumerate(strict.facts) if fact.holding.id in used]
    kept = [sum(form.weights[at] for at in places) >= form.least for form in strict.forms]
    found = {
        strict.forms[clause[0]].limit
        for clause in strict.clauses
        if not any(kept[one] for one in clause)
    }
    seen = double = 0
    for at in places:
        double |= seen & strict.groups[at]
        seen |= strict.groups[at]
    found |= {limit for limit, bits in compiled.group_limits.items() if bits & double}
    if len(places) < len(used):  # a grade or credit that is not known cannot be weighed
        found |= {one.id for one in compiled.means}
    return found


def missing(found: Found) -> int:
    """How much is missing, without the credit used."""
    return found.value >> 64


def names(rows: Sequence[Fact]) -> str:
    """Names of holdings, the first five."""
    told = [one.holding.name for one in rows[:_NAMES]]
    more = len(rows) - _NAMES
    return joined([*told, f"{more} more"] if more > 0 else told)


def joined(words: Sequence[str]) -> str:
    """A list in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def number(value: Fraction) -> str:
    """An exact number as people write it."""
    return f"{float(value):g}"
