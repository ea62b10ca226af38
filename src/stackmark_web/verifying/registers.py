"""Signed registers: those of others taken over, and an organisation's own as a signed list."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.trust.register import Register
from stackmark.trust.signed_register import open_register, sign_register
from stackmark.verification.dates import stamp
from stackmark.verification.registers import check_register
from stackmark_web import clock
from stackmark_web.audit.actions import record as audit
from stackmark_web.awarding.signing import pen_of
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.verifying.fetching import server_fetcher
from stackmark_web.verifying.models import SignedRegister, TrustEntry

MOST: Final = 20  # registers that one keeper may take over
MAX_BYTES: Final = 512 * 1024
MAX_DAYS: Final = 366


def imports(organisation: Any) -> QuerySet[SignedRegister]:
    """The signed registers somebody took over, those that ran out too."""
    rows = SignedRegister.objects.filter(organisation=organisation)
    return rows.select_related("added_by").order_by("name", "by")


@lru_cache(maxsize=64)
def _opened(data: bytes) -> Register:
    return open_register(data).register


def opened(row: SignedRegister) -> Register:
    """The entries of one; its signature was checked when it came."""
    return _opened(bytes(row.data))


def tree_of(rows: QuerySet[TrustEntry]) -> dict[str, Any]:
    """Entries as the file ``stackmark verify --trust`` reads."""
    return {"issuers": [_entry(row) for row in rows]}


def _entry(row: TrustEntry) -> dict[str, Any]:
    found: dict[str, Any] = {"id": row.issuer, "name": row.name}
    if row.accepted_as != ["issuer"]:
        found["as"] = list(row.accepted_as)
    if row.note:
        found["note"] = row.note
    for name, when in (("from", row.valid_from), ("until", row.valid_until)):
        if when is not None:
            found[name] = stamp(when)
    return found


def _permit(actor: Any, organisation: Any) -> None:
    """As for single entries; actor None is the system."""
    if actor is None:
        return
    if organisation is not None:
        tenancy.require(actor, Permission.TRUST, organisation)
    elif not getattr(actor, "is_operator", False):
        raise PermissionDenied(_("Only the operator of this server keeps its register."))


def take_over(organisation: Any, *, actor: Any, data: bytes) -> SignedRegister:
    """Check a signed register and use it until it runs out; a newer edition takes its place.

    Raises ``StackmarkError`` with what is wrong: one that cannot be believed is not used at all.
    The publisher's keys are fetched before anything is locked or stored.
    """
    _permit(actor, organisation)
    if len(data) > MAX_BYTES:
        raise UsageError("usage.trust", _("This register is larger than 512 kB."))
    now = clock.now()
    found = check_register(data.strip(), server_fetcher(), now)
    with transaction.atomic():
        before = SignedRegister.objects.filter(organisation=organisation, by=found.by)
        if before.filter(starts_at__gt=found.start).exists():
            raise UsageError("usage.trust", _("A newer edition of this register is here already."))
        before.delete()
        if imports(organisation).count() >= MOST:
            raise UsageError("usage.trust", _("At most %d registers can be taken over.") % MOST)
        made = SignedRegister.objects.create(
            organisation=organisation,
            by=found.by,
            name=found.name[:300],
            starts_at=found.start,
            ends_at=found.end,
            data=data.strip(),
            added_by=actor,
            added_at=now,
        )
        audit(
            "trust.imported",
            actor=actor,
            target=made,
            organisation=organisation,
            after={"by": found.by},
            label=made.name,
        )
    return made


@transaction.atomic
def drop(row: SignedRegister, *, actor: Any) -> None:
    """Use a register no more."""
    _permit(actor, row.organisation)
    audit(
        "trust.import-removed",
        actor=actor,
        target=row,
        organisation=row.organisation,
        before={"by": row.by},
        label=row.name,
    )
    row.delete()


@transaction.atomic
def sign(organisation: Any, *, actor: Any, days: int) -> bytes:
    """An organisation's own entries as a list signed by its institution, to be given to others.

    The server itself has no key, so its operator's register goes out as plain JSON only. Raises
    ``UsageError`` and, when there is no key or the signer is away, ``StackmarkError``.
    """
    _permit(actor, organisation)
    if not 1 <= days <= MAX_DAYS:
        raise UsageError("usage.trust", _("A signed register holds for 1 to 366 days."))
    rows = TrustEntry.objects.filter(organisation=organisation).order_by("name", "issuer")
    if not rows.exists():
        raise UsageError("usage.trust", _("There is no entry to sign yet."))
    pen, now = pen_of(organisation), clock.now()
    made = sign_register(
        tree_of(rows),
        by=pen.did,
        kid=pen.method,
        signer=pen.signer,
        start=now,
        end=now + timedelta(days=days),
        name=organisation.name,
    )
    audit("trust.exported", actor=actor, target=organisation, organisation=organisation)
    return made
