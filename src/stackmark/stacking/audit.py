"""``audit``: whether holdings earn an award at a day, with a reason for every yes and no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from stackmark.errors import UsageError
from stackmark.model.holding import VERIFIED, Holding
from stackmark.stacking.change import TRY_NODES, Changer
from stackmark.stacking.decide import Decision, decide
from stackmark.stacking.explain import NEAR_NODES, Assigned, Explainer, blockers, joined
from stackmark.stacking.facts import Compiled, Fact
from stackmark.stacking.problem import Problem, Uses, make_problem
from stackmark.stacking.reasons import SOON_YEARS, ageing, quoted, unknowns, why_not
from stackmark.stacking.render import sentence
from stackmark.stacking.result import Audit, Shortfall, Unknown, Verdict
from stackmark.stacking.rules import Rules
from stackmark.stacking.search import Found, nearest
from stackmark.stacking.solver import there_is_a_solver
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
        helper = there_is_a_solver() if solver is None else solver
        self.changer = Changer(self.compiled, self._earned, solver=helper)

    def audit(self, holdings: Sequence[Holding], *, explain: bool = True) -> Audit:
        """As the function ``audit``."""
        _check_ids(holdings)
        facts = self.compiled.facts(holdings)
        answer = self.answer(facts)
        short = self._short(holdings, answer)
        return self._explained(short, holdings, facts, answer) if explain else short

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

    # -- reasons ---------------------------------------------------------------------------------

    def _explained(
        self, short: Audit, holdings: Sequence[Holding], facts: Sequence[Fact], answer: Answer
    ) -> Audit:
        assigned, near = self._assigned(answer)
        told = Explainer(self.compiled, assigned)
        used = {assigned.problem.facts[at].holding.id for at, _ in assigned.uses}
        rest = [one for one in facts if one.holding.id not in used]
        unmet = told.unmet()
        year = min(self.at.year + SOON_YEARS, dt.MAXYEAR)
        horizon = self.at.replace(year=year, day=min(self.at.day, 28))
        shared = replace(
            short,
            progress=told.progress(),
            unused=tuple(one.holding.id for one in rest),
            not_counted=tuple(why_not(self.compiled, one, unmet) for one in rest),
            ageing=ageing(self.compiled, answer.facts, until=horizon),
        )
        if near is None:
            return replace(shared, explanation=(self._headline("yes"), *told.met(), *told.kept()))
        return self._refused(shared, holdings, told, near, answer)

    def _assigned(self, answer: Answer) -> tuple[Assigned, Found | None]:
        """The witness's uses, or those that come nearest."""
        if answer.verdict == "yes":
            uses = answer.decision.uses or ()
            return Assigned(answer.strict, uses, 0), None
        near = nearest(answer.strict, nodes=NEAR_NODES)
        return Assigned(answer.strict, near.uses or (), near.active), near

    def _refused(
        self,
        short: Audit,
        holdings: Sequence[Holding],
        told: Explainer,
        near: Found,
        answer: Answer,
    ) -> Audit:
        shortfalls = told.shortfalls()
        stands = list(self._in_the_way(told, near, answer)) if told.contested() else []
        shortfalls += [one for one in stands if isinstance(one, Shortfall)]
        reasons = [one if isinstance(one, str) else one.sentence for one in stands]
        open_facts = () if answer.generous is None else self._unknown(answer)
        change = None
        if answer.verdict == "no":
            change = self.changer.smallest(holdings, told)
        lines = [
            self._headline(answer.verdict),
            *self._why_open(answer, open_facts),
            *(one.sentence for one in told.shortfalls()),
            *reasons,
            *told.met(),
            *[one.sentence for one in short.not_counted if one.why not in _QUIET][:_TOLD],
        ]
        if change is not None:
            lines.append(change.sentence)
        return replace(
            short,
            shortfalls=tuple(shortfalls),
            explanation=tuple(dict.fromkeys(lines)),
            unknown=open_facts,
            smallest_change=change,
        )

    def _in_the_way(
        self, told: Explainer, near: Found, answer: Answer
    ) -> Iterator[str | Shortfall]:
        """Limits without which less would be missing; else the rules that want the same."""
        found = list(blockers(self.compiled, answer.facts, answer.strict, near))
        for one in found:
            names = joined([quoted(limit.id) for limit in one.limits])
            stand = "stands" if len(one.limits) == 1 else "stand together"
            told_of = " ".join(sentence(self.rules, limit) for limit in one.limits)
            yield f"{names} {stand} in the way: {told_of}"
            eased = Explainer(
                self.compiled, Assigned(one.problem, one.eased.uses or (), one.eased.active)
            )
            for limit in one.limits:
                yield from eased.floor(limit)
        if not found:
            yield from (told.conflict(leaf) for leaf in told.contested())

    def _earned(self, facts: Sequence[Fact]) -> bool:
        problem = make_problem(self.compiled, facts, strict=True)
        nodes = min(self.node_limit, TRY_NODES)
        found = decide(problem, nodes=nodes, first=True, solver=False)
        return found.uses is not None and self._believed(found, problem, facts) == "yes"

    def _unknown(self, answer: Answer) -> tuple[Unknown, ...]:
        if answer.generous is None or answer.open_uses is None:
            return ()
        return unknowns(self.compiled, answer.generous, answer.open_uses)

    def _headline(self, verdict: Verdict) -> str:
        name = self.rules.title or self.rules.id
        day = self.at.isoformat()
        return {
            "yes": f"{name} is earned at {day}.",
            "no": f"{name} is not earned at {day}.",
            "undecided": f"Whether {name} is earned at {day} cannot be told.",
        }[verdict]

    def _why_open(self, answer: Answer, open_facts: tuple[Unknown, ...]) -> list[str]:
        if answer.verdict != "undecided":
            return []
        if open_facts:
            return [
                "It would be decided if this were known:",
                *(one.sentence for one in open_facts),
            ]
        told = f"The search ended at its limit of {self.node_limit} nodes; a higher one may decide."
        solver = there_is_a_solver() if self.solver is None else self.solver
        if not solver:
            told += (
                " The solver of the extra “science” (pip install stackmark[science]) would help."
            )
        return [told]


_QUIET: Final = frozenset({"not-needed", "fits-no-rule"})
"""What goes without saying in an explanation; it stands in ``not_counted``."""
_TOLD: Final = 20
"""So many holdings that do not count are told of in an explanation."""


def credit_of(problem: Problem, uses: Uses) -> Fraction:
    """The credit of the items used, at its high end."""
    return Fraction(sum(problem.weight[at] for at, _ in uses), problem.scale)


def _check_ids(holdings: Sequence[Holding]) -> None:
    seen: set[str] = set()
    for one in holdings:
        if one.id in seen:
            raise UsageError("holdings.repeated", f"{one.id} stands twice among the holdings.")
        seen.add(one.id)
