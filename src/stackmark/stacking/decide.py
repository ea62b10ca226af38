"""The order of attempts: flow, search, solver. Each is exact or says that it cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stackmark.stacking.flow import counts_only, flow
from stackmark.stacking.problem import Problem, Uses
from stackmark.stacking.search import search
from stackmark.stacking.solver import solve, there_is_a_solver

SEARCH_FIRST: Final = 4_000
"""Nodes of the search before the solver is asked."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``uses`` when there is an answer, ``impossible`` when it is proven that there is none.

    Neither: the limit of nodes was reached. ``least`` says that no answer uses less credit.
    """

    uses: Uses | None
    impossible: bool
    engine: str
    least: bool = False
    nodes: int = 0


def decide(
    problem: Problem, *, nodes: int, first: bool = False, solver: bool | None = None
) -> Decision:
    """Decide an instance within ``nodes``; ``first`` is content with any answer.

    ``solver`` says whether there is one (by default: whether scipy is installed).
    """
    if counts_only(problem):
        filled = flow(problem)
        return Decision(filled.uses if filled.met else None, not filled.met, "flow", filled.met)
    helper = there_is_a_solver() if solver is None else solver
    most = min(nodes, SEARCH_FIRST) if helper else nodes
    found = search(problem, nodes=most, first=first, guess=not helper)
    if found.uses is not None or found.impossible or not helper or nodes <= found.nodes:
        least = found.done and found.uses is not None and not first
        return Decision(found.uses, found.impossible, "search", least, found.nodes)
    solved = solve(problem, nodes=nodes - found.nodes)
    spent = found.nodes + solved.nodes
    return Decision(solved.uses, solved.impossible, "solver", solved.least, spent)
