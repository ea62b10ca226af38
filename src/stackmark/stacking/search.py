"""Exact branch and bound in whole numbers, by a count of nodes and never by the clock.

Leaves to be met are chosen first, cheapest set first; then each item goes to one leaf, to several
where a share permits, or to none. States that were reached with no more credit before are left
out. Of equal answers the first in the order of items and leaves is kept: it is always the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, combinations
from typing import Any, Final

from stackmark.stacking.choices import cheapest, leaf_sets
from stackmark.stacking.potential import NEVER, bounds_of
from stackmark.stacking.problem import Problem, Uses, both, options
from stackmark.stacking.tighten import by_need, tighten

MOST_SETS: Final = 2_000
_SHORT: Final = 1 << 64
"""A missing unit weighs more than all credit."""
_ABSOLUTE: Final = 1 << 40
"""Of equal parts the fewer units are the less."""
_WHOLE: Final = 232_792_560 * 5_040
"""A rule of which everything is missing; a part weighs as its part (most numbers divide it)."""


@dataclass(frozen=True, slots=True)
class Found:
    """``uses`` of the best answer, if any; ``done`` when nothing was left unsearched."""

    uses: Uses | None
    value: int
    done: bool
    nodes: int
    active: int = 0

    @property
    def impossible(self) -> bool:
        """Proven: there is no answer."""
        return self.done and self.uses is None


def search(problem: Problem, *, nodes: int, first: bool = False, guess: bool = False) -> Found:
    """The answer that uses least credit, or with ``first`` any answer.

    Where there are more than ``MOST_SETS`` ways to choose the rules to be met, none is tried; with
    ``guess`` the cheapest one is, which may give an answer and never proves that there is none.
    """
    smaller = tighten(problem)
    if smaller is None:
        return Found(None, 0, done=True, nodes=1)
    return _ordered(smaller, nodes, first=first, soft=False, guess=guess)


def nearest(problem: Problem, *, nodes: int) -> Found:
    """What comes nearest: the least sum of missing parts over the rules of a branch, then credit.

    Caps, shares and exclusions are kept; minima may be missed.
    """
    return _ordered(problem, nodes, first=False, soft=True, guess=True)


def _ordered(problem: Problem, nodes: int, *, first: bool, soft: bool, guess: bool) -> Found:
    better, order = by_need(problem)
    found = _Search(better, nodes, first=first, soft=soft).run(guess=guess)
    if found.uses is None:
        return found
    return replace(found, uses=tuple(sorted((order[at], leaves) for at, leaves in found.uses)))


_State = tuple[Any, ...]


class _Search:
    """One run. A state is (bound, place, used, needs, terms, tops, sums, groups, shared, path)."""

    def __init__(self, problem: Problem, nodes: int, *, first: bool, soft: bool) -> None:
        self.problem, self.limit, self.first, self.soft = problem, nodes, first, soft
        self.items = len(problem.gain)
        self.nodes = 0
        self.best = NEVER << 80
        self.uses: Uses | None = None
        self.active = 0
        shared = 0
        for one in problem.shares:
            shared |= one.a | one.b
        made = [
            bounds_of(problem, leaf, free=first or bool(shared >> leaf & 1))
            for leaf in range(len(problem.least))
        ]
        self.hard = [one[0] for one in made]
        self.most = [one[1] for one in made]
        self.term = [self._softened(leaf) for leaf in range(len(made))] if soft else self.hard
        self.ahead = [
            list(accumulate((max(0, one) for one in reversed(form.weights)), initial=0))[::-1]
            for form in problem.forms
        ]
        self.wanted = [one.least for one in problem.forms]
        self.softened = [soft and one.least > 0 for one in problem.forms]
        self.helps = [
            any(form.weights[at] > 0 for form in problem.forms) for at in range(self.items)
        ]
        self.tops = [leaf for leaf, most in enumerate(problem.most) if most is not None]

    def run(self, *, guess: bool) -> Found:
        problem = self.problem
        leaves = range(len(problem.least))
        costs = [self.term[leaf](problem.least[leaf], 0) for leaf in leaves]
        possible = sum(1 << leaf for leaf in leaves if costs[leaf] < NEVER or self.soft)
        given = sum(1 << leaf for leaf in leaves if problem.least[leaf] <= 0)
        helped = 0
        for at, useful in enumerate(self.helps):
            for leaf in problem.serves[at] if useful else ():
                helped |= 1 << leaf
        sets = leaf_sets(
            problem.tree,
            possible & ~(given & ~helped),
            costs,
            more=helped,
            given=given,
            most=min(MOST_SETS, self.limit),
        )
        every = sets is not None
        if sets is None and guess:
            sets = [(0, cheapest(problem.tree, costs)[1])]
        if sets is None:
            return Found(None, 0, done=False, nodes=MOST_SETS)
        done = all(cost >= self.best or self._assign(active) for cost, active in sets)
        done = (done and every) or self._enough()
        return Found(self.uses, self.best, done, self.nodes, self.active)

    def _enough(self) -> bool:
        return self.first and self.uses is not None

    # -- items -----------------------------------------------------------------------------------

    def _assign(self, active: int) -> bool:
        """Search the ways to meet the active leaves; false when the limit of nodes is reached."""
        problem = self.problem
        choices = [options(problem, at, active) for at in range(self.items)]
        needs = tuple(
            [least if active >> leaf & 1 else 0 for leaf, least in enumerate(problem.least)]
        )
        terms = tuple([term(need, 0) for term, need in zip(self.term, needs, strict=True)])
        start = (
            sum(terms),
            *(0, 0, needs, terms, (0,) * len(self.tops), (0,) * len(self.wanted)),
            *(0, (0,) * len(problem.shares), None),
        )
        seen: dict[tuple[Any, ...], int] = {}
        stack: list[_State] = [start]
        while stack:
            state = stack.pop()
            if state[0] >= self.best or (state[0] >= NEVER and not self.soft):
                continue
            self.nodes += 1
            if self.nodes > self.limit:
                return False
            if self._finished(state, active):
                if self.first:
                    return False
                continue
            place = self._next(state, choices)
            if place == self.items:
                self._settle(state, active)
                continue
            key = (place, state[3], *state[5:9])
            if seen.get(key, NEVER) <= state[2]:
                continue
            seen[key] = state[2]
            children = sorted(self._children(state, place, choices[place]), key=_by_bound)
            stack.extend(reversed(children))
        return True

    def _next(self, state: _State, options: list[list[tuple[int, ...]]]) -> int:
        """The next item that could be of use."""
        place: int = state[1]
        needs, helps = state[3], self.helps
        while place < self.items:
            for leaves in options[place]:
                if helps[place] or needs[leaves[0]] > 0:
                    return place
            place += 1
        return place

    def _finished(self, state: _State, active: int) -> bool:
        """Keep a state whose rules and limits are all met as it is."""
        if any(need > 0 for need in state[3]) or not self._clauses(state[6], self.items, hard=True):
            return False
        self._keep(state[2], state[9], active)
        return True

    def _settle(self, state: _State, active: int) -> None:
        """The end of the items: an answer only where rules may be missed."""
        if self.soft and self._clauses(state[6], self.items, hard=False):
            missed = sum(
                max(0, self.wanted[one] - state[6][one]) * _part(self.wanted[one])
                for one, softened in enumerate(self.softened)
                if softened
            )
            self._keep(state[0] + missed, state[9], active)

    def _keep(self, value: int, path: Any, active: int) -> None:
        if value >= self.best:
            return
        uses = []
        while path is not None:
            path, at, leaves = path
            uses.append((at, leaves))
        self.best, self.uses, self.active = value, tuple(reversed(uses)), active

    def _children(self, state: _State, at: int, options: list[tuple[int, ...]]) -> Iterator[_State]:
        """States in which the item at a place serves something, then that in which it does not."""
        problem, term, after = self.problem, self.term, at + 1
        bound, _, used, needs, terms, tops, sums, groups, shared, path = state
        ceiling = self.best if self.soft or self.best < NEVER else NEVER
        skipped = list(terms)
        for leaf in problem.serves[at]:
            if needs[leaf] > 0:
                skipped[leaf] = term[leaf](needs[leaf], after)
                bound += skipped[leaf] - terms[leaf]
        if not groups & problem.groups[at]:
            weight = problem.weight[at]
            more = tuple(
                [one + form.weights[at] for one, form in zip(sums, problem.forms, strict=True)]
            )
            fits = self._clauses(more, after)
            for leaves in options if fits else ():
                if not self._useful(at, leaves, needs):
                    continue
                new, changed = bound + weight, []
                for leaf in leaves:
                    need = max(needs[leaf] - problem.gains(at, leaf), 0)
                    left = term[leaf](need, after) if need else 0
                    new += left - skipped[leaf]
                    changed.append((leaf, need, left))
                if new >= ceiling:
                    continue
                higher = self._tops(tops, at, leaves) if tops else tops
                double = self._shared(shared, at, leaves) if shared else shared
                if higher is None or double is None:
                    continue
                new_needs, new_terms = list(needs), list(skipped)
                for leaf, need, left in changed:
                    new_needs[leaf], new_terms[leaf] = need, left
                yield (
                    *(new, after, used + weight, tuple(new_needs), tuple(new_terms), higher, more),
                    *(groups | problem.groups[at], double, (path, at, leaves)),
                )
        if bound < ceiling and self._clauses(sums, after):
            yield (bound, after, used, needs, tuple(skipped), tops, sums, groups, shared, path)

    def _useful(self, at: int, leaves: tuple[int, ...], needs: tuple[int, ...]) -> bool:
        """A met leaf is served further only where the credit may help a limit."""
        if len(leaves) == 1 and self.helps[at]:
            return True
        return all(needs[leaf] > 0 for leaf in leaves)

    def _clauses(self, sums: tuple[int, ...], place: int, *, hard: bool = False) -> bool:
        """Whether every limit can still be kept."""
        for clause in self.problem.clauses:
            for one in clause:
                if sums[one] + self.ahead[one][place] >= self.wanted[one]:
                    break
                if self.softened[one] and not hard:
                    break
            else:
                return False
        return True

    def _tops(self, tops: tuple[int, ...], at: int, leaves: tuple[int, ...]) -> Any:
        """What counts towards maxima of leaves; nothing where one is passed."""
        found = list(tops)
        for place, leaf in enumerate(self.tops):
            if leaf in leaves:
                found[place] += self.problem.costs(at, leaf)
                most = self.problem.most[leaf]
                if most is not None and found[place] > most:
                    return None
        return tuple(found)

    def _shared(self, shared: tuple[int, ...], at: int, leaves: tuple[int, ...]) -> Any:
        if len(leaves) == 1:
            return shared
        found = list(shared)
        for place, share in enumerate(self.problem.shares):
            if any(both(share, one, other) for one, other in combinations(leaves, 2)):
                found[place] += self.problem.cost[at]
                if found[place] > share.most:
                    return None
        return tuple(found)

    # -- what may be missed ----------------------------------------------------------------------

    def _softened(self, leaf: int) -> Any:
        """A bound that counts what is missing, as a part of what is needed."""
        hard, most, least = self.hard[leaf], self.most[leaf], self.problem.least[leaf]
        part = _part(least) + _ABSOLUTE

        def bound(need: int, place: int) -> int:
            if need <= 0:
                return 0
            found = hard(need, place)
            return found if found < NEVER else (need - most(place)) * part

        return bound


def _part(least: int) -> int:
    """What one missing unit weighs."""
    return _SHORT * max(1, _WHOLE // max(1, least))


def _by_bound(state: _State) -> int:
    bound: int = state[0]
    return bound
