"""How a credential of ours stands in the books here: what the public may know, and no more.

A credential names one status list (docs/decisions/0008), so the list may hold the weaker word:
*suspended* of one that was revoked. Whoever awarded it here knows better, and the page says so.

And a list is published after the change it tells of: in that moment, or for as long as the
signer is away, it says nothing yet. What our books say is off is off in our own answers at once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import orjson

from stackmark.verification.policy import policy_named
from stackmark.verification.report import Report, failed
from stackmark_web.awarding import queries as awarding
from stackmark_web.verifying.fetching import own_path

_ADDRESS: Final = re.compile(r"/credentials/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_LISTED: Final = ("status.revoked", "status.suspended")
_TOLD: Final = {  # status in our books → reason and words of the status check
    "revoked": ("status.revoked", "it was revoked"),
    "superseded": ("status.revoked", "a corrected one took its place"),
    "suspended": ("status.suspended", "it is suspended"),
}

Own = dict[str, dict[str, str]]  # credential id → status, since


def by_our_books(report: Report) -> Report:
    """The report, refused where our books say that a credential of ours is off.

    Only ever stricter: what a list calls off stays off until the list says otherwise.
    """
    parts = tuple(map(by_our_books, report.parts))
    found = "" if report.check("status").outcome == "failed" else _standing(report)
    if found not in _TOLD and parts == report.parts:
        return report
    checks = report.checks
    if found in _TOLD:
        reason, words = _TOLD[found]
        detail = f"The books of its issuer, kept here, say that {words}; its list follows."
        said = failed("status", reason, detail)
        checks = tuple(said if check.code == "status" else check for check in checks)
    policy = policy_named(report.policy)
    known = report.credential.issuer_trust == "known"
    verdict = policy.verdict(checks, parts, known=known)
    return replace(report, verdict=verdict, checks=checks, parts=parts)


def _standing(report: Report) -> str:
    award = award_of(report)
    return "" if award is None else str(awarding.status_of(award)[0])


def own_standings(report: Report) -> Own:
    """Status and instant of each credential of ours in a report that its list says is off."""
    found: Own = {}
    for one in (report, *report.parts):
        listed = one.check("status").reason in _LISTED
        award = award_of(one) if listed else None
        status, when = ("", None) if award is None else awarding.status_of(award)
        if status in _TOLD:
            since = when.isoformat() if when is not None else ""
            found[one.credential.id or ""] = {"status": status, "since": since}
    return found


def award_of(report: Report) -> Any:
    """The award here behind a credential; only where the proof is of the issuer it was made by."""
    proven = all(report.check(code).outcome == "passed" for code in ("proof", "issuer-key"))
    own = own_path(report.credential.id or "")
    named = _ADDRESS.fullmatch(own[0]) if own else None
    if named is None or not proven:
        return None
    award: Any = awarding.award_in_books(named[1])
    if award is None:
        return None
    issuer = orjson.loads(awarding.credential_bytes(award))["issuer"]["id"]
    return award if issuer == report.credential.issuer_id else None
