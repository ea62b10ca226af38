"""``plan``: the cheapest, the fastest and the shortest way, or what would open one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from stackmark.errors import UsageError
from stackmark.model.holding import Holding
from stackmark.planning.choice import Case
from stackmark.planning.deepen import Undecided, Way
from stackmark.planning.goal import Goal
from stackmark.planning.limits import Limits
from stackmark.planning.model import Bounds
from stackmark.planning.offers import Offer
from stackmark.planning.relax import changes, last_day
from stackmark.planning.result import Path, Plan
from stackmark.planning.solve import NODE_LIMIT, Solver
from stackmark.planning.telling import Teller
from stackmark.stacking.solver import there_is_a_solver

AIMS: Final = {
    "cheapest": ("cost", "count", "finish"),
    "fastest": ("finish", "cost", "count"),
    "fewest": ("count", "cost", "finish"),
}
"""What each plan has least of, and what decides between equals."""


def plan(
    holdings: Sequence[Holding],
    goal: Goal,
    offers: Iterable[Offer],
    limits: Limits,
    at: dt.date,
    *,
    node_limit: int = NODE_LIMIT,
) -> Plan:
    """The plans from what is held to a goal, from a day on; the same answer for the same input.

    A plan reaches every skill of the goal with its confidence, the chances to pass taken as
    independent (``-ln(1-q)`` adds up, 0 where it is not known), and the award when all is passed.
    Prerequisites end before what needs them starts, and are taken as passed. A week's hours are
    those of all that runs in it. Money is in the goal's currency; nothing is exchanged.

    ``node_limit`` bounds each question to the solver. Raises ``UsageError`` ``plan.solver``
    without scipy, ``limits.by`` for a last day before ``at``, ``catalogue.id``.
    """
    if not there_is_a_solver():
        raise UsageError(
            "plan.solver", "A plan needs the extra “science”: pip install stackmark[science]."
        )
    case = Case(holdings, goal, offers, limits, at)
    bounds = Bounds(last=limits.by, cost=limits.budget, load=limits.hours_per_week)
    left_out = tuple((one.id, why) for one, why in case.left_out)
    solver = Solver(case, limits.by, node_limit)
    try:
        paths = _paths(solver, bounds)
        if paths:
            return Plan(feasible=True, at=at, paths=paths, left_out=left_out)
        found = changes(case, solver, bounds, node_limit)
    except Undecided:
        told = f"No answer was found within {node_limit} nodes a question; more may bring one."
        return Plan(feasible=None, at=at, left_out=left_out, notes=(told,))
    teller = Teller(solver)
    told_changes = tuple(teller.relaxation(one) for one in found)
    until = f"A later deadline was looked for until {last_day(case)}."
    return Plan(
        feasible=False,
        at=at,
        relaxation=told_changes[0] if told_changes else None,
        others=told_changes[1:],
        left_out=left_out,
        notes=(*teller.gaps(), until),
    )


def _paths(solver: Solver, bounds: Bounds) -> tuple[Path, ...]:
    """One plan for each aim; one that is best at several is named once."""
    found: dict[Way, list[str]] = {}
    interests: tuple[str, ...] = ("interest",) if solver.case.limits.interests else ()
    for label, aims in AIMS.items():
        way = solver.best((*aims, *interests), bounds)
        if way is None:
            return ()
        found.setdefault(_same(found, solver, way), []).append(label)
    teller = Teller(solver)
    return tuple(teller.path(way, tuple(labels)) for way, labels in found.items())


def _same(found: Iterable[Way], solver: Solver, way: Way) -> Way:
    """An earlier plan as good in every respect, or this one."""
    measures = _measures(solver, way)
    return next((one for one in found if _measures(solver, one) == measures), way)


def _measures(solver: Solver, way: Way) -> tuple[Fraction, dt.date, int]:
    return solver.cost(way), solver.finish(way), len(way.options)
