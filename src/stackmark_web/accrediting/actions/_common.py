"""Rights and traces that all actions here share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from stackmark_web.accrediting.errors import Problem
from stackmark_web.accrediting.models import Request
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require, root_of, works_in

MAX_TEXT = 4_000


def permit_requester(actor: Any, organisation: Any, *, whole: bool) -> None:
    """An owner asks for the organisation, a designer for an achievement; None is the system."""
    if actor is not None:
        require(actor, Permission.EDIT if whole else Permission.DESIGN, organisation)


def permit_agency(actor: Any, agency: Any) -> None:
    """A reviewer of the agency; None is the system."""
    if actor is not None:
        require(actor, Permission.REVIEW, agency)


def permit_decision(actor: Any, request: Request) -> None:
    """A reviewer of the agency who does not work for who asks; None is the system."""
    permit_agency(actor, request.agency)
    if actor is not None and works_in(actor, root_of(request.organisation)):
        raise PermissionDenied(_("You work for who asks; somebody else decides."))


def words(field: str, text: str, *, needed: bool = False) -> str:
    """A text as it is kept: trimmed, not too long, and there if it is needed."""
    text = text.replace("\x00", "").strip()
    if needed and not text:
        raise Problem(field, _("Write a few words; the other side will read them."))
    if len(text) > MAX_TEXT:
        raise Problem(field, _("This is too long: at most %d characters.") % MAX_TEXT)
    return text


def locked(request: Request, *, open_only: bool = True) -> Request:
    """The request as it is now, held until the change is stored."""
    rows = Request.everywhere.select_for_update(of=("self",))
    found: Request = rows.select_related("organisation", "agency", "version__achievement").get(
        pk=request.pk
    )
    if open_only and not found.is_open:
        raise Problem("", _("This request is decided already, or was taken back."))
    return found


def _note(verb: str, request: Request, *, actor: Any, via: str, agency: bool = False) -> None:
    """An event in the requester's trail, and in the agency's where that acted."""
    for place in (request.organisation, request.agency) if agency else (request.organisation,):
        record(
            verb,
            actor=actor,
            target=request,
            organisation=place,
            after={"wanted": request.wanted, "state": request.state},
            via=via,
            label=request.about_name,
        )


note = _note
