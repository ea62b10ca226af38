"""The report: an ordered list of checks, the same in library, command line, API and page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

from stackmark.trust.standing import Standing

Outcome = Literal["passed", "failed", "could-not-tell", "not-applicable"]
Verdict = Literal["verified", "refused", "could-not-tell"]
IssuerTrust = Literal["known", "unknown", "out-of-scope"]

# The numbered steps, in order: code → (what is asked, where it comes from).
STEPS: Final[dict[str, tuple[str, str]]] = {
    "read": ("Can it be read without ambiguity?", "RFC 8259; OB 3.0 §5.3 and §8"),
    "format": ("Is it a credential of a known kind, with all that one needs?", "VC DM 2.0 §4"),
    "context": (
        "Are its terms defined by contexts that are known by their hash?",
        "VC DM 2.0 §4.3",
    ),
    "schema": (
        "Does it have the shape its standard publishes?",
        "OB 3.0 §8.1 step 3; VC JSON Schema",
    ),
    "lossless": ("Is every member covered by what is signed?", "Data Integrity §4.6"),
    "proof": ("Does every signature fit?", "Data Integrity §4.4; RFC 7515 §5.2"),
    "issuer-key": (
        "Is the key the issuer's, for making assertions?",
        "Controlled Identifiers §3.3",
    ),
    "key-time": ("Was the key good when it was used?", "Controlled Identifiers §2.2"),
    "validity": ("Is it within its dates?", "VC DM 2.0 §4.9"),
    "status": (
        "Has it been revoked or suspended?",
        "Bitstring Status List §3.2; OB 3.0 §8.1 step 6",
    ),
    "refresh": ("Is there a newer edition?", "OB 3.0 §8.1 step 5"),
    "related": ("Are the resources it points to unchanged?", "VC DM 2.0 §5.3"),
    "endorsements": ("Do the endorsements inside it hold?", "OB 3.0 §8.3"),
    "recipient": ("Was it issued to the person you ask about?", "OB 3.0 §8.1 step 8"),
    "trust": ("Is the issuer accepted for this by your register?", "Stackmark trust register"),
}
CODES: Final = tuple(STEPS)


@dataclass(frozen=True, slots=True)
class Check:
    """One answered question.

    ``reason`` is ``code.slug`` and stable; ``detail`` is a sentence for a person; ``clause``
    says which standard asks.
    """

    code: str
    outcome: Outcome
    reason: str
    detail: str
    clause: str

    def to_json(self) -> dict[str, str]:
        """The member of the JSON report."""
        return {
            "code": self.code,
            "outcome": self.outcome,
            "reason": self.reason,
            "detail": self.detail,
            "clause": self.clause,
        }


@lru_cache(maxsize=2_048)
def passed(code: str, detail: str, slug: str = "ok") -> Check:
    """A check whose answer is yes."""
    return Check(code, "passed", f"{code}.{slug}", detail, STEPS[code][1])


def failed(code: str, reason: str, detail: str) -> Check:
    """A check whose answer is no; ``reason`` may belong to the family of another code."""
    return Check(code, "failed", reason, detail, STEPS[code][1])


def could_not_tell(code: str, reason: str, detail: str) -> Check:
    """A check that could not be made."""
    return Check(code, "could-not-tell", reason, detail, STEPS[code][1])


@lru_cache(maxsize=256)
def not_applicable(code: str, detail: str, slug: str = "none") -> Check:
    """A check that has nothing to ask here."""
    return Check(code, "not-applicable", f"{code}.{slug}", detail, STEPS[code][1])


NOT_REACHED: Final = {
    code: not_applicable(code, "Not reached: an earlier check stopped the work.", "not-reached")
    for code in CODES
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about, as the document itself says it.

    Times are the document's own text. ``recipient`` is the subject's id, or its first
    identifier when that is in plain text.
    """

    id: str | None = None
    name: str | None = None
    types: tuple[str, ...] = ()
    issuer_id: str | None = None
    issuer_name: str | None = None
    recipient: str | None = None
    issuer_trust: IssuerTrust = "unknown"
    valid_from: str | None = None
    valid_until: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The ``credential`` member of the JSON report."""
        return {
            "id": self.id,
            "name": self.name,
            "types": list(self.types),
            "issuer": {"id": self.issuer_id, "name": self.issuer_name},
            "recipient": self.recipient,
            "issuerTrust": self.issuer_trust,
            "validFrom": self.valid_from,
            "validUntil": self.valid_until,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The answer about one document."""

    verdict: Verdict
    format: str
    policy: str
    checked_at: str
    credential: Subject
    checks: tuple[Check, ...]
    parts: tuple[Report, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    standing: Standing | None = None

    def check(self, code: str) -> Check:
        """The check with this code."""
        return next(check for check in self.checks if check.code == code)

    @property
    def headline(self) -> str:
        """One sentence; never a bare "verified" while the issuer is not known."""
        if self.verdict == "verified":
            if self.credential.issuer_trust == "known":
                return "Verified: unaltered, in force, from an issuer you accept"
            if self.credential.issuer_trust == "out-of-scope":
                return "Unaltered and in force; the issuer is not accepted for this"
            return "Unaltered and in force; issuer not known to us"
        word = "Refused" if self.verdict == "refused" else "Could not tell"
        return f"{word}: {self.why}"

    @property
    def why(self) -> str:
        """The sentence of the check that decided."""
        wanted = "failed" if self.verdict == "refused" else "could-not-tell"
        for check in self.checks:
            if check.outcome == wanted and not check.reason.startswith("trust."):
                return check.detail
        below = next((part.why for part in self.parts if part.verdict == self.verdict), "")
        return below or "the policy asks for an issuer in your register, and this one is not."

    def to_json(self, source: str | None = None) -> dict[str, Any]:
        """The stable JSON form (``stackmark verify --json``)."""
        found: dict[str, Any] = {} if source is None else {"source": source}
        found |= {
            "verdict": self.verdict,
            "headline": self.headline,
            "format": self.format,
            "policy": self.policy,
            "checkedAt": self.checked_at,
            "credential": self.credential.to_json(),
            "checks": [check.to_json() for check in self.checks],
        }
        if self.standing is not None:
            found["standing"] = self.standing.to_json()
        if self.warnings:
            found["warnings"] = list(self.warnings)
        if self.parts:
            found["parts"] = [part.to_json() for part in self.parts]
        return found
