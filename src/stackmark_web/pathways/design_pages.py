"""What all pages of the builder share: whose pathway it is, the tabs, how a fault is said."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web.pathways import queries_design
from stackmark_web.pathways.errors import StaleError
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for

DESK: Final = (Permission.DESIGN, Permission.PUBLISH, Permission.AWARD)


def place_for(user: Any, slug: str) -> Any:
    """The organisation, for who has to do with pathways there."""
    found = organisation_for(user, slug, Permission.VIEW)
    if not any(may(user, one, found) for one in DESK):
        raise PermissionDenied("Your role does not allow this; ask an owner.")
    return found


def draft_for(
    user: Any, slug: str, pk: uuid.UUID, permission: Permission = Permission.DESIGN
) -> tuple[Any, Any]:
    """The organisation and the draft of a pathway; ``Http404`` where nothing is being written."""
    organisation, pathway = queries_design.pathway_for(user, slug, pk, permission)
    draft = queries_design.draft_of(pathway)
    if draft is None:
        raise Http404("There is nothing here.")
    draft.pathway = pathway
    return organisation, draft


def page(
    request: HttpRequest,
    name: str,
    organisation: Any,
    *,
    pathway: Any = None,
    draft: Any = None,
    tab: str = "",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the builder."""
    shared = {
        "organisation": organisation,
        "section": "pathways",
        "pathway": pathway,
        "draft": draft,
        "tab": tab,
        "tabs": tabs(request.user, organisation, pathway, draft) if pathway else [],
    }
    return render(request, f"pathways/design/{name}.html", shared | context, status=status)


def tabs(user: Any, organisation: Any, pathway: Any, draft: Any) -> list[tuple[str, str, str]]:
    """Code, label and address of each page of a pathway this person may open."""
    rows = [("overview", _("Overview"), "detail", True)]
    if draft is not None:
        writes = may(user, Permission.DESIGN, pathway.organisation)
        rows += [
            ("rules", _("Rules"), "draft", writes),
            ("details", _("Details"), "details", writes),
            ("try", _("Try it"), "try", writes),
            ("files", _("Files"), "files", writes),
            (
                "publish",
                _("Publish"),
                "publish",
                may(user, Permission.PUBLISH, pathway.organisation),
            ),
        ]
    if pathway.current_id is not None:
        awards = may(user, Permission.AWARD, pathway.organisation)
        rows.append(("conferral", _("Conferral"), "conferral", awards))
    return [
        (code, label, reverse(f"pathways:{view}", args=[organisation.slug, pathway.pk]))
        for code, label, view, open_ in rows
        if open_
    ]


def tell(request: HttpRequest, problem: UsageError) -> None:
    """A fault above the page."""
    said = messages.warning if isinstance(problem, StaleError) else messages.error
    said(request, problem.detail)


def whole(text: str, otherwise: int = -1) -> int:
    """A whole number from an address or a hidden field."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
