"""The five rows of a comparison, and how the outcomes of both sides relate.

European Area of Recognition manual: level, workload, quality, profile, learning outcomes. Each row
says both values in words, what was found, and why.
"""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.model import achievement_rules as rule
from stackmark.model.achievement import MAX_OUTCOMES, Credit
from stackmark.model.achievement_rules import PARAGRAPH, Part, refuse

ROWS: Final = ("level", "workload", "quality", "profile", "outcomes")
SAME: Final = "no-difference"
SLIGHT: Final = "not-substantial"
SUBSTANTIAL: Final = "substantial"
UNKNOWN: Final = "could-not-tell"
FINDINGS: Final = (SAME, SLIGHT, SUBSTANTIAL, UNKNOWN)
FINDING_WORDS: Final = {
    SAME: "no difference",
    SLIGHT: "difference, not substantial",
    SUBSTANTIAL: "substantial difference",
    UNKNOWN: "could not tell",
}
RELATIONS: Final = ("exact", "close", "broader", "narrower", "related")
COVERING: Final = frozenset({"exact", "close", "broader"})
"""Relations by which what is held covers what is wanted: ``broader`` is the held outcome."""
BASES: Final = ("skill-ids", "statement", "evaluator", "evidence")
_BY_PERSON: Final = frozenset({"evaluator", "evidence"})
MAX_MATCHES: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Part):
    """One row: ``held`` and ``wanted`` in words, ``finding`` of ``FINDINGS``, ``reason``.

    ``policy`` names the rule of ``stackmark.credit`` by which values were made comparable.
    """

    name: str = rule.choice(ROWS)
    held: str = rule.text(PARAGRAPH)
    wanted: str = rule.text(PARAGRAPH)
    finding: str = rule.choice(FINDINGS)
    reason: str = rule.text(PARAGRAPH)
    policy: str = rule.text(100)

    def check(self, place: str) -> None:
        """A row has its name and a finding."""
        if not self.name or not self.finding:
            refuse("missing", place, "a row needs its name and its finding.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Part):
    """How one held outcome relates to one wanted outcome.

    ``relation`` is that of the held outcome to the wanted one: a ``broader`` one covers more.
    ``basis`` says where the match is from; ``confidence``, from 0 to 1, is what the person who
    judged states of it and is asked for wherever a person judged.
    """

    wanted: str = rule.text(1_000)
    held: str = rule.text(1_000)
    relation: str = rule.choice(RELATIONS)
    basis: str = rule.choice(BASES)
    evidence: str = rule.text(PARAGRAPH)
    confidence: Decimal | None = rule.number(1)

    def check(self, place: str) -> None:
        """Both sides, the relation, its evidence, and a person's confidence."""
        if not (self.wanted and self.held and self.relation and self.basis and self.evidence):
            refuse("missing", place, "needs wanted, held, relation, basis and evidence.")
        if self.basis in _BY_PERSON and self.confidence is None:
            refuse("missing", f"{place}/confidence", "say how sure you are, from 0 to 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Part):
    """Five rows in the order of ``ROWS``, over what is held and what it is to count for.

    ``wanted_outcomes`` are the statements that a partial recognition chooses from, ``credit`` is
    what the wanted achievement is worth in all.
    """

    rows: tuple[Row, ...] = rule.parts(Row, len(ROWS))
    matches: tuple[Match, ...] = rule.parts(Match, MAX_MATCHES)
    wanted_outcomes: tuple[str, ...] = rule.words(1_000, MAX_OUTCOMES)
    credit: Credit | None = rule.part(Credit)

    def check(self, place: str) -> None:
        """All five rows, each once; matches speak of outcomes that are wanted."""
        if tuple(one.name for one in self.rows) != ROWS:
            refuse("missing", f"{place}/rows", f"are {', '.join(ROWS)}, in this order.")
        odd = [one.wanted for one in self.matches if one.wanted not in self.wanted_outcomes]
        if odd:
            refuse("choice", f"{place}/matches", f"{odd[0][:80]!r} is no outcome that is wanted.")

    def row(self, name: str) -> Row:
        """A row by its name. Raises ``UsageError`` ``recognition.row``."""
        for one in self.rows:
            if one.name == name:
                return one
        raise UsageError(
            "recognition.row", f"{name[:40]!r} is no row; the rows are {', '.join(ROWS)}."
        )

    def judged(self, name: str, finding: str, reason: str) -> Comparison:
        """The comparison with one row as a person found it; the words of both sides stay.

        Raises ``UsageError`` ``recognition.row``, ``recognition.finding`` for a word that is no
        finding, ``recognition.row-reason`` when a difference is given no reason.
        """
        old = self.row(name)
        if finding not in FINDINGS:
            raise UsageError(
                "recognition.finding", f"{finding[:40]!r} is none of {', '.join(FINDINGS)}."
            )
        if finding in (SLIGHT, SUBSTANTIAL) and not reason.strip():
            raise UsageError("recognition.row-reason", f"Say why {name} differs.")
        new = replace(old, finding=finding, reason=reason.strip())
        return replace(self, rows=tuple(new if one is old else one for one in self.rows))

    @property
    def substantial(self) -> tuple[Row, ...]:
        """The rows that stand against recognition. One that could not be told does not."""
        return tuple(one for one in self.rows if one.finding == SUBSTANTIAL)

    @property
    def covered(self) -> tuple[str, ...]:
        """The wanted outcomes that some held outcome covers, in their order."""
        found = {one.wanted for one in self.matches if one.relation in COVERING}
        return tuple(one for one in self.wanted_outcomes if one in found)

    @staticmethod
    def from_json(value: Any) -> Comparison:
        """Read strictly. Raises ``DescriptorError`` ``descriptor.…`` naming the place."""
        return rule.read(Comparison, value)

    def to_json(self) -> dict[str, Any]:
        """As JSON, without what is unknown."""
        found: dict[str, Any] = rule.write(self)
        return found


def outcome_row(matches: tuple[Match, ...], held: tuple[str, ...], wanted: tuple[str, ...]) -> Row:
    """The row of outcomes from its matches; never substantial without a person's word.

    An outcome without a match may still be covered: ids are often missing. The row then could
    not be told, and the burden stays with the recogniser.
    """
    whole = {one.wanted for one in matches if one.relation in COVERING}
    partly = {one.wanted for one in matches} - whole
    missing = [one for one in wanted if one not in whole and one not in partly]
    if not wanted:
        finding, reason = UNKNOWN, "What it is to count for states no outcomes."
    elif not held:
        finding, reason = UNKNOWN, "What is held states no outcomes."
    elif missing:
        finding = UNKNOWN
        reason = f"{len(missing)} of {len(wanted)} outcomes have no match: {'; '.join(missing)}"
    elif partly:
        finding = SLIGHT
        reason = f"{len(partly)} of {len(wanted)} outcomes are met by narrower or related ones only"
    else:
        finding, reason = SAME, f"Each of the {len(wanted)} outcomes is covered"
    return Row(
        name="outcomes",
        held=_listed(held),
        wanted=_listed(wanted),
        finding=finding,
        reason=f"{reason.rstrip('.')[: PARAGRAPH - 2]}.",
    )


def _listed(statements: tuple[str, ...]) -> str:
    found = "; ".join(statements) or "No outcomes are stated."
    return found if len(found) <= PARAGRAPH else f"{found[: PARAGRAPH - 1]}…"
