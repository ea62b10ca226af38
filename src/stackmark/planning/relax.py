"""For the impossible: the least change of each kind that makes a plan, each proven to be least."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from stackmark.planning.choice import Case
from stackmark.planning.deepen import Way
from stackmark.planning.model import Bounds
from stackmark.planning.solve import Solver

LATER: Final = dt.timedelta(days=2 * 365)
"""So much later than the deadline is looked."""
_ORDER: Final = ("cost", "count", "finish")

Kind = Literal["budget", "hours", "deadline", "together", "drop"]


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed, how much of each, the way that is open then, and how large it is."""

    kind: Kind
    way: Way
    money: Fraction
    hours: Fraction
    days: int
    size: Fraction


def changes(case: Case, near: Solver, bounds: Bounds, nodes: int) -> tuple[Change, ...]:
    """Every kind of change that is enough by itself, the smallest in proportion first.

    Leaving goals out comes last: it is always enough. Raises ``Undecided``.
    """
    late = last_day(case)
    far = Solver(case, late, nodes)
    found = list(_single(near, far, bounds, late))
    found.sort(key=lambda one: one.size)
    if not found:
        found = sorted(_several(near, far, bounds, late), key=lambda one: one.size)[:1]
    way = near.best(("dropped", *_ORDER), replace(bounds, droppable=near.goals))
    if way is not None:
        found.append(_change("drop", near, way, bounds))
    return tuple(found)


def last_day(case: Case) -> dt.date:
    """The last day that a later deadline may be."""
    by = case.limits.by
    return by + min(LATER, dt.date.max - by)


def _single(near: Solver, far: Solver, bounds: Bounds, late: dt.date) -> Iterator[Change]:
    if bounds.cost is not None:
        way = near.best(_ORDER, replace(bounds, cost=None))
        if way is not None:
            yield _change("budget", near, way, bounds)
    if bounds.load is not None:
        way = near.best(("load", *_ORDER), replace(bounds, load=None))
        if way is not None:
            yield _change("hours", near, way, bounds)
    way = far.best(("finish", "cost", "count"), replace(bounds, last=late))
    if way is not None:
        yield _change("deadline", far, way, bounds)


def _several(near: Solver, far: Solver, bounds: Bounds, late: dt.date) -> Iterator[Change]:
    """Two limits eased at once; where that is not enough, all three."""
    pairs = (
        (near, replace(bounds, cost=None, load=None), ("load", "cost", "count", "finish")),
        (far, replace(bounds, last=late, load=None), ("finish", "load", "cost", "count")),
        (far, replace(bounds, last=late, cost=None), ("finish", "cost", "count")),
        (far, replace(bounds, last=late, cost=None, load=None), ("finish", "load", "cost")),
    )
    some = False
    for number, (solver, freed, aims) in enumerate(pairs):
        if number < len(pairs) - 1 or not some:
            way = solver.best(aims, freed)
            if way is not None:
                some = True
                yield _change("together", solver, way, bounds)


def _change(kind: Kind, solver: Solver, way: Way, bounds: Bounds) -> Change:
    money, hours = Fraction(0), Fraction(0)
    if bounds.cost is not None:
        money = max(money, solver.cost(way) - bounds.cost)
    if bounds.load is not None:
        hours = max(hours, solver.load(way) - bounds.load)
    days = max(0, (solver.finish(way) - bounds.last).days)
    whole = max(1, (bounds.last - solver.case.at).days)
    size = (
        money / max(bounds.cost or Fraction(1), Fraction(1))
        + hours / max(bounds.load or Fraction(1), Fraction(1))
        + Fraction(days, whole)
    )
    return Change(kind, way, money, hours, days, size)
