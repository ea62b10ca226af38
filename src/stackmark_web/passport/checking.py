"""Check a holding and keep the answer beside it; its bytes are never touched."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from stackmark.verification.report import Check, Report
from stackmark_web import clock
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.matching import match_of
from stackmark_web.passport.models import Holding
from stackmark_web.passport.queries import addresses_of
from stackmark_web.ui.commits import after_commit
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.checking import Checked, Checker
from stackmark_web.verifying.queries import register_for
from stackmark_web.verifying.showing import Shown

# The credential is its issuer's and unchanged; it is only over, or taken back.
_GENUINE: Final = {
    "status.revoked": Holding.Standing.REVOKED,
    "status.suspended": Holding.Standing.SUSPENDED,
    "validity.expired": Holding.Standing.NONE,
    "validity.not-yet": Holding.Standing.NONE,
}


def credential_bytes(holding: Holding) -> bytes:
    """The bytes of a holding as they came or were signed."""
    stored = holding.award.signed if holding.award is not None else holding.data
    return bytes(stored or b"")


def check_holding(holding: Holding) -> Checked:
    """Check it now and keep the answer."""
    checked = verifying.check(credential_bytes(holding))
    keep_answer(holding, checked)
    return checked


def check_after_commit(holding_id: uuid.UUID) -> None:
    """Check it once the caller's change is stored: nobody is asked while rows are held."""
    after_commit(_check_if_there, holding_id)


def _check_if_there(holding_id: uuid.UUID) -> None:
    found = Holding.objects.filter(pk=holding_id).select_related("user", "award").first()
    if found is not None:
        check_holding(found)


def answer_of(holding: Holding) -> Shown | None:
    """What a page shows: for what was issued here an answer of this moment, else the last one.

    Our own documents are at hand; asking other issuers anew is a step that somebody asks for.
    """
    if holding.award_id is not None:
        return verifying.check(credential_bytes(holding)).shown
    return Shown(holding.report) if holding.report else None


def check_many(holdings: Iterable[Holding], beat: Callable[[], None]) -> None:
    """Check several, sharing what is fetched; ``beat`` is called before each is stored."""
    register = register_for(None)
    checker = Checker(register=register.register)
    for holding in holdings:
        checked = checker.check(credential_bytes(holding))
        beat()
        keep_answer(holding, verifying.told(checked, register))


def keep_answer(holding: Holding, checked: Checked) -> None:
    """Store an answer; an imported credential's label and standing follow from it."""
    values: dict[str, Any] = {"report": checked.to_json(), "checked_at": clock.now()}
    if holding.award_id is None:
        values["provenance"], values["standing"] = label_of(checked.report, checked.facts)
        values["match"] = match_of(Contents(credential_bytes(holding)), addresses_of(holding.user))
    for name, value in values.items():
        setattr(holding, name, value)
    holding.save(update_fields=list(values))


def label_of(report: Report, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Provenance and standing of an imported credential.

    One that is only expired, revoked or suspended is still verified as its issuer's own. Of one
    of ours the books here know more than its list can say.
    """
    failed = [check.reason for check in _decisive(report) if check.outcome == "failed"]
    if any(reason not in _GENUINE for reason in failed):
        return Holding.Provenance.REFUSED, Holding.Standing.NONE
    standing = next(filter(None, (_GENUINE[reason] for reason in failed)), Holding.Standing.NONE)
    own = (facts.get("own") or {}).get(report.credential.id or "", {}).get("status")
    if own in ("revoked", "superseded"):
        standing = Holding.Standing.REVOKED
    if report.verdict == "verified" or (failed and _proven(report)):
        return Holding.Provenance.VERIFIED, standing
    return Holding.Provenance.UNTOLD, standing


def _decisive(report: Report) -> Iterator[Check]:
    """The checks that may decide, those of the parts included; trust stands beside."""
    yield from (check for check in report.checks if check.code not in ("trust", "endorsements"))
    for part in report.parts:
        yield from _decisive(part)


def _proven(report: Report) -> bool:
    """Its issuer signed it, and nothing was left open."""
    told = all(check.outcome != "could-not-tell" for check in _decisive(report))
    return told and report.check("proof").outcome == "passed"
