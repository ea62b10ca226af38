"""What the requester does: ask, answer a question, take the request back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accrediting.actions._common import _note, locked, permit_requester, words
from stackmark_web.accrediting.errors import Problem
from stackmark_web.accrediting.models import Request, Wanted
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import root_of

MOST_LINKS: Final = 10
_LINK: Final = URLValidator(schemes=["https", "http"])


@transaction.atomic
def ask_for(
    organisation: Any,
    *,
    actor: Any,
    agency: Any,
    wanted: str,
    version: Any = None,
    note: str = "",
    evidence: Sequence[str] = (),
    via: str = "web",
) -> Request:
    """Ask ``agency`` for an accreditation, a right to issue or an endorsement.

    ``version`` is a published version of an achievement here, or None for the institution
    itself. Raises ``Problem`` naming the field.
    """
    permit_requester(actor, organisation, whole=version is None)
    _check(organisation, agency, wanted, version)
    made = Request.everywhere.create(
        organisation=organisation,
        agency=agency,
        wanted=wanted,
        version=version,
        note=words("note", note),
        evidence=links(evidence),
        asked_by=actor,
        asked_at=clock.now(),
    )
    _note("accreditation.requested", made, actor=actor, via=via, agency=True)
    return made


def _check(organisation: Any, agency: Any, wanted: str, version: Any) -> None:
    if wanted not in Wanted.values:
        raise Problem("wanted", _("Choose what you ask for."))
    if agency.parent_id is not None or agency.pk == root_of(organisation).pk:
        raise Problem("agency", _("Choose an institution other than your own."))
    if wanted != Wanted.ENDORSEMENT and agency.kind != Organisation.Kind.AGENCY:
        raise Problem("agency", _("Only a quality agency gives this; others can endorse."))
    if version is None:
        if organisation.parent_id is not None:
            raise Problem("version", _("A unit asks for an achievement; its institution signs."))
    elif wanted == Wanted.RIGHT:
        raise Problem("wanted", _("The right to issue is given to an organisation."))
    elif not version.is_published or not version.organisation.path.startswith(organisation.path):
        raise Problem("version", _("Choose a published achievement of yours."))
    same = Request.everywhere.filter(
        organisation=organisation,
        agency=agency,
        wanted=wanted,
        version=version,
        state__in=(Request.State.PENDING, Request.State.ASKED),
    )
    if same.exists():
        raise Problem("", _("You have asked them for this already; they have not decided yet."))


def links(evidence: Sequence[str]) -> list[str]:
    """Web addresses, each once; raises ``Problem`` at ``evidence``."""
    found = list(dict.fromkeys(one.strip() for one in evidence if one.strip()))
    if len(found) > MOST_LINKS:
        raise Problem("evidence", _("At most %d links.") % MOST_LINKS)
    for one in found:
        try:
            _LINK(one)
        except ValidationError:
            raise Problem("evidence", _("“%s” is no web address.") % one[:80]) from None
    return found


@transaction.atomic
def answer(request: Request, *, actor: Any, text: str, via: str = "web") -> Request:
    """Answer the agency's question; the request is theirs again."""
    found = locked(request)
    permit_requester(actor, found.organisation, whole=found.version_id is None)
    if found.state != Request.State.ASKED:
        raise Problem("", _("There is no open question."))
    found.answer = words("text", text, needed=True)
    found.state = Request.State.PENDING
    found.save(update_fields=["answer", "state"])
    _note("accreditation.answered", found, actor=actor, via=via, agency=True)
    return found


@transaction.atomic
def take_back(request: Request, *, actor: Any, via: str = "web") -> Request:
    """The requester wants no decision any more."""
    found = locked(request)
    permit_requester(actor, found.organisation, whole=found.version_id is None)
    found.state, found.decided_at = Request.State.WITHDRAWN, clock.now()
    found.save(update_fields=["state", "decided_at"])
    _note("accreditation.taken-back", found, actor=actor, via=via, agency=True)
    return found
