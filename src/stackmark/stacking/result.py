"""What an audit says: verdict, witness, what is missing, what to do, and when things age out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from stackmark.stacking.witness import Witness

Verdict = Literal["yes", "no", "undecided"]
ITEMS: Final = "credentials"
"""The unit of a rule that counts holdings."""


def number(value: Fraction) -> int | float:
    """An exact number as JSON has it: whole where it is whole."""
    return int(value) if value.denominator == 1 else float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one rule of the tree is, in the assignment of the audit.

    ``needs`` and ``has`` are credentials, credits in the rules' unit, or for a rule over rules the
    number of those that are met. ``holdings`` serve it, ``could`` might and are not used.
    """

    rule: str
    needs: Fraction
    has: Fraction
    unit: str
    met: bool
    holdings: tuple[str, ...] = ()
    could: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it."""
        return {
            "rule": self.rule,
            "needs": number(self.needs),
            "has": number(self.has),
            "unit": self.unit,
            "met": self.met,
            "holdings": list(self.holdings),
            "could": list(self.could),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A rule or limit that is not met: ``holdings`` count so far and give ``has`` of ``needs``."""

    rule: str
    needs: Fraction
    has: Fraction
    unit: str
    sentence: str
    holdings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it."""
        return {
            "rule": self.rule,
            "needs": number(self.needs),
            "has": number(self.has),
            "unit": self.unit,
            "holdings": list(self.holdings),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """A holding that counts now, for a rule, up to and with the day ``until``.

    ``why`` is ``age`` (``rule`` is the limit or leaf that says so) or ``expiry`` (``rule`` is
    empty: the document itself ends).
    """

    holding: str
    rule: str
    until: dt.date
    why: str = "age"

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it."""
        return {
            "holding": self.holding,
            "rule": self.rule or None,
            "until": self.until.isoformat(),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something nobody knows that keeps the verdict open: ``about`` names the fact (``level``…)."""

    holding: str
    rule: str
    about: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it."""
        return {
            "holding": self.holding,
            "rule": self.rule,
            "about": self.about,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCounted:
    """A holding that serves nothing, and why: one word (``too-old``) and a sentence."""

    holding: str
    why: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it."""
        return {"holding": self.holding, "why": self.why, "sentence": self.sentence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The smallest additions found that make a no a yes; each was tried by auditing again.

    An addition has the members of a ``select`` (``field``, ``level_min``, ``skill``, …), and
    ``credits`` in the rules' unit. What it does not name may be anything. ``additions`` is empty
    where none was found; then the sentence says so.
    """

    additions: tuple[dict[str, Any], ...]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it; ``add`` is the first of ``additions``."""
        return {
            "add": self.additions[0] if self.additions else None,
            "additions": list(self.additions),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The answer of ``audit``.

    ``witness`` stands with a yes and passes ``witness.check``. ``unused`` serve nothing in the
    witness, or in the assignment that comes nearest. ``stated`` is true where some holding was
    not verified. ``least`` is true where no other witness uses less credit (proven). ``engine``
    names what decided: ``flow``, ``search`` or ``solver``; ``nodes`` is its work.
    """

    verdict: Verdict
    award: str
    at: dt.date
    stated: bool
    witness: Witness | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    explanation: tuple[str, ...] = ()
    smallest_change: Change | None = None
    unused: tuple[str, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    ageing: tuple[Ageing, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    progress: tuple[Progress, ...] = ()
    credits_used: Fraction = Fraction(0)
    least: bool = False
    engine: str = "search"
    nodes: int = 0

    def to_json(self) -> dict[str, Any]:
        """As ``stackmark audit --json`` prints it."""
        change = self.smallest_change
        return {
            "verdict": self.verdict,
            "award": self.award,
            "at": self.at.isoformat(),
            "holdingsStated": self.stated,
            "witness": None if self.witness is None else self.witness.to_json(),
            "shortfalls": [one.to_json() for one in self.shortfalls],
            "explanation": list(self.explanation),
            "smallestChange": None if change is None else change.to_json(),
            "unused": list(self.unused),
            "notCounted": [one.to_json() for one in self.not_counted],
            "ageing": [one.to_json() for one in self.ageing],
            "unknown": [one.to_json() for one in self.unknown],
            "progress": [one.to_json() for one in self.progress],
            "creditsUsed": number(self.credits_used),
            "leastCredit": self.least,
            "engine": self.engine,
            "nodes": self.nodes,
        }
