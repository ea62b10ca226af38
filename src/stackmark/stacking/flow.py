"""Rules that only count: augmenting paths, and for a no the set of rules that want too much.

Items are taken by rising credit, so the items used have the least credit of all ways (the sets of
items that can be placed are the independent sets of a matroid). Where a place stays empty, the
leaves and items reached from it by alternating paths are a set that needs more than it has (Hall).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stackmark.stacking.facts import Tree
from stackmark.stacking.problem import Problem, Uses


@dataclass(frozen=True, slots=True)
class Flow:
    """``uses`` as far as they go; when not all is ``met``, ``leaves`` need more than ``items``."""

    uses: Uses
    met: bool
    leaves: tuple[int, ...] = ()
    items: tuple[int, ...] = ()


def counts_only(problem: Problem) -> bool:
    """Whether flow decides: every leaf must be met, all count items, no limit joins them."""
    wanted = [leaf for leaf, least in enumerate(problem.least) if least > 0]
    return (
        not problem.forms
        and not problem.shares
        and not _conflict(problem.groups)
        and _conjunction(problem.tree)
        and all(problem.counts >> leaf & 1 for leaf in wanted)
        and all(
            most is None or most >= least
            for least, most in zip(problem.least, problem.most, strict=True)
        )
    )


def flow(problem: Problem) -> Flow:
    """Fill every leaf with the items of least credit."""
    order = sorted(
        range(len(problem.serves)),
        key=lambda at: (problem.weight[at], problem.facts[at].holding.id),
    )
    holds: list[list[int]] = [[] for _ in problem.least]
    empty = sum(problem.least)
    for item in order:
        if not empty:
            break
        empty -= _place(problem, holds, item)
    uses = {item: leaf for leaf, items in enumerate(holds) for item in items}
    found = tuple((item, (uses[item],)) for item in sorted(uses))
    short = [leaf for leaf, least in enumerate(problem.least) if len(holds[leaf]) < least]
    if not short:
        return Flow(found, met=True)
    leaves, items = _reached(problem, holds, short[0])
    return Flow(found, met=False, leaves=leaves, items=items)


def _place(problem: Problem, holds: list[list[int]], item: int) -> bool:
    """Find room for an item by moving others along a shortest path; false when there is none."""
    came: dict[int, tuple[int, int]] = {}  # leaf → (item moved into it, leaf it comes from)
    waiting = [(leaf, item, -1) for leaf in problem.serves[item]]
    seen = set(problem.serves[item])
    for leaf, mover, origin in waiting:
        came[leaf] = (mover, origin)
        if len(holds[leaf]) < problem.least[leaf]:
            _move(holds, came, leaf)
            return True
        for other in holds[leaf]:
            for further in problem.serves[other]:
                if further not in seen:
                    seen.add(further)
                    waiting.append((further, other, leaf))
    return False


def _move(holds: list[list[int]], came: dict[int, tuple[int, int]], leaf: int) -> None:
    while leaf >= 0:
        mover, origin = came[leaf]
        holds[leaf].append(mover)
        if origin >= 0:
            holds[origin].remove(mover)
        leaf = origin


def _reached(
    problem: Problem, holds: list[list[int]], start: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The leaves joined with an unmet one, and all the items that may serve any of them."""
    leaves, items, waiting = {start}, set(), [start]
    where = {item: leaf for leaf, held in enumerate(holds) for item in held}
    while waiting:
        leaf = waiting.pop()
        for item, serves in enumerate(problem.serves):
            if leaf in serves and item not in items:
                items.add(item)
                other = where.get(item)
                if other is not None and other not in leaves:
                    leaves.add(other)
                    waiting.append(other)
    return tuple(sorted(leaves)), tuple(sorted(items))


def _conjunction(tree: Tree) -> bool:
    k, of = tree
    return isinstance(of, int) or (k == len(of) and all(map(_conjunction, of)))


def _conflict(groups: Sequence[int]) -> bool:
    """Whether two items are in one group of which one may be used."""
    seen = 0
    for bits in groups:
        if seen & bits:
            return True
        seen |= bits
    return False
