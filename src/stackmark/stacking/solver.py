"""The same question for HiGHS (``scipy.optimize.milp``), by a limit of nodes and never by time.

The solver works in floating point, so it is not believed: a yes is checked in whole numbers, and a
no stands only when what is missing is proven to be half a unit or more; there is nothing between 0
and 1 in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import combinations
from math import inf
from typing import Any, Final

from stackmark.stacking.choices import holds
from stackmark.stacking.facts import Tree
from stackmark.stacking.problem import Problem, Uses, both, options

NODES_AT_A_TIME: Final = 20
"""A node of the solver is work like so many of the search."""


@dataclass(frozen=True, slots=True)
class Solved:
    """``uses`` keeps every rule; ``impossible`` is proven; neither: not decided.

    ``least`` is true when no use of less credit exists (within the solver's tolerance of a part
    in a million).
    """

    uses: Uses | None
    impossible: bool
    least: bool = False
    nodes: int = 0


@cache
def there_is_a_solver() -> bool:
    """Whether the extra ``science`` is installed."""
    return find_spec("scipy") is not None


def solve(problem: Problem, *, nodes: int) -> Solved:
    """Decide by integer programming, within ``nodes``."""
    allowed = max(1, nodes // NODES_AT_A_TIME)
    model = Model(problem)
    hard = model.run(allowed, soft=False)
    uses = model.uses(hard)
    if uses is not None and satisfies(problem, uses):
        return Solved(uses, impossible=False, least=hard.status == 0, nodes=_nodes(hard))
    soft = model.run(allowed, soft=True)
    near = model.uses(soft)
    spent = _nodes(hard) + _nodes(soft)
    if near is not None and satisfies(problem, near):
        return Solved(near, impossible=False, nodes=spent)
    bound = getattr(soft, "mip_dual_bound", None)
    proven = bound is not None and bound >= model.smallest_miss / 2
    return Solved(None, impossible=bool(proven), nodes=spent)


def satisfies(problem: Problem, uses: Uses) -> bool:
    """Whether uses keep every rule and limit, in whole numbers."""
    leaves = range(len(problem.least))
    items = [at for at, _ in uses]
    rows: list[list[int]] = [[at for at, served in uses if leaf in served] for leaf in leaves]
    met = 0
    for leaf in leaves:
        good = _meets(problem, leaf, rows[leaf])
        if rows[leaf] and not good:
            return False
        met |= good << leaf
    return (
        len(set(items)) == len(items)
        and all(set(served) <= set(problem.serves[at]) for at, served in uses)
        and holds(problem.tree, met)
        and _limits_kept(problem, items)
        and _shares_kept(problem, uses)
    )


def _meets(problem: Problem, leaf: int, rows: list[int]) -> bool:
    most = problem.most[leaf]
    return sum(problem.gains(at, leaf) for at in rows) >= problem.least[leaf] and (
        most is None or sum(problem.costs(at, leaf) for at in rows) <= most
    )


def _limits_kept(problem: Problem, items: list[int]) -> bool:
    kept = [sum(form.weights[at] for at in items) >= form.least for form in problem.forms]
    seen = 0
    for at in items:
        if seen & problem.groups[at]:
            return False
        seen |= problem.groups[at]
    return all(any(kept[one] for one in clause) for clause in problem.clauses)


def _shares_kept(problem: Problem, uses: Uses) -> bool:
    pairs = [(at, pair) for at, served in uses for pair in combinations(served, 2)]
    if not all(any(both(share, *pair) for share in problem.shares) for _, pair in pairs):
        return False
    return all(
        sum(problem.cost[at] for at in {at for at, pair in pairs if both(share, *pair)})
        <= share.most
        for share in problem.shares
    )


def _nodes(result: Any) -> int:
    return int(getattr(result, "mip_node_count", 0) or 0) * NODES_AT_A_TIME


@dataclass(slots=True)
class Rows:
    """Constraints ``low <= row <= high`` as triples of row, column and value."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, terms: Sequence[tuple[int, float]], low: float = -inf, high: float = inf) -> None:
        """One more row of (column, value)."""
        for column, value in terms:
            self.row.append(len(self.low))
            self.column.append(column)
            self.value.append(float(value))
        self.low.append(low)
        self.high.append(high)


class Model:
    """The rows of an instance, also for models that hold more (``stackmark.planning``).

    Columns: item and leaves served; a leaf is active; a rule holds; a choice; what is missed.
    The last row asks for the whole tree.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        everything = (1 << len(problem.least)) - 1
        self.pairs = [
            (at, served)
            for at in range(len(problem.gain))
            for served in options(problem, at, everything)
        ]
        self.of_item: list[list[int]] = [[] for _ in problem.gain]
        self.of_leaf: list[list[int]] = [[] for _ in problem.least]
        for column, (at, served) in enumerate(self.pairs):
            self.of_item[at].append(column)
            for leaf in served:
                self.of_leaf[leaf].append(column)
        self.width = len(self.pairs) + len(problem.least)
        self.rows = Rows()
        self.missed: list[tuple[int, float]] = []
        self._leaves()
        self._limits()
        self._tree()
        self.smallest_miss = min((price for _, price in self.missed), default=1.0)

    def _column(self) -> int:
        self.width += 1
        return self.width - 1

    def _active(self, leaf: int) -> int:
        return len(self.pairs) + leaf

    def _miss(self, least: int) -> int:
        """A column for what is missing of a minimum; the whole of it costs 1."""
        column = self._column()
        self.missed.append((column, 1.0 / least))
        return column

    def _leaves(self) -> None:
        problem = self.problem
        for columns in self.of_item:
            self.rows.add([(one, 1) for one in columns], high=1)
        for leaf, least in enumerate(problem.least):
            columns = self.of_leaf[leaf]
            gives = [(one, min(problem.gains(self.pairs[one][0], leaf), least)) for one in columns]
            if least > 0:
                terms = [*gives, (self._active(leaf), -least), (self._miss(least), 1)]
                self.rows.add(terms, low=0)
            for one in columns:
                self.rows.add([(self._active(leaf), 1), (one, -1)], low=0)
            most = problem.most[leaf]
            if most is not None:
                takes = [(one, problem.costs(self.pairs[one][0], leaf)) for one in columns]
                self.rows.add([(one, min(cost, most + 1)) for one, cost in takes], high=most)

    def _limits(self) -> None:
        problem = self.problem
        for clause in problem.clauses:
            choice = self._column() if len(clause) > 1 else -1
            for side, one in enumerate(clause):
                self._form(one, choice, side)
        for bit in range(max(problem.groups, default=0).bit_length()):
            members = [at for at, bits in enumerate(problem.groups) if bits >> bit & 1]
            self.rows.add([(one, 1) for at in members for one in self.of_item[at]], high=1)
        for share in problem.shares:
            terms = [
                (column, min(problem.cost[at], share.most + 1))
                for column, (at, served) in enumerate(self.pairs)
                if any(both(share, *pair) for pair in combinations(served, 2))
            ]
            self.rows.add([(one, cost) for one, cost in terms], high=share.most)

    def _form(self, number: int, choice: int, side: int) -> None:
        """A limit; of two sides of a cap the choice says which one holds."""
        form = self.problem.forms[number]
        terms: list[tuple[int, float]] = [
            (column, form.weights[at])
            for column, (at, _) in enumerate(self.pairs)
            if form.weights[at]
        ]
        if choice < 0:
            if form.least > 0:
                terms.append((self._miss(form.least), 1))
            self.rows.add(terms, low=form.least)
            return
        slack = form.least - sum(min(0, one) for one in form.weights)
        if side:  # the second holds when the choice is 1
            self.rows.add([*terms, (choice, -slack)], low=form.least - slack)
        else:
            self.rows.add([*terms, (choice, slack)], low=form.least)

    def _tree(self) -> None:
        root = self._node(self.problem.tree)
        self.rows.add([(root, 1)], low=1)

    def _node(self, tree: Tree) -> int:
        k, of = tree
        if isinstance(of, int):
            return self._active(of)
        column = self._column()
        self.rows.add([*((self._node(one), 1.0) for one in of), (column, -float(k))], low=0)
        return column

    def run(self, nodes: int, *, soft: bool) -> Any:
        """Ask HiGHS for the least credit, or for the least that is missed."""
        import numpy as np
        from scipy.optimize import (
            Bounds,
            LinearConstraint,
            milp,
        )
        from scipy.sparse import csr_array

        rows = self.rows
        matrix = csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.low), self.width))
        price, upper, whole = np.zeros(self.width), np.ones(self.width), np.ones(self.width)
        for column, cost in self.missed:
            price[column] = cost if soft else 0.0
            upper[column] = np.inf if soft else 0.0
        if not soft:
            for column, (at, _) in enumerate(self.pairs):
                price[column] = self.problem.weight[at] * self.width + 1  # then the fewest
        return milp(
            price,
            integrality=whole,
            bounds=Bounds(np.zeros(self.width), upper),
            constraints=LinearConstraint(matrix, np.array(rows.low), np.array(rows.high)),
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        )

    def uses(self, result: Any) -> Uses | None:
        """The columns set in an answer, without leaves that nothing is missing without."""
        if result.x is None:
            return None
        chosen = [pair for pair, value in zip(self.pairs, result.x, strict=False) if value > 0.5]
        return tuple(sorted(chosen))
