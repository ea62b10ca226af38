"""Reads: registers of trusted issuers and who keeps them, records of checks, batches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from stackmark.errors import StackmarkError
from stackmark.trust.register import Entry, Register
from stackmark.verification.dates import parse_stamp
from stackmark.verification.report import Subject
from stackmark_web import clock
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.ui.cards import Fact
from stackmark_web.verifying import labels, registers
from stackmark_web.verifying.fetching import OWN_FILES
from stackmark_web.verifying.models import (
    Batch,
    SignedRegister,
    TrustEntry,
    VerificationRecord,
)


@dataclass(frozen=True, slots=True)
class OwnRegister:
    """A register as the engine asks it, and whose it is."""

    register: Register
    keeper: str  # who says so
    slug: str = ""  # the organisation; empty for the operator
    rows: tuple[TrustEntry, ...] = ()
    imports: tuple[SignedRegister, ...] = ()  # taken over from others, in force

    def statement(self, issuer: str | None, standing: str) -> dict[str, Any] | None:
        """What this register says of an issuer it accepts, as plain JSON."""
        found = next((row for row in self.rows if row.issuer == issuer and row.is_issuer), None)
        if standing != "known":
            return None
        if found is None:
            return self._imported(issuer or "")
        return {
            "by": found.organisation.name if found.organisation else self.operator(),
            "name": found.name,
            "since": (found.valid_from or found.added_at).isoformat(),
            "note": found.note,
        }

    def _imported(self, issuer: str) -> dict[str, Any] | None:
        """The same from a register taken over: who says so, and until when."""
        for row in self.imports:
            for entry in registers.opened(row).entries.get(issuer, ()):
                note = gettext("in a register that is good until %s") % row.ends_at.date()
                since = (entry.start or row.starts_at).isoformat()
                return {"by": row.name, "name": entry.name or "", "since": since, "note": note}
        return None

    @staticmethod
    def operator() -> str:
        """What the keeper of the server's own register is called."""
        return gettext("the operator of this server")


def entries(organisation: Any) -> QuerySet[TrustEntry]:
    """The issuers an organisation vouches for; those of the operator for None."""
    rows = TrustEntry.objects.select_related("organisation", "added_by")
    return rows.filter(organisation=organisation).order_by("name", "issuer")


def register_for(organisation: Any = None) -> OwnRegister:
    """The operator's register, or that of an organisation with the units above it."""
    if organisation is None:
        rows, more = tuple(entries(None)), _in_force(Q(organisation=None))
        return OwnRegister(_register(rows, more), OwnRegister.operator(), "", rows, more)
    ids = tenancy.lineage(organisation)
    found = TrustEntry.objects.select_related("organisation").filter(organisation_id__in=ids)
    rows, more = tuple(found.order_by("name")), _in_force(Q(organisation_id__in=ids))
    return OwnRegister(_register(rows, more), organisation.name, organisation.slug, rows, more)


def _in_force(whose: Q) -> tuple[SignedRegister, ...]:
    """The registers taken over that have not run out."""
    return tuple(SignedRegister.objects.filter(whose, ends_at__gt=clock.now()))


def server_statement(about: Subject) -> dict[str, Any] | None:
    """What the server's register says of the issuer of a credential, if it accepts it."""
    server = register_for(None)
    try:
        issued = parse_stamp(about.valid_from, "validFrom") if about.valid_from else None
    except StackmarkError:
        return None
    standing, _sentence = server.register.standing(about.issuer_id or "", [], issued)
    return server.statement(about.issuer_id, standing)


def _register(rows: tuple[TrustEntry, ...], more: tuple[SignedRegister, ...]) -> Register:
    found: dict[str, tuple[Entry, ...]] = {}
    for one in more:
        for issuer, entries_of in registers.opened(one).entries.items():
            found[issuer] = (*found.get(issuer, ()), *entries_of)
    for row in rows:
        entry = Entry(
            row.issuer,
            row.name,
            None,
            row.valid_from,
            row.valid_until,
            tuple(row.accepted_as),
        )
        found[row.issuer] = (*found.get(row.issuer, ()), entry)
    return Register(found)


def registers_of(user: Any) -> list[tuple[str, str]]:
    """The registers a person may ask: slug and name; the operator's first, under no slug."""
    own = [("", gettext("The register of this server"))]
    return own + [(place.slug, place.name) for place in tenancy.workplaces(user)]


def organisation_of_register(user: Any, slug: str) -> Any:
    """The organisation whose register a person chose; None for the operator's.

    A stranger who names an organisation gets the operator's, as everybody does.
    """
    if not slug:
        return None
    return next((place for place in tenancy.workplaces(user) if place.slug == slug), None)


def may_keep_register(user: Any, organisation: Any) -> bool:
    """Whether a person may change the register of an organisation, or of the server for None."""
    if organisation is None:
        return bool(getattr(user, "is_operator", False))
    return tenancy.may(user, Permission.TRUST, organisation)


def record(token: str) -> VerificationRecord | None:
    """The record at an address, unless its time is over."""
    now = clock.now()
    rows = VerificationRecord.objects.filter(token_hash=hashed(token))
    return rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).first()


def batch(token: str) -> Batch | None:
    """The table at an address, unless its time is over."""
    rows = Batch.objects.select_related("run").filter(token_hash=hashed(token))
    return rows.filter(expires_at__gt=clock.now()).first()


def hashed(token: str) -> str:
    """A secret token as it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def facts_label(tree: Mapping[str, Any]) -> list[Fact]:
    """The facts label of a document, as it states them, in the reader's language."""
    return labels.shown(labels.read(tree, OWN_FILES))


def bound_files(tree: Mapping[str, Any]) -> dict[str, bytes]:
    """The files a document is bound to that this server publishes, by their address."""
    return labels.bound_files(tree, OWN_FILES)
