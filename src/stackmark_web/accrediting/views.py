"""The desk of an organisation: what it asked for, what others ask of it, what it stated."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark_web.accrediting import checking, queries
from stackmark_web.accrediting.wording import BOOKS, STATES
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for

DESK: Final = (Permission.EDIT, Permission.DESIGN, Permission.REVIEW)
ASKERS: Final = (Permission.EDIT, Permission.DESIGN)
SHOWN: Final = 200


def place_for(user: Any, slug: str, *permissions: Permission) -> Organisation:
    """The organisation, for who holds any of the rights there."""
    found = organisation_for(user, slug, Permission.VIEW)
    if not any(may(user, one, found) for one in permissions):
        raise PermissionDenied("Your role does not allow this; ask an owner.")
    return found


def page(
    request: HttpRequest, name: str, organisation: Any, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the desk."""
    shared = {"organisation": organisation, "section": "accreditation", "tones": STATES}
    return render(request, f"accrediting/{name}.html", shared | context, status=status)


@login_required
@require_safe
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Both sides on one page; a unit has only what it asked for."""
    place = place_for(request.user, slug, *DESK)
    reviews = may(request.user, Permission.REVIEW, place) and place.parent_id is None
    stated = list(queries.statements_by(place)[:SHOWN]) if reviews else []
    asks = any(may(request.user, one, place) for one in ASKERS)
    return page(
        request,
        "desk",
        place,
        mine=queries.requests_of(place)[:SHOWN] if asks else [],
        asks=asks,
        reviews=reviews,
        is_agency=place.kind == Organisation.Kind.AGENCY,
        theirs=queries.requests_to(place)[:SHOWN] if reviews else [],
        stated=[(row, BOOKS[checking.by_books(row)]) for row in stated],
    )
