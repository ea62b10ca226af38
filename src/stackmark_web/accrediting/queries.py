"""Reads: requests of and to an organisation, and what was stated about whom."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import Http404

from stackmark.trust.standing import Matter
from stackmark_web.accrediting import carrying, checking
from stackmark_web.accrediting.models import Request, Statement
from stackmark_web.accrediting.wording import scope_words
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

_TIED: Final = ("organisation", "agency", "version__achievement")
_STATED: Final = ("organisation", "subject", "version__achievement", "status_list")
MOST: Final = 20  # statements on one page


def requests_of(organisation: Any) -> QuerySet[Any]:
    """What an organisation and its units asked for, newest first."""
    return Request.objects.within(organisation).select_related(*_TIED).order_by("-asked_at")


def request_of(organisation: Any, pk: uuid.UUID) -> Request:
    """One of them; ``Http404`` for any other."""
    return _one(requests_of(organisation).filter(pk=pk))


def requests_to(agency: Any) -> QuerySet[Any]:
    """What others ask of an institution; those that wait for it first."""
    rows = Request.everywhere.filter(agency=agency).select_related(*_TIED)
    return rows.exclude(state=Request.State.WITHDRAWN).order_by("decided_at", "asked_at")


def request_to(agency: Any, pk: uuid.UUID) -> Request:
    """One of them; ``Http404`` for any other."""
    rows = Request.everywhere.filter(agency=agency, pk=pk)
    return _one(rows.select_related(*_TIED, "proposed_by", "decided_by"))


def statements_by(agency: Any) -> QuerySet[Any]:
    """What an institution has stated, newest first."""
    rows = Statement.everywhere.filter(organisation=agency)
    return rows.select_related(*_STATED).order_by("-made_at")


def statement_by(agency: Any, pk: uuid.UUID) -> Statement:
    """One of them; ``Http404`` for any other."""
    return _one(statements_by(agency).filter(pk=pk))


def statement(pk: uuid.UUID) -> Statement | None:
    """A statement at its public address."""
    found: Statement | None = Statement.everywhere.select_related(*_STATED).filter(pk=pk).first()
    return found


def signed_bytes(row: Statement) -> bytes:
    """A statement exactly as it was signed."""
    return bytes(row.signed)


def _one(rows: QuerySet[Any]) -> Any:
    found = rows.first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def may_be_asked(organisation: Any) -> QuerySet[Organisation]:
    """The institutions a request may go to: all but one's own, agencies first."""
    rows = Organisation.objects.filter(parent__isnull=True)
    return rows.exclude(pk=tenancy.root_of(organisation).pk).order_by("name")


# -- who looked at it --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """A statement as a page shows it: ``standing`` was checked for this very page.

    ``later``: it was made after the credential it is shown with, so it is not inside it.
    """

    row: Statement
    standing: str
    scope: list[str]
    later: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is signed, in force and not withdrawn."""
        return self.standing == checking.HOLDS


def looked_at_organisation(organisation: Any) -> list[Looked]:
    """What was stated about an institution, for its own page; a unit shows its institution's."""
    return _looked(_about([tenancy.did_of(organisation)]))


def looked_at_version(version: Any, organisation: Any = None) -> list[Looked]:
    """What was stated about a version, and about its institution where that covers it."""
    place = organisation or version.organisation
    matter = carrying.matter_for(version, place)
    return _looked(_about([str(version.signable.get("id") or ""), matter.issuer]), matter)


def looked_at_credential(matter: Matter, issued: datetime | None) -> list[Looked]:
    """What was stated here about the issuer or the achievements of a credential."""
    return _looked(_about([matter.issuer, *matter.achievements]), matter, issued)


def _about(ids: Iterable[str]) -> list[Statement]:
    rows = Statement.everywhere.filter(Q(about__in=[one for one in ids if one]))
    return list(rows.select_related(*_STATED).order_by("withdrawn_at", "-made_at")[:MOST])


def _looked(
    rows: list[Statement], matter: Matter | None = None, issued: datetime | None = None
) -> list[Looked]:
    """Those in scope, what holds first."""
    found = [
        Looked(
            row,
            checking.standing(row),
            scope_words(row.scope),
            issued is not None and row.made_at > issued,
        )
        for row in rows
        if matter is None or carrying.in_scope(row, matter)
    ]
    return sorted(found, key=lambda one: not one.holds)
