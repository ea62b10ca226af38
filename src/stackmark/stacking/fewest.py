"""The fewest additions that make a no a yes, by integer programming over kinds of credentials.

What is held may be used or not, as ever. Of each kind so many are added, with so much credit in
all; limits are sums over both. Least are the additions, then their credit. What is found is tried
by auditing again; where nothing is found, the limits that cannot be kept together are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import inf
from typing import Any, Final

from stackmark.stacking import rules as r
from stackmark.stacking.additions import Addition
from stackmark.stacking.facts import Compiled, Fact, Tree
from stackmark.stacking.kinds import Kind
from stackmark.stacking.problem import both, make_problem, options
from stackmark.stacking.result import number
from stackmark.stacking.solver import Rows

NODES: Final = 1_000
MOST_OF_ONE: Final = 400
"""So many of one kind are thought of."""
_MUCH: Final = 100_000.0
"""One more addition weighs more than all credit, in credits."""


def fewest(
    compiled: Compiled,
    facts: Sequence[Fact],
    kinds: Sequence[Kind],
    steps: int,
    *,
    had: frozenset[str] = frozenset(),
    most: int = MOST_OF_ONE,
    nodes: int = NODES,
    without: frozenset[str] = frozenset(),
) -> list[Addition] | None:
    """Additions to what is held, in the order of their award; ``None`` where none were found.

    ``had`` are achievements awarded before. Credit comes in parts of 1/``steps``. Limits named in
    ``without`` are left out. There are at most ``most`` additions.
    """
    return _Model(compiled, facts, kinds, steps, had, without).asked(most, nodes)


@dataclass(slots=True)
class _Added:
    """The columns of one kind: how many, and their credit in steps."""

    kind: Kind
    many: int
    credit: int


class _Model:
    def __init__(
        self,
        compiled: Compiled,
        facts: Sequence[Fact],
        kinds: Sequence[Kind],
        steps: int,
        had: frozenset[str],
        without: frozenset[str],
    ) -> None:
        self.compiled, self.steps = compiled, steps
        known = {one.holding.id for one in facts}
        kinds = [one for one in kinds if one.addition.get("id", "") not in known]
        rows = [
            replace(one.fact, holding=replace(one.fact.holding, id=f"{_NEW}{place}"))
            for place, one in enumerate(kinds)
        ]
        self.problem = make_problem(compiled, [*facts, *rows], strict=True, without=without)
        self.top = self._top()
        self.rows = Rows()
        self.upper: list[float] = []
        self.price: list[float] = []
        self.added: dict[int, _Added] = {}
        self.pairs: list[tuple[int, tuple[int, ...], int]] = []
        self._columns(kinds)
        self.active = [self._column(1) for _ in self.problem.least]
        self.before = self._before(kinds, had)
        self._leaves()
        self._limits()
        self.rows.add([(self._node(self.problem.tree), 1)], low=1)

    def _column(self, upper: float, price: float = 0.0) -> int:
        self.upper.append(upper)
        self.price.append(price)
        return len(self.upper) - 1

    def _top(self) -> int:
        """So much credit of one kind is thought of: all that is asked, and more for shares."""
        problem, limits = self.problem, self.compiled.sums
        asked: Fraction | int = sum(
            least for leaf, least in enumerate(problem.least) if not problem.counts >> leaf & 1
        )
        asked += sum(self.compiled.bounds) * problem.scale + sum(problem.gain)
        shares = [one.share for one in limits if one.share]
        parts = [min(one, 1 - one) for one in shares if one < 1]
        return int(asked / problem.scale / max(min(parts, default=1), Fraction(1, 20))) + 20

    def _columns(self, kinds: Sequence[Kind]) -> None:
        """What is held serves leaves or not; what is added serves its own."""
        problem = self.problem
        everything = (1 << len(problem.least)) - 1
        needs = bool(self.compiled.sums or self.compiled.means)
        for at, fact in enumerate(problem.facts):
            name = fact.holding.id
            if not name.startswith(_NEW):
                for served in options(problem, at, everything):
                    self.pairs.append((at, served, self._column(1)))
                continue
            kind = kinds[int(name[len(_NEW) :])]
            one = problem.groups[at] or "id" in kind.addition
            many = self._column(1 if one else MOST_OF_ONE, _MUCH)
            credit = self._column(inf, 1.0 / self.steps)
            self.added[at] = _Added(kind, many, credit)
            least = Fraction(str(kind.addition.get("credits", 1 if needs else 0)))
            if "credits" not in kind.addition and needs and self.steps > 1:
                least = Fraction(1, self.steps)
            self.rows.add([(credit, 1), (many, -float(least * self.steps))], low=0)
            self.rows.add([(credit, 1), (many, -float(self.top * self.steps))], high=0)

    def _before(self, kinds: Sequence[Kind], had: frozenset[str]) -> dict[str, int]:
        """A column for each achievement that may have to be added first."""
        names = sorted({one for kind in kinds for one in kind.after} - had)
        found = {name: self._column(1, _MUCH) for name in names}
        for one in self.added.values():
            for name in one.kind.after:
                if name in found:
                    same = [
                        (other.many, -float(MOST_OF_ONE))
                        for other in self.added.values()
                        if other.kind.fact.holding.achievement == name
                    ]
                    terms = [(one.many, 1.0), (found[name], -float(MOST_OF_ONE)), *same]
                    self.rows.add(terms, high=0)
        return found

    # -- rules -----------------------------------------------------------------------------------

    def _gives(self, leaf: int, of: Sequence[int]) -> list[tuple[int, float]]:
        """What each column gives to a leaf, by what each item of the problem does."""
        problem, counts = self.problem, self.problem.counts >> leaf & 1
        terms = [(col, float(of[at])) for at, served, col in self.pairs if leaf in served]
        if counts:
            terms = [(col, 1.0) for col, _ in terms]
        for one in self.added.values():
            if one.kind.leaf == leaf:
                each = problem.scale / self.steps
                terms.append((one.many, 1.0) if counts else (one.credit, each))
        return terms

    def _leaves(self) -> None:
        problem = self.problem
        for at in range(len(problem.gain)):
            if at not in self.added:
                self.rows.add([(col, 1) for one, _, col in self.pairs if one == at], high=1)
        for leaf, least in enumerate(problem.least):
            active = self.active[leaf]
            if least > 0:
                self.rows.add([*self._gives(leaf, problem.gain), (active, -float(least))], low=0)
            for _, served, col in self.pairs:
                if leaf in served:
                    self.rows.add([(active, 1), (col, -1)], low=0)
            for one in self.added.values():
                if one.kind.leaf == leaf:
                    self.rows.add([(active, MOST_OF_ONE), (one.many, -1)], low=0)
            most = problem.most[leaf]
            if most is not None:
                self.rows.add(self._gives(leaf, problem.cost), high=most)

    def _node(self, tree: Tree) -> int:
        k, of = tree
        if isinstance(of, int):
            return self.active[of]
        column = self._column(1)
        self.rows.add([*((self._node(one), 1.0) for one in of), (column, -float(k))], low=0)
        return column

    # -- limits ----------------------------------------------------------------------------------

    def _limits(self) -> None:
        problem = self.problem
        for clause in problem.clauses:
            choices = [self._column(1) for _ in clause] if len(clause) > 1 else []
            if choices:
                self.rows.add([(one, 1) for one in choices], low=1)
            for side, number_ in enumerate(clause):
                self._form(number_, choices[side] if choices else -1)
        for bit in range(max(problem.groups, default=0).bit_length()):
            self.rows.add(list(self._group(1 << bit)), high=1)
        for share in problem.shares:
            terms = [
                (col, float(min(problem.cost[at], share.most + 1)))
                for at, served, col in self.pairs
                if any(both(share, *pair) for pair in combinations(served, 2))
            ]
            self.rows.add(terms, high=share.most)

    def _group(self, bit: int) -> Iterator[tuple[int, float]]:
        for at, _, column in self.pairs:
            if self.problem.groups[at] & bit:
                yield column, 1.0
        for at, one in self.added.items():
            if self.problem.groups[at] & bit:
                yield one.many, 1.0

    def _form(self, number_: int, choice: int) -> None:
        """A limit: what one credit of a kind weighs in it stands in the problem."""
        form = self.problem.forms[number_]
        terms = [(col, float(form.weights[at])) for at, _, col in self.pairs if form.weights[at]]
        terms += [
            (one.credit, form.weights[at] / self.steps)
            for at, one in self.added.items()
            if form.weights[at]
        ]
        if choice < 0:
            self.rows.add(terms, low=form.least)
            return
        slack = form.least - sum(
            min(0.0, one * (self.top if at in self.added else 1))
            for at, one in enumerate(form.weights)
        )
        self.rows.add([*terms, (choice, -float(slack))], low=form.least - slack)

    # -- the answer ------------------------------------------------------------------------------

    def asked(self, most: int, nodes: int) -> list[Addition] | None:
        """The additions of the least answer."""
        every = [(one.many, 1.0) for one in self.added.values()]
        self.rows.add([*every, *((one, 1.0) for one in self.before.values())], high=most)
        found = self._run(nodes)
        return None if found is None else list(self._told(found))

    def _run(self, nodes: int) -> Any:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        rows, width = self.rows, len(self.upper)
        matrix = csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.low), width))
        return milp(
            np.array(self.price),
            integrality=np.ones(width),
            bounds=Bounds(np.zeros(width), np.array(self.upper)),
            constraints=LinearConstraint(matrix, np.array(rows.low), np.array(rows.high)),
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        ).x

    def _told(self, x: Any) -> Iterator[Addition]:
        """What comes before others first; credit beyond the least of each goes to the first."""
        firsts = {name for one in self.added.values() for name in one.kind.after}
        for name, column in self.before.items():
            if x[column] > 0.5:
                yield {"achievement": name}
        ordered = sorted(
            self.added.values(), key=lambda one: one.kind.fact.holding.achievement not in firsts
        )
        for one in ordered:
            many, steps = round(x[one.many]), round(x[one.credit])
            if many:
                yield from self._each(one.kind.addition, many, steps)

    def _each(self, addition: Addition, many: int, steps: int) -> Iterator[Addition]:
        if not steps:
            yield from [dict(addition)] * many
            return
        least = Fraction(str(addition.get("credits", 0)))
        each = max(least, Fraction(steps // many, self.steps))
        rest = Fraction(steps, self.steps) - each * (many - 1)
        for place in range(many):
            yield {**addition, "credits": number(rest if not place else each)}


_NEW: Final = "\0"


def together(compiled: Compiled, kinds: Sequence[Kind], steps: int) -> tuple[r.Limit, ...] | None:
    """Limits that no credentials whatever keep together, none of them too many.

    Empty where the rules alone cannot be met; ``None`` where all can be.
    """
    limits = [one for one in compiled.rules.limits if not isinstance(one, r.Share | r.MaxAge)]
    gone: frozenset[str] = frozenset()
    if fewest(compiled, (), kinds, steps) is not None:
        return None
    for one in limits:
        less = gone | {one.id}
        if fewest(compiled, (), kinds, steps, without=less) is None:
            gone = less
    return tuple(one for one in limits if one.id not in gone)
