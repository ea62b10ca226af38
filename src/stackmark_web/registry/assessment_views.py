"""The assessment facts of an achievement at their address: a page, or the exact signed document."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from stackmark_web.assessing import queries
from stackmark_web.registry.documents import (
    CREDENTIAL_TYPES,
    MINUTE,
    document,
    media_type,
    page,
    readable,
    wants_page,
)


def _there(pk: uuid.UUID, number: int) -> Any:
    found = queries.panel(pk, number)
    if found is None:
        raise Http404("There is nothing here.")
    return found


@readable
def facts(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponseBase:
    """What was published of a cohort; the signed document for machines."""
    found = _there(pk, number)
    if not wants_page(request, CREDENTIAL_TYPES):
        return facts_json(request, pk, number)
    context = queries.shown_panel(found) | {
        "panel": found,
        "brand": found.organisation,
        "url": f"{settings.PUBLIC_URL}{request.path}",
    }
    return page(request, render(request, "registry/assessment_facts.html", context))


@readable
def facts_json(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponseBase:
    """The bytes as they were signed; nothing while the organisation keeps results to itself."""
    found = _there(pk, number)
    if queries.is_withheld(found):
        raise Http404("The organisation keeps its results to itself.")
    kind = media_type(request, CREDENTIAL_TYPES)
    return document(
        request, bytes(found.signed), content_type=kind, max_age=MINUTE, modified=found.made_at
    )
