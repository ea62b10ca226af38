"""Which leaves are to be met: the sets of leaves that satisfy the tree, cheapest first."""

from __future__ import annotations

from collections.abc import Sequence

from stackmark.stacking.facts import Tree


def holds(tree: Tree, met: int) -> bool:
    """Whether the tree is satisfied when the leaves in ``met`` (bits) are."""
    k, of = tree
    if isinstance(of, int):
        return bool(met >> of & 1)
    return sum(holds(one, met) for one in of) >= k


def leaf_sets(
    tree: Tree,
    possible: int,
    costs: Sequence[int],
    *,
    more: int = 0,
    given: int = 0,
    most: int,
) -> list[tuple[int, int]] | None:
    """(cost, leaves) of each way to satisfy the tree, by rising cost; ``None``: more than ``most``.

    ``possible`` leaves may be chosen; those in ``given`` are met by nothing and need not be. Only
    leaves in ``more`` are added to what satisfies the tree already: their credit may help a limit.
    """
    leaves = [one for one in range(len(costs)) if possible >> one & 1]
    forced = sum(1 << one for one in leaves if not holds(tree, (possible | given) & ~(1 << one)))
    if not holds(tree, possible | given):
        return []
    open_leaves = sorted(
        (one for one in leaves if not forced >> one & 1), key=lambda one: (costs[one], one)
    )
    found: list[tuple[int, int]] = []
    waiting = [(0, forced)]
    while waiting:
        place, chosen = waiting.pop()
        met = holds(tree, chosen | given)
        rest = open_leaves[place:]
        if met:
            rest = [one for one in rest if more >> one & 1]
        if not rest:
            if met:
                found.append((_cost(chosen, costs), chosen))
            if len(found) > most:
                return None
            continue
        leaf = rest[0]
        place = open_leaves.index(leaf) + 1
        left = sum(1 << one for one in open_leaves[place:])
        if met or holds(tree, chosen | given | left):
            waiting.append((place, chosen))
        waiting.append((place, chosen | 1 << leaf))
    return sorted(found)


def cheapest(tree: Tree, costs: Sequence[int]) -> tuple[int, int]:
    """(cost, leaves) of the way whose leaves cost least in sum, taken each by itself."""
    k, of = tree
    if isinstance(of, int):
        return costs[of], 1 << of
    ways = sorted(cheapest(one, costs) for one in of)[:k]
    return sum(cost for cost, _ in ways), sum(leaves for _, leaves in ways)


def _cost(chosen: int, costs: Sequence[int]) -> int:
    return sum(cost for leaf, cost in enumerate(costs) if chosen >> leaf & 1)
