"""``Judgement``: the rows, the class, the warnings, and the verdict that follows from the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from stackmark.quality.advice import Advice
from stackmark.quality.classes import Class
from stackmark.quality.coverage import Coverage
from stackmark.quality.profile import Profile

OUTCOMES: Final = ("passed", "failed", "could-not-tell", "not-applicable")
CONFORMS: Final = "conforms"
NOT: Final = "does-not-conform"
OPEN: Final = "could-not-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row: ``pointer`` leads into the document, to the thing or to the nearest around it."""

    id: str
    element: str
    outcome: str
    severity: str
    pointer: str
    message: str
    fix: str
    clause: str

    @property
    def is_finding(self) -> bool:
        """Whether somebody should look at it."""
        return self.outcome in ("failed", "could-not-tell")

    def to_json(self) -> dict[str, Any]:
        """The row as it is printed."""
        return {name: getattr(self, name) for name in _MEMBERS}


_MEMBERS: Final = (
    *("id", "element", "outcome", "severity", "pointer", "message", "fix", "clause"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a profile makes of a document. No score: counts an outcome at most."""

    profile: Profile
    format: str
    is_design: bool
    derived: Class
    mislabel: str = ""
    rows: tuple[Result, ...]
    warnings: tuple[Advice, ...]
    coverage: Coverage

    @property
    def findings(self) -> tuple[Result, ...]:
        """The rows that failed or could not be told, in the profile's order."""
        return tuple(row for row in self.rows if row.is_finding)

    @property
    def verdict(self) -> str:
        """By the mandatory rows: does-not-conform when one failed, else could-not-tell."""
        found = {row.outcome for row in self.rows if row.severity == "mandatory"}
        if "failed" in found:
            return NOT
        return OPEN if "could-not-tell" in found else CONFORMS

    @property
    def conforms(self) -> bool | None:
        """Whether every mandatory row passed or is not applicable; None for a checklist."""
        return None if self.profile.is_checklist else self.verdict == CONFORMS

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each outcome."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def _class(self) -> dict[str, Any]:
        told = {"value": self.derived.value, "because": list(self.derived.because)}
        return told | ({"mislabel": self.mislabel} if self.mislabel else {})

    def to_json(self, source: str) -> dict[str, Any]:
        """The judgement as the command line and the pages show it."""
        checklist = self.profile.is_checklist
        return {
            "source": source,
            "format": self.format,
            "design": self.is_design,
            "profile": self.profile.id,
            "title": self.profile.title,
            "reading": self.profile.reading,
            "kind": self.profile.kind,
            "conforms": self.conforms,
            "verdict": "readiness checklist" if checklist else self.verdict,
            "class": self._class(),
            "counts": self.counts,
            "rows": [row.to_json() for row in self.rows],
            "warnings": [one.to_json() for one in self.warnings],
            "coverage": self.coverage.to_json(),
            "notJudged": list(self.profile.not_judged),
        }
