"""``audit``: whether holdings earn an award at a day, with a reason for every yes and no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackmark.errors import UsageError
from stackmark.model.holding import VERIFIED, Holding
from stackmark.stacking.decide import Decision, decide
from stackmark.stacking.facts import Compiled, Fact
from stackmark.stacking.problem import Problem, Uses, make_problem
from stackmark.stacking.result import Audit, Verdict
from stackmark.stacking.rules import Rules
from stackmark.stacking.witness import Use, Witness, check

NODE_LIMIT: Final = 50_000


def audit(
    rules: Rules,
    holdings: Sequence[Holding],
    at: dt.date,
    *,
    node_limit: int = NODE_LIMIT,
    explain: bool = True,
) -> Audit:
    """Whether the holdings earn the award at a day.

    The verdict is ``undecided`` when facts are missing that matter, or when ``node_limit`` nodes
    were searched without an answer; never by the clock. The order of the input changes nothing.
    ``explain=False`` leaves out everything but verdict, witness, unused and credits.
    Raises ``UsageError`` ``holdings.repeated`` when two holdings have one id.
    """
    return Auditor(rules, at, node_limit=node_limit).audit(holdings, explain=explain)


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with what it rests on. ``open_uses`` are a way that unknown facts leave open."""

    verdict: Verdict
    facts: tuple[Fact, ...]
    strict: Problem
    decision: Decision
    generous: Problem | None = None
    open_uses: Uses | None = None


class Auditor:
    """The rules of one award at a day, ready for any number of learners."""

    def __init__(
        self,
        rules: Rules,
        at: dt.date,
        *,
        node_limit: int = NODE_LIMIT,
        solver: bool | None = None,
    ) -> None:
        self.rules, self.at = rules, at
        self.compiled = Compiled(rules, at)
        self.node_limit, self.solver = node_limit, solver

    def audit(self, holdings: Sequence[Holding], *, explain: bool = True) -> Audit:
        """As the function ``audit``."""
        _check_ids(holdings)
        answer = self.answer(self.compiled.facts(holdings))
        return self._short(holdings, answer)

    def answer(self, facts: Sequence[Fact]) -> Answer:
        """The verdict on facts of holdings."""
        kept = tuple(one for one in facts if one.serves.count(False) < len(one.serves))
        strict = make_problem(self.compiled, kept, strict=True)
        found = self._decide(strict, first=False)
        if found.uses is not None:
            return Answer(self._believed(found, strict, facts), kept, strict, found)
        if found.impossible and all(one.certain for one in kept):
            return Answer("no", kept, strict, found)
        generous = make_problem(self.compiled, kept, strict=False)
        wide = self._decide(generous, first=True)
        verdict: Verdict = "no" if wide.impossible else "undecided"
        return Answer(verdict, kept, strict, found, generous, wide.uses)

    def _decide(self, problem: Problem, *, first: bool) -> Decision:
        return decide(problem, nodes=self.node_limit, first=first, solver=self.solver)

    def _believed(self, found: Decision, problem: Problem, facts: Sequence[Fact]) -> Verdict:
        """A yes of the solver is checked by what shares no code with it."""
        if found.engine != "solver" or found.uses is None:
            return "yes"
        witness = self.witness(problem, found.uses)
        return "undecided" if check(witness, self.rules, [one.holding for one in facts]) else "yes"

    def witness(self, problem: Problem, uses: Uses) -> Witness:
        """Which holding serves which leaf, ordered by holding and leaf."""
        rows = [
            Use(problem.facts[at].holding.id, self.compiled.leaves[leaf].id)
            for at, leaves in uses
            for leaf in leaves
        ]
        ordered = sorted(rows, key=lambda one: (one.holding, one.leaf))
        return Witness(self.rules.id, self.at, tuple(ordered))

    def _short(self, holdings: Sequence[Holding], answer: Answer) -> Audit:
        uses = answer.decision.uses if answer.verdict == "yes" else None
        witness = None if uses is None else self.witness(answer.strict, uses)
        used = set() if witness is None else {one.holding for one in witness.uses}
        return Audit(
            verdict=answer.verdict,
            award=self.rules.id,
            at=self.at,
            stated=any(one.provenance != VERIFIED for one in holdings),
            witness=witness,
            unused=tuple(sorted(one.id for one in holdings if one.id not in used)),
            credits_used=credit_of(answer.strict, uses or ()),
            least=answer.decision.least,
            engine=answer.decision.engine,
            nodes=answer.decision.nodes,
        )


def credit_of(problem: Problem, uses: Uses) -> Fraction:
    """The credit of the items used, at its high end."""
    return Fraction(sum(problem.weight[at] for at, _ in uses), problem.scale)


def _check_ids(holdings: Sequence[Holding]) -> None:
    seen: set[str] = set()
    for one in holdings:
        if one.id in seen:
            raise UsageError("holdings.repeated", f"{one.id} stands twice among the holdings.")
        seen.add(one.id)
