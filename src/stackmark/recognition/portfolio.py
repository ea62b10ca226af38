"""Recognition of prior learning: the same five rows with evidence instead of a certificate."""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from stackmark.model import achievement_rules as rule
from stackmark.model.achievement import MAX_OUTCOMES, Achievement, FieldOfStudy, Level, Workload
from stackmark.model.achievement_codes import ASSESSMENT_METHODS
from stackmark.model.achievement_rules import ESSAY, PARAGRAPH, Part, refuse
from stackmark.model.record import Assessor, Evidence, Record
from stackmark.recognition.comparison import Margins, level_row, profile_row, workload_row
from stackmark.recognition.rows import RELATIONS, SAME, UNKNOWN, Comparison, Match, Row, outcome_row

MAX_EVIDENCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered(Part):
    """A wanted outcome the assessor found covered, by which pieces of evidence, and how surely.

    ``pieces`` are names or addresses of the portfolio's evidence, ``found`` what they show.
    """

    wanted: str = rule.text(1_000)
    relation: str = rule.choice(RELATIONS)
    pieces: tuple[str, ...] = rule.words(2_000, MAX_EVIDENCE)
    found: str = rule.text(1_000)
    confidence: Decimal | None = rule.number(1)

    def check(self, place: str) -> None:
        """Nothing may be missing: this stands in place of a certificate."""
        told = self.wanted and self.relation and self.pieces and self.found
        if not told or self.confidence is None:
            refuse("missing", place, "needs wanted, relation, pieces, found and confidence.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio(Part):
    """Evidence of prior learning as somebody assessed it.

    ``id`` names it, ``method`` is how it was assessed, ``assessor`` who did. ``level``,
    ``workload`` and ``field`` are the assessor's view of it and may be missing.
    """

    id: str = rule.identifier()
    title: str = rule.text()
    evidence: tuple[Evidence, ...] = rule.parts(Evidence, MAX_EVIDENCE)
    assessor: Assessor | None = rule.part(Assessor)
    method: str = rule.choice(ASSESSMENT_METHODS)
    account: str = rule.text(ESSAY)
    covered: tuple[Covered, ...] = rule.parts(Covered, MAX_OUTCOMES)
    level: Level | None = rule.part(Level)
    workload: Workload | None = rule.part(Workload)
    field: FieldOfStudy | None = rule.part(FieldOfStudy)

    def check(self, place: str) -> None:
        """An id, evidence, assessor and method; every piece that is named is there."""
        if not self.id or not self.evidence or self.assessor is None or not self.method:
            refuse("missing", place, "a portfolio needs id, evidence, assessor and method.")
        if self.method == "none":
            refuse("choice", f"{place}/method".lstrip("/"), "a portfolio is assessed somehow.")
        known = {name for one in self.evidence for name in (one.name, one.url) if name}
        for number, one in enumerate(self.covered):
            odd = [name for name in one.pieces if name not in known]
            if odd:
                where = f"{place}/covered/{number}/pieces".lstrip("/")
                refuse("choice", where, f"{odd[0][:80]!r} is no piece of this portfolio.")

    @staticmethod
    def from_json(value: Any) -> Portfolio:
        """Read strictly. Raises ``DescriptorError`` ``descriptor.…`` naming the place."""
        return rule.read(Portfolio, value)

    def to_json(self) -> dict[str, Any]:
        """As JSON, without what is unknown."""
        found: dict[str, Any] = rule.write(self)
        return found


def compare_portfolio(
    portfolio: Portfolio, wanted: Record, *, margins: Margins | None = None
) -> Comparison:
    """The five rows of a portfolio against what it is to count for.

    Raises ``DescriptorError`` ``descriptor.choice`` when it covers an outcome nobody wants.
    """
    limits, target = margins or Margins(), wanted.achievement
    texts = tuple(dict.fromkeys(filter(None, (target.say(o.statement) for o in target.outcomes))))
    for number, one in enumerate(portfolio.covered):
        if one.wanted not in texts:
            refuse("choice", f"covered/{number}/wanted", "is no outcome that is wanted.")
    seen = Achievement(level=portfolio.level, workload=portfolio.workload, field=portfolio.field)
    found = tuple(
        Match(
            wanted=one.wanted,
            held=one.found,
            relation=one.relation,
            basis="evidence",
            evidence="; ".join(one.pieces)[:PARAGRAPH],
            confidence=one.confidence,
        )
        for one in portfolio.covered
    )
    return Comparison(
        rows=(
            level_row(portfolio.level, target.level, limits),
            workload_row(seen, target, "", limits),
            _assessed(portfolio),
            profile_row(seen, target),
            outcome_row(found, tuple(dict.fromkeys(one.held for one in found)), texts),
        ),
        matches=found,
        wanted_outcomes=texts,
        credit=target.credit,
    )


def _assessed(portfolio: Portfolio) -> Row:
    """Who assessed it and how; sealed evidence can be looked at again later."""
    sealed = sum(1 for one in portfolio.evidence if one.sha256)
    count = len(portfolio.evidence)
    who = portfolio.assessor.name if portfolio.assessor else ""
    how = portfolio.method.replace("-", " ")
    whole = sealed == count
    reason = (
        "Who assessed it and how is stated, and every piece is sealed."
        if whole
        else f"Only {sealed} of {count} pieces are sealed by a digest; the others can change."
    )
    return Row(
        name="quality",
        held=f"Assessed by {who}, {how}; {count} piece{'' if count == 1 else 's'} of evidence.",
        wanted="Evidence that an assessor named by the recogniser has judged.",
        finding=SAME if whole else UNKNOWN,
        reason=reason,
    )
