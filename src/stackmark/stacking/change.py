"""The smallest change: additions that make a no a yes, each tried by auditing again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from stackmark.model.holding import Holding
from stackmark.stacking import rules as r
from stackmark.stacking.additions import (
    Addition,
    Parts,
    addition_of,
    extras,
    held,
    inner,
    merged,
    outer,
    told,
    with_parts,
)
from stackmark.stacking.choices import cheapest
from stackmark.stacking.explain import NEAR_NODES, Assigned, Explainer, joined
from stackmark.stacking.facts import Compiled, Fact
from stackmark.stacking.fewest import MOST_OF_ONE, NODES, fewest, together
from stackmark.stacking.kinds import Kind, kinds
from stackmark.stacking.lint import lint
from stackmark.stacking.problem import Problem, make_problem
from stackmark.stacking.reasons import quoted
from stackmark.stacking.render import sentence
from stackmark.stacking.result import Change, number
from stackmark.stacking.search import nearest, search

ROUNDS: Final = 6
MOST_ADDITIONS: Final = 60
MOST_TRIES: Final = 60
"""Audits spent on looking for a change; fewer where one takes long."""

TRY_NODES: Final = 1_000
"""Nodes spent on trying one change."""
_GUESSES: Final = 1
_SMALL: Final = 1_000
"""Holdings times rules up to which fewer additions than those at hand are looked for."""
_LARGE: Final = 30_000
_MOST_WORK: Final = 300_000
"""The larger, the fewer nodes; beyond ``_LARGE`` what is held is left aside."""
_FEW_NODES: Final = 50
_WHOLE: Final = "award-impossible"
_ENOUGH: Final = 3
"""Ways to compare where the plainest does not do."""

Earns = Callable[[Sequence[Fact]], bool]
"""Whether holdings, by their facts, earn the award for certain."""


class Changer:
    """The smallest changes of one award at a day; ``solver``: integer programming may be used."""

    def __init__(self, compiled: Compiled, earns: Earns, *, solver: bool) -> None:
        self.compiled, self.earns, self.solver = compiled, earns, solver

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What the rules tell apart."""
        return kinds(self.compiled)

    @cached_property
    def impossible(self) -> str:
        """Why nobody earns the award whatever is held; empty where somebody may."""
        return _why_nobody(self)

    def smallest(self, holdings: Sequence[Holding], near: Explainer) -> Change:
        """The fewest additions found, then those of least credit."""
        size = max(1, len(near.problem.gain) * len(self.compiled.leaves))
        tries = min(MOST_TRIES, max(10, 150_000 // size))
        return _Tries(self, holdings, tries, size).best(near)


def _why_nobody(asked: Changer) -> str:
    rules = asked.compiled.rules
    found = [one for one in lint(rules) if one.kind == "impossible"]
    if any(one.code == _WHOLE for one in found):
        told = [f"{quoted(one.part)}: {one.sentence}" for one in found if one.code != _WHOLE]
        whole = "No addition leads to this award; nobody can earn it."
        return " ".join(dict.fromkeys([whole, *told]))
    limits = together(asked.compiled, asked.kinds, 20) if asked.solver else None
    if not limits:
        return ""
    named = joined([quoted(one.id) for one in limits])
    words = " ".join(sentence(rules, one) for one in limits)
    return (
        "No addition leads to this award: whatever is held, its rules cannot be met "
        f"and {named} kept as well. {words}"
    )


@dataclass(slots=True)
class _Tries:
    asked: Changer
    holdings: Sequence[Holding]
    left: int
    size: int
    least: int = 1
    known: list[Fact] | None = None

    @property
    def compiled(self) -> Compiled:
        return self.asked.compiled

    @property
    def solver(self) -> bool:
        return self.asked.solver

    @property
    def _unit(self) -> str:
        return self.compiled.rules.unit

    def best(self, near: Explainer) -> Change:
        self.least = max(1, self._least(near))
        found = self._guessed(near)
        if self.solver and (found is None or self._may_be_fewer(near, found)):
            found = self._fewest(near, found) or found
        if found is None:
            return Change(additions=(), sentence=self._why_none())
        return Change(additions=tuple(found), sentence=self._sentence(found))

    def _least(self, near: Explainer, without: int = -1) -> int:
        """Fewer additions are never enough: every holding may serve all rules here, no limit binds.

        ``without`` is a leaf that is met by something else.
        """
        lacks = [
            max(0, least - near.supply(leaf))
            if near.problem.counts >> leaf & 1
            else int(near.supply(leaf) < least)
            for leaf, least in enumerate(near.problem.least)
        ]
        if without >= 0:
            lacks[without] = 0
        return cheapest(near.problem.tree, lacks)[0]

    def _may_be_fewer(self, near: Explainer, found: list[Addition]) -> bool:
        """Whether that is not ruled out at once."""
        if len(found) <= self.least or self.size > _SMALL:
            return False
        return len(found) > 2 or any(
            not self._least(near, leaf) and _rest_is_met(near.problem, leaf)
            for leaf in range(len(near.problem.least))
        )

    def _guessed(self, near: Explainer) -> list[Addition] | None:
        """The best of what comes of adding for what is missing."""
        found: list[list[Addition]] = []
        plain = max(1, len(self._wanted(near, (), whole=False)))
        ways = extras(self.compiled.rules)
        for place, extra in enumerate(ways[:_GUESSES] if self.solver else ways):
            if self.left <= 0:
                break
            additions = self._grown(near, extra)
            if additions is None and place < 2 and not self.solver:
                additions = self._grown(near, extra, whole=True)
            if additions is not None:
                found.append(additions)
            if found and (len(min(found, key=len)) <= plain or len(found) > _ENOUGH):
                break
        return min(found, key=_size, default=None)

    def _fewest(self, near: Explainer, than: list[Addition] | None) -> list[Addition] | None:
        """Fewer by integer programming; where there is none, at last as if nothing were held."""
        facts, scale = near.problem.facts, min(self.compiled.scale, 100)
        if than is not None:
            return self._programmed(facts, scale, len(than) - 1, _FEW_NODES)
        nodes = max(1, min(NODES, _MOST_WORK // self.size))
        for steps in (scale, 20 * scale) if self.size <= _LARGE else ():
            found = self._programmed(facts, steps, MOST_OF_ONE, nodes)
            if found is not None:
                return found
        found = self._programmed((), 20 * scale, MOST_OF_ONE, NODES)
        return None if found is None else self._shrunk(found)

    def _programmed(
        self, facts: Sequence[Fact], steps: int, most: int, nodes: int
    ) -> list[Addition] | None:
        """What integer programming finds, if it leads to the award."""
        asked = self.compiled, facts, self.kinds, steps
        found = fewest(*asked, had=self._had(), most=most, nodes=nodes)
        self.left = max(self.left, 3)
        return found if found is not None and self._works(found) else None

    def _had(self) -> frozenset[str]:
        """What others may need before them and is there."""
        at = self.compiled.at
        rows = [one for one in self.holdings if one.status == "valid" and one.awarded]
        return frozenset(one.achievement for one in rows if one.awarded and one.awarded < at)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the rules tell apart, found once."""
        return self.asked.kinds

    def _why_none(self) -> str:
        return self.asked.impossible or (
            "No addition was found that leads to this award: a rule or limit keeps "
            "what would be needed from being used."
        )

    def _works(self, additions: Sequence[Addition]) -> bool:
        self.left -= 1
        if self.left < 0:
            return False
        ids = {one.id for one in self.holdings}
        more = held(additions, self._unit, self.compiled.at)
        if any(one.id in ids for one in more):
            return False
        return self.asked.earns(self._facts([*self.holdings, *more], more))

    def _facts(self, every: Sequence[Holding], more: Sequence[Holding]) -> list[Fact]:
        """Facts of all; those of what is held stay, where no order is asked."""
        if self.compiled.ordering:
            return self.compiled.facts(every)
        if self.known is None:
            self.known = self.compiled.facts(self.holdings)
        return [*self.known, *self.compiled.facts(more)]

    def _grown(
        self, near: Explainer, extra: Parts, *, whole: bool = False
    ) -> list[Addition] | None:
        """Add for what is missing until the award is earned, then take away what is too much.

        ``whole`` adds all that a rule needs, not only what it lacks: what is held may be in the
        way of a maximum.
        """
        additions: list[Addition] = []
        for turn in range(ROUNDS):
            new = self._wanted(near, extra, whole=whole)
            new += self._balance(near, extra) if turn else []
            if not new or len(additions) + len(new) > MOST_ADDITIONS:
                return None
            additions = [*additions, *new]
            if self._works(additions):
                # Alone, a rule lacks exactly what is missing; with limits less may do.
                joined = near.contested() or near.problem.forms or near.problem.shares
                exact = not turn and not whole and not joined
                return additions if exact else self._shrunk(additions)
            if self.left <= 0:
                return None
            near = self._near(additions)
        return None

    def _near(self, additions: Sequence[Addition]) -> Explainer:
        more = held(additions, self._unit, self.compiled.at)
        facts = self._facts([*self.holdings, *more], more)
        problem = make_problem(self.compiled, facts, strict=True)
        found = nearest(problem, nodes=NEAR_NODES)
        return Explainer(self.compiled, Assigned(problem, found.uses or (), found.active))

    def _wanted(self, near: Explainer, extra: Parts, *, whole: bool) -> list[Addition]:
        """One addition for the credit a leaf lacks, one for each credential it lacks."""
        found: list[Addition] = []
        for leaf in near.unmet():
            node = self.compiled.leaves[leaf]
            has = 0 if whole else near.has[leaf]
            lacking = near.amount(leaf, near.problem.least[leaf] - has)
            one = with_parts(addition_of(node.select), extra)
            if isinstance(node, r.CreditSum):
                one["credits"] = max(one.get("credits", 0), number(lacking))
                found += [*self._before(one), one]
            else:
                self._credited(one, whole=whole)
                found += [*self._before(one), *([one] * int(lacking))]
        return found or self._floors(near, extra)

    def _balance(self, near: Explainer, extra: Parts) -> list[Addition]:
        """Credit on the good side of shares that stand in the way, in leaves that take it."""
        found = []
        for limit in self.compiled.sums:
            share = limit.share
            if share is None or share in (0, 1) or not near.contested():
                continue
            low = isinstance(limit, r.Residency | r.LevelFloor)
            wanted = inner(limit) if low else outer(limit, self.compiled.rules)
            inside, total = near.inside(limit)
            needs = sum(
                near.amount(one, near.problem.least[one] - near.has[one])
                for one in near.unmet()
                if not near.problem.counts >> one & 1
            )
            after = total + needs
            lack = (share * after - inside) / (1 - share) if low else inside / share - after
            leaf = next(
                (
                    one
                    for one in self.compiled.leaves
                    if merged(addition_of(one.select), wanted) and not isinstance(one, r.Capstone)
                ),
                None,
            )
            if lack > 0 and wanted and leaf is not None:
                one = with_parts(merged(addition_of(leaf.select), wanted) or {}, extra)
                found.append({**one, "credits": number(Fraction(-(-lack // 1)))})
        return found

    def _credited(self, one: Addition, *, whole: bool) -> None:
        """Where credit is limited, a credential needs some to be judged by."""
        if "credits" not in one and (self.compiled.sums or self.compiled.means):
            floors = [one.least or 0 for one in self.compiled.sums if hasattr(one, "least")]
            one["credits"] = number(Fraction(max([1, *floors]))) if whole else 1

    def _before(self, one: Addition) -> list[Addition]:
        """What must be awarded before it and is not held."""
        names = one.get("achievement", [])
        name = names if isinstance(names, str) else names[0] if names else ""
        return [
            {"achievement": first}
            for first in self.compiled.prerequisites(name)
            if not any(row.achievement == first and row.status == "valid" for row in self.holdings)
        ]

    def _floors(self, near: Explainer, extra: Parts) -> list[Addition]:
        """Credit for a residency or level floor, in the first leaf that takes it."""
        for short in near.shortfalls():
            limit = next((one for one in self.compiled.sums if one.id == short.rule), None)
            if limit is None:
                continue
            for leaf in self.compiled.leaves:
                first = merged(addition_of(leaf.select), inner(limit))
                if first is not None and not isinstance(leaf, r.Capstone):
                    one = with_parts(first, extra)
                    return [{**one, "credits": number(short.needs - short.has)}]
        return []

    def _shrunk(self, additions: list[Addition]) -> list[Addition]:
        """Without what is not needed, and each credit as small as it may be."""
        for one in list(additions):
            if len(additions) <= self.least:
                break
            rest = [*additions]
            rest.remove(one)
            if rest and self._works(rest):
                additions = rest
        for place, one in enumerate(additions):
            if "credits" in one and len(additions) <= ROUNDS:
                additions = self._smaller(additions, place)
        return additions

    def _smaller(self, additions: list[Addition], place: int) -> list[Addition]:
        """Halve the interval of credit, in whole steps where all credit is whole."""
        step = Fraction(1, min(self.compiled.scale, 100))
        low, high = Fraction(0), Fraction(str(additions[place]["credits"]))
        middle = high - step  # mostly even this is too little
        while high - low > step:
            tried = [*additions]
            tried[place] = {**additions[place], "credits": number(middle)}
            if middle < high and self._works(tried):
                additions, high = tried, middle
            else:
                low = middle
            middle = low + max(step, ((high - low) / 2 // step) * step)
        return additions

    def _sentence(self, additions: list[Addition]) -> str:
        words = [told(one, self._unit) for one in additions]
        if len(words) == 1:
            return f"One more would do: a {words[0]}."
        counted = {one: words.count(one) for one in words}
        parts = [f"{times} × {one}" if times > 1 else f"a {one}" for one, times in counted.items()]
        return f"{len(words)} more would do: {'; '.join(parts)}."


def _rest_is_met(problem: Problem, leaf: int) -> bool:
    """Whether all other rules could be met by what is held, if no limit bound."""
    least = [0 if at == leaf else one for at, one in enumerate(problem.least)]
    eased = replace(problem, least=tuple(least), forms=(), clauses=())
    return not search(eased, nodes=TRY_NODES, first=True).impossible


def _size(additions: Sequence[Addition]) -> tuple[int, float, int]:
    """How many, of how much credit, with how much to be said of them."""
    credit = sum(one.get("credits", 0) for one in additions)
    return len(additions), credit, sum(map(len, additions))
