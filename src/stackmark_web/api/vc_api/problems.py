"""Answers that say no, as problem details (RFC 9457; VC Data Model 2.0 section 7.2)."""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.verification.report import Check, Report

_VC: Final = "https://www.w3.org/TR/vc-data-model#"
_DI: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
# Stable word, or the part before its dot → the type that the standards have for it.
_TYPES: Final = {
    "read": f"{_VC}PARSING_ERROR",
    "request": f"{_VC}MALFORMED_VALUE_ERROR",
    "format": f"{_VC}MALFORMED_VALUE_ERROR",
    "context": f"{_VC}MALFORMED_VALUE_ERROR",
    "schema": f"{_VC}MALFORMED_VALUE_ERROR",
    "related": f"{_VC}MALFORMED_VALUE_ERROR",
    "validity": f"{_VC}RANGE_ERROR",
    "validity.malformed": f"{_VC}MALFORMED_VALUE_ERROR",
    "lossless": f"{_DI}PROOF_TRANSFORMATION_ERROR",
    "usage": f"{_DI}PROOF_GENERATION_ERROR",
    "proof": f"{_DI}PROOF_VERIFICATION_ERROR",
    "proof.challenge": f"{_DI}INVALID_CHALLENGE_ERROR",
    "proof.domain": f"{_DI}INVALID_DOMAIN_ERROR",
    "issuer-key": f"{_DI}INVALID_VERIFICATION_METHOD",
    "key-time": f"{_DI}PROOF_VERIFICATION_ERROR",
    "status": f"{_STATUS}STATUS_VERIFICATION_ERROR",
    "status.unreachable": f"{_STATUS}STATUS_RETRIEVAL_ERROR",
    "status.length": f"{_STATUS}STATUS_LIST_LENGTH_ERROR",
    "status.range": f"{_STATUS}RANGE_ERROR",
    "status.malformed": f"{_STATUS}MALFORMED_VALUE_ERROR",
    "status.too-large": f"{_STATUS}MALFORMED_VALUE_ERROR",
}
_OTHER: Final = f"{_VC}CRYPTOGRAPHIC_SECURITY_ERROR"


class Refused(Exception):  # noqa: N818 - reads as what it is
    """A request that is answered with a status of its own."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail


def bad_request(detail: str) -> Refused:
    """A request that is not what the address takes."""
    return Refused(400, "request.malformed", detail)


def type_of(reason: str) -> str:
    """The problem type of a reason of ours."""
    return _TYPES.get(reason) or _TYPES.get(reason.partition(".")[0]) or _OTHER


def problem(reason: str, detail: str, status: int = 400) -> dict[str, Any]:
    """One problem: ``reason`` is our own stable word beside the standards' type."""
    kind = type_of(reason)
    title = kind.rpartition("#")[2].replace("_", " ").capitalize()
    return {"type": kind, "title": title, "status": status, "detail": detail, "reason": reason}


def of_error(error: StackmarkError) -> dict[str, Any]:
    """The problem behind an error that was raised on purpose."""
    return problem(error.reason, error.detail)


def of_report(report: Report) -> list[dict[str, Any]]:
    """Every check that decided against a document, its own before those of what is inside."""
    found = [
        problem(check.reason, check.detail)
        for check in report.checks
        if check.outcome in ("failed", "could-not-tell") and _counts(report, check)
    ]
    return found + [one for part in report.parts for one in of_report(part)]


def _counts(report: Report, check: Check) -> bool:
    return check.detail not in report.warnings
