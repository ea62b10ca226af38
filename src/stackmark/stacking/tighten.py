"""What follows at once: items that a rule cannot do without, and the order to try items in."""

from __future__ import annotations

from dataclasses import replace

from stackmark.stacking.choices import holds
from stackmark.stacking.problem import Form, Problem


def tighten(problem: Problem) -> Problem | None:
    """The instance without what cannot be; ``None`` when there is no answer.

    A leaf that must be met and would fail without an item gets it, and no other leaf does. Only
    where no holding may serve two leaves.
    """
    serves = [list(one) for one in problem.serves]
    while True:
        supply = [0] * len(problem.least)
        for at, leaves in enumerate(serves):
            for leaf in leaves:
                supply[leaf] += problem.gains(at, leaf)
        possible = sum(
            1 << leaf
            for leaf, (has, least) in enumerate(zip(supply, problem.least, strict=True))
            if has >= least
        )
        if not holds(problem.tree, possible):
            return None
        if problem.shares or not _claim(problem, serves, supply, possible):
            return replace(problem, serves=tuple(map(tuple, serves)))


def _claim(problem: Problem, serves: list[list[int]], supply: list[int], possible: int) -> bool:
    """Take items for the leaves that need them; whether anything changed."""
    changed = False
    for leaf, least in enumerate(problem.least):
        if least <= 0 or not possible >> leaf & 1:
            continue
        spare = supply[leaf] - least
        if holds(problem.tree, possible & ~(1 << leaf)):
            continue
        for at, leaves in enumerate(serves):
            if leaf in leaves and len(leaves) > 1 and problem.gains(at, leaf) > spare:
                for other in leaves:
                    if other != leaf:
                        supply[other] -= problem.gains(at, other)
                serves[at] = [leaf]
                changed = True
    return changed


def by_need(problem: Problem) -> tuple[Problem, list[int]]:
    """Items of the scarcest leaves first, then by falling credit; and where each one was."""
    supply = [0] * len(problem.least)
    for at, leaves in enumerate(problem.serves):
        for leaf in leaves:
            supply[leaf] += problem.gains(at, leaf)
    plenty = [
        (has << 10) // least if least > 0 else 1 << 60
        for has, least in zip(supply, problem.least, strict=True)
    ]
    order = sorted(
        range(len(problem.gain)),
        key=lambda at: (min((plenty[leaf] for leaf in problem.serves[at]), default=1 << 61), at),
    )
    return (
        replace(
            problem,
            facts=tuple([problem.facts[at] for at in order]),
            serves=tuple([problem.serves[at] for at in order]),
            gain=tuple([problem.gain[at] for at in order]),
            cost=tuple([problem.cost[at] for at in order]),
            weight=tuple([problem.weight[at] for at in order]),
            groups=tuple([problem.groups[at] for at in order]),
            forms=tuple(
                [
                    Form(one.limit, tuple([one.weights[at] for at in order]), one.least)
                    for one in problem.forms
                ]
            ),
        ),
        order,
    )
