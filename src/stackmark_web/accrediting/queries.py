"""Reads: requests of and to an organisation, and what was stated about whom."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, Final, Literal

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise

from stackmark.quality.facts_label import Signed
from stackmark.trust.standing import Matter
from stackmark_web.accrediting import carrying, checking
from stackmark_web.accrediting.models import Request, Statement, Wanted
from stackmark_web.accrediting.wording import ICONS, MEANS, STANDINGS, scope_words
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

_TIED: Final = ("organisation", "agency", "version__achievement", "statement")
_STATED: Final = ("organisation", "subject", "version__achievement", "status_list")
_LABELLED: Final[dict[str, Literal["accreditation", "endorsement"]]] = {
    Wanted.ACCREDITATION: "accreditation",
    Wanted.ENDORSEMENT: "endorsement",
}
MOST: Final = 20  # statements on one page
_ADDRESS: Final = re.compile(
    r"/achievements/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,8})"
)


def requests_of(organisation: Any) -> QuerySet[Any]:
    """What an organisation and its units asked for, newest first."""
    return Request.objects.within(organisation).select_related(*_TIED).order_by("-asked_at")


def request_of(organisation: Any, pk: uuid.UUID) -> Request:
    """One of them; ``Http404`` for any other."""
    return _one(requests_of(organisation).filter(pk=pk))


def requests_to(agency: Any) -> QuerySet[Any]:
    """What others ask of an institution; those that wait for it first."""
    rows = Request.everywhere.filter(agency=agency).select_related(*_TIED)
    rows = rows.exclude(state=Request.State.WITHDRAWN)
    return rows.order_by(F("decided_at").desc(nulls_first=True), "asked_at")


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

    ``later``: it is not inside the credential it is shown with; it was stated apart from it.
    """

    row: Statement
    standing: str
    later: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is signed, in force and not withdrawn."""
        return self.standing == checking.HOLDS

    @property
    def domains(self) -> list[str]:
        """The verified domains of who stated it; anybody may call themselves an agency."""
        return tenancy.verified_domains(self.row.organisation)

    @property
    def scope(self) -> list[str]:
        """The limits in words."""
        return scope_words(self.row.scope)

    @property
    def means(self) -> str | Promise:
        """What a reader may take from its kind."""
        return MEANS[self.row.kind]

    @property
    def standing_words(self) -> str | Promise:
        """What the check found."""
        return STANDINGS[self.standing]

    @property
    def icon(self) -> str:
        """The sign of its kind."""
        return ICONS[self.row.kind]


def signed_of(looked: Iterable[Looked]) -> tuple[Signed, ...]:
    """What of it stands in the facts label: what holds, and says something about quality."""
    return tuple(
        Signed(kind=_LABELLED[row.kind], by=row.organisation.name, date=row.starts_at.date())
        for row in (one.row for one in looked if one.holds)
        if row.kind in _LABELLED
    )


def signed_about(versions: Sequence[Any]) -> dict[Any, tuple[Signed, ...]]:
    """The same of versions by their pk, for every page, file and table that shows labels."""
    roots = {one.organisation.root_id for one in versions}
    within = reduce(or_, (Q(subject__path__startswith=one.hex) for one in roots), Q(pk=None))
    paths = Statement.everywhere.filter(within, withdrawn_at=None)
    stated = {path.split("/", 1)[0] for path in paths.values_list("subject__path", flat=True)}
    those = [one for one in versions if one.organisation.root_id.hex in stated]
    return {one.pk: signed_of(looked_at_version(one)) for one in those}


def looked_at_organisation(organisation: Any) -> list[Looked]:
    """What was stated about an institution, for its own page; a unit shows its institution's."""
    return _looked(_about([tenancy.did_of(organisation)]))


def looked_at_version(version: Any) -> list[Looked]:
    """What was stated about a version, and about its institution where that covers it."""
    matter = carrying.matter_for(version, version.organisation)
    return _looked(_about([matter.issuer, *matter.achievements]), matter)


def looked_at_credential(issuer: str, achievement: str, carried: Collection[str]) -> list[Looked]:
    """What was stated here about the issuer or the achievement of a credential.

    ``carried`` are the SHA-256 of the statements inside it. Limits are known of achievements of
    this server; of others only statements without limits are shown.
    """
    version = version_at(achievement)
    matter = Matter(issuer, (achievement,) if achievement else ())
    if version is not None:
        matter = replace(carrying.matter_for(version, version.organisation), issuer=issuer)
    return _looked(_about([issuer, achievement]), matter, carried)


def version_at(achievement: str) -> Any:
    """The published version at one of our addresses; None for any other."""
    found = _ADDRESS.fullmatch(achievement.removeprefix(str(settings.IDENTITY_URL)))
    if found is None or not achievement.startswith(str(settings.IDENTITY_URL)):
        return None
    return catalogue.public_version(uuid.UUID(found[1]), int(found[2]))


def _about(ids: Iterable[str]) -> list[Statement]:
    rows = Statement.everywhere.filter(about__in=[one for one in ids if one])
    if not rows.exists():  # of most there is none, and the joins cost more than asking
        return []
    return list(rows.select_related(*_STATED).order_by("-made_at")[:MOST])


def _looked(
    rows: list[Statement], matter: Matter | None = None, carried: Collection[str] | None = None
) -> list[Looked]:
    """Those in scope: what holds first, and of that what gives most."""
    found = [
        Looked(row, checking.standing(row), carried is not None and row.sha256 not in carried)
        for row in rows
        if matter is None or carrying.in_scope(row, matter)
    ]
    return sorted(found, key=lambda one: (not one.holds, Wanted.values.index(one.row.kind)))
