"""Check documents, keep records, run batches, and keep the registers of trusted issuers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.exchange.told import read_facts
from stackmark.reading.pdf import attachments, is_pdf
from stackmark.verification.artefacts import File
from stackmark_web import clock
from stackmark_web.audit.actions import record as audit
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.verifying import queries
from stackmark_web.verifying.artefacts import at_hand_for
from stackmark_web.verifying.checking import Checked, Checker, heard, received
from stackmark_web.verifying.fetching import CheckFetcher
from stackmark_web.verifying.issue_log import by_our_log
from stackmark_web.verifying.models import TrustEntry, VerificationRecord
from stackmark_web.verifying.standing import by_our_books

MAX_DAYS: Final = 3660
_WEB_PAGE: Final = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_NOT_KEPT: Final = frozenset({"report", "source"})  # a link may be a secret of its own


def check(
    data: bytes,
    *,
    recipient: str | None = None,
    organisation: Any = None,
    source: str = "",
    evidence: Sequence[File] = (),
) -> Checked:
    """The answer about one document of any kind; a bad one never raises.

    ``recipient`` is a name or address to compare; ``organisation`` says whose register of trusted
    issuers is asked (the operator's for None); ``source`` is shown beside the answer.
    """
    register = queries.register_for(organisation)
    checker = Checker(register=register.register, recipient=recipient)
    return told(checker.check(data, source=source, evidence=evidence), register)


def report_on(
    data: bytes,
    *,
    recipient: str | None = None,
    organisation: Any = None,
    facts: bool = False,
) -> dict[str, Any]:
    """The report about one document as ``stackmark verify --json`` gives it, without ``source``.

    ``facts`` adds the facts label and the evidence, as there. Nothing of a page is worked out.
    """
    register = queries.register_for(organisation)
    checker = Checker(register=register.register, recipient=recipient)
    checker.fetcher.next_source()
    data = _inside_pdf(data)
    read = received(data)
    at_hand = at_hand_for(read)
    report = by_our_books(by_our_log(at_hand.judge(checker.verifier).verify(data), read))
    heard(report.verdict)
    found = report.to_json()
    if facts:
        told_facts = read_facts(data, at_hand, at_hand.matched)
        found["facts"] = told_facts.to_json()
        if told_facts.evidence:
            found["evidence"] = [one.to_json() for one in told_facts.evidence]
    return found


def _inside_pdf(data: bytes) -> bytes:
    """The first document attached to a PDF; anything else as it is."""
    if not is_pdf(data):
        return data
    try:
        return next(iter(attachments(data)), data)
    except StackmarkError:
        return data


def check_link(
    url: str,
    *,
    recipient: str | None = None,
    organisation: Any = None,
    evidence: Sequence[File] = (),
) -> Checked:
    """The answer about the document behind an address, fetched by the one fetcher."""
    register = queries.register_for(organisation)
    checker = Checker(register=register.register, recipient=recipient)
    return told(fetched(checker, url, evidence), register)


def refuse(error: StackmarkError, *, source: str = "", organisation: Any = None) -> Checked:
    """The answer about something that could not be taken apart."""
    return told(Checker().unreadable(error, source=source), queries.register_for(organisation))


def fetched(checker: Checker, url: str, evidence: Sequence[File] = ()) -> Checked:
    """What is behind an address, judged; what cannot be had is an answer too."""
    try:
        data = bytes_behind(checker.fetcher, url)
    except StackmarkError as error:
        return checker.unreadable(error, source=url)
    return checker.check(data, source=url, evidence=evidence)


def bytes_behind(fetcher: CheckFetcher, url: str) -> bytes:
    """What is behind an address. Raises ``StackmarkError``, also for a page for people."""
    fetcher.next_source()
    data = fetcher.fetch(url)
    if _WEB_PAGE.match(data):
        raise _no_credential()
    return data


def _no_credential() -> ReadError:
    return ReadError("read.web-page", "The address answers with a web page, not a credential.")


def told(checked: Checked, register: queries.OwnRegister) -> Checked:
    """The same with what the register says of the issuer, and who keeps it."""
    about = checked.report.credential
    silent = register.slug and about.issuer_trust == "unknown"
    return replace(
        checked,
        register=register.keeper,
        trusted=register.statement(about.issuer_id, about.issuer_trust),
        chosen=register.slug,
        elsewhere=queries.server_statement(about) if silent else None,
    )


@transaction.atomic
def keep_record(
    found: dict[str, Any], *, actor: Any, days: int | None
) -> tuple[VerificationRecord, str]:
    """Keep what was found (``Checked.to_json``) at an unguessable address; not the document.

    ``days`` None keeps it without end. The person asked for it by a POST. Returns the record and
    the token of its address.
    """
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise UsageError("usage.days", _("Choose how long the record is kept."))
    token = secrets.token_urlsafe(32)
    rest = {name: value for name, value in found.items() if name not in _NOT_KEPT}
    made = VerificationRecord.objects.create(
        token_hash=queries.hashed(token),
        at=datetime.fromisoformat(found["report"]["checkedAt"]),
        sha256=found["sha256"],
        verdict=found["report"]["verdict"],
        report=found["report"],
        facts=rest,
        expires_at=None if days is None else clock.now() + timedelta(days=days),
        made_by=actor if getattr(actor, "pk", None) else None,
    )
    audit("verification.kept", actor=actor, target=made, after={"verdict": made.verdict})
    return made, token


@transaction.atomic
def delete_record(record: VerificationRecord, *, actor: Any) -> None:
    """Delete a record; only who made it may."""
    if not getattr(actor, "pk", None) or record.made_by_id != actor.pk:
        raise Http404("There is nothing here.")
    audit("verification.deleted", actor=actor, target=record)
    record.delete()


@transaction.atomic
def trust(
    organisation: Any = None,
    *,
    actor: Any,
    issuer: str,
    name: str,
    note: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    accepted_as: Sequence[str] = ("issuer",),
) -> TrustEntry:
    """Add an issuer or agency to the register of an organisation, or of this server for None.

    ``accepted_as``: ``issuer``, ``agency`` (its accreditations and rights to issue count) or both.
    """
    _require_keeper(actor, organisation)
    if not accepted_as or not set(accepted_as) <= {"issuer", "agency"}:
        raise UsageError("usage.trust", _("Say whether it is accepted as issuer, agency or both."))
    if valid_from and valid_until and valid_until < valid_from:
        raise UsageError("usage.trust", _("The end lies before the beginning."))
    try:
        with transaction.atomic():
            entry = TrustEntry.objects.create(
                organisation=organisation,
                issuer=issuer,
                name=name,
                note=note,
                accepted_as=list(accepted_as),
                valid_from=valid_from,
                valid_until=valid_until,
                added_by=actor,
                added_at=clock.now(),
            )
    except IntegrityError:
        raise UsageError("usage.trust", _("This register names that issuer already.")) from None
    audit(
        "trust.added",
        actor=actor,
        target=entry,
        organisation=organisation,
        after={"issuer": issuer, "name": name}
        | ({"as": list(accepted_as)} if "agency" in accepted_as else {}),
        label=name,
    )
    return entry


@transaction.atomic
def distrust(entry: TrustEntry, *, actor: Any) -> None:
    """Take an issuer out of a register; the audit trail keeps that it was there."""
    _require_keeper(actor, entry.organisation)
    audit(
        "trust.removed",
        actor=actor,
        target=entry,
        organisation=entry.organisation,
        before={"issuer": entry.issuer, "name": entry.name},
        label=entry.name,
    )
    entry.delete()


def _require_keeper(actor: Any, organisation: Any) -> None:
    """Who may change a register; actor None is the system itself (the demo world)."""
    if actor is None or queries.may_keep_register(actor, organisation):
        return
    if organisation is None:
        raise PermissionDenied(_("Only the operator of this server keeps its register."))
    tenancy.require(actor, Permission.TRUST, organisation)
