"""What the items not yet decided can still give to one leaf: the bounds of the search.

For each leaf and each place in the order of items, the credit sums that remain reachable are the
bits of one whole number: a shift and an or for each item. So the least sum that meets a need is
found at once, and what cannot be met is seen early.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from itertools import accumulate
from typing import Final

from stackmark.stacking.problem import Problem

NEVER: Final = 1 << 200
"""More than any sum of credits: it cannot be met."""
_MOST_BITS: Final = 20_000_000
"""Bits of all the sums of a leaf together; beyond them plain totals do."""

Bound = Callable[[int, int], int]
"""(need, place) → the least credit that still meets the need, or ``NEVER``."""
Most = Callable[[int], int]
"""place → the most that can still be given."""


def bounds_of(problem: Problem, leaf: int, *, free: bool) -> tuple[Bound, Most]:
    """The bound of a leaf. ``free`` gives 0 where it can be met (credit may serve others too)."""
    takers = [leaf in one for one in problem.serves]
    if problem.counts >> leaf & 1:
        return _counting(problem, takers, problem.least[leaf], free=free)
    need = problem.least[leaf]
    gains = [min(problem.gain[at], need) if taken else 0 for at, taken in enumerate(takers)]
    rest = list(accumulate(reversed(gains), initial=0))[::-1]
    if free or rest[0] * len(rest) > _MOST_BITS:
        return _plain(rest, free=free)
    return _summing(gains, rest)


def _counting(problem: Problem, takers: list[bool], most: int, *, free: bool) -> tuple[Bound, Most]:
    """Sums of the smallest weights, as many as may be needed (``most``)."""
    rest = list(accumulate(reversed(takers), initial=0))[::-1]
    tables: list[list[int]] = [[0]]
    weights: list[int] = []
    for at in range(len(takers) - 1, -1, -1):
        table = tables[-1]
        if takers[at] and most and (len(weights) < most or problem.weight[at] < weights[-1]):
            insort(weights, problem.weight[at])
            del weights[most:]
            table = [0, *accumulate(weights)]
        tables.append(table)
    tables.reverse()

    def bound(need: int, place: int) -> int:
        if need <= 0:
            return 0
        return NEVER if need > rest[place] else 0 if free else tables[place][need]

    return bound, rest.__getitem__


def _plain(rest: list[int], *, free: bool) -> tuple[Bound, Most]:
    def bound(need: int, place: int) -> int:
        if need <= 0:
            return 0
        return NEVER if rest[place] < need else 0 if free else need

    return bound, rest.__getitem__


def _summing(gains: list[int], rest: list[int]) -> tuple[Bound, Most]:
    sums = [1]
    for gain in reversed(gains):
        sums.append(sums[-1] | sums[-1] << gain if gain else sums[-1])
    sums.reverse()

    def bound(need: int, place: int) -> int:
        if need <= 0:
            return 0
        left = sums[place] >> need
        return need + (left & -left).bit_length() - 1 if left else NEVER

    return bound, rest.__getitem__
