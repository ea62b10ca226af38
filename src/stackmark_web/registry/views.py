"""Organisations and achievements: pages for people, JSON-LD for machines, one address for both."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from stackmark_web.accrediting import queries as accrediting
from stackmark_web.assessing import queries as assessing
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.registry import inside, queries
from stackmark_web.registry.documents import (
    DID_TYPES,
    LINKED_TYPES,
    MINUTE,
    as_json,
    document,
    media_type,
    page,
    readable,
    wants_page,
)
from stackmark_web.tenancy import handovers
from stackmark_web.tenancy import queries as tenancy


def _there(body: bytes | None) -> bytes:
    if body is None:
        raise Http404("There is nothing here.")
    return body


def _organisation(slug: str) -> Any:
    found = tenancy.organisation_by_slug(slug)
    if found is None:
        raise Http404("There is nothing here.")
    return found


@readable
def organisation(request: HttpRequest, slug: str) -> HttpResponseBase:
    """An issuer's public page, or its Profile."""
    found = _organisation(slug)
    if not wants_page(request, LINKED_TYPES):
        return organisation_json(request, slug)
    root = tenancy.root_of(found)
    context = {
        "organisation": found,
        "brand": found,
        "root": root,
        "above": tenancy.ancestors_of(found),
        "units": tenancy.units_of(found),
        "did": tenancy.did_of(found),
        "domains": tenancy.verified_domains(found),
        "identifiers": queries.identifiers(found),
        "in_register": queries.in_register(root),
        "cards": queries.achievements_of(found),
        "url": f"{settings.PUBLIC_URL}{request.path}",
        "successor": handovers.told(root),
    }
    return page(request, render(request, "registry/organisation.html", context))


@readable
def handover(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The statement an institution and its successor have signed."""
    body = _there(inside.handover_json(slug))
    return document(request, body, content_type="application/json", max_age=MINUTE, vary=False)


@readable
def organisation_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The Profile alone."""
    body = as_json(queries.profile_document(_organisation(slug)))
    kind = media_type(request, LINKED_TYPES)
    return document(request, body, content_type=kind, max_age=5 * MINUTE)


@readable
def did(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The DID document of an institution hosted here."""
    return _did(request, _there(inside.did_json(slug)))


@readable
def own_did(request: HttpRequest) -> HttpResponseBase:
    """The DID document of the institution whose own host points to this server."""
    found = tenancy.organisation_by_host(request.get_host())
    if found is None:
        raise Http404("There is nothing here.")
    return _did(request, as_json(tenancy.did_document(found)))


def _did(request: HttpRequest, body: bytes) -> HttpResponseBase:
    # Short: a key that was lost must be known as lost within a minute.
    kind = media_type(request, DID_TYPES)
    return document(request, body, content_type=kind, max_age=MINUTE)


@readable
def revocations(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The 1EdTech revocation list of an institution."""
    body = _there(inside.revocations_json(slug))
    return document(request, body, content_type="application/json", max_age=MINUTE, vary=False)


@readable
def achievement(request: HttpRequest, pk: uuid.UUID, number: int | None = None) -> HttpResponseBase:
    """What can be earned: the page, or the JSON-LD that credentials carry."""
    version = catalogue.public_version(pk, number)
    if version is None:
        raise Http404("There is nothing here.")
    if not wants_page(request, LINKED_TYPES):
        return _achievement(request, version)
    from stackmark_web.catalogue.pages import achievement_page

    looked = accrediting.looked_at_version(version)
    signed = accrediting.signed_of(looked)
    standing = assessing.standing(version)
    panel = assessing.current_panel(version.achievement_id)
    where = (
        reverse("registry:assessment_facts", args=[panel.achievement_id, panel.number])
        if panel
        else ""
    )
    shown = achievement_page(
        request, version, looked=looked, signed=signed, standing=standing, panel_url=where
    )
    return page(request, shown)


@readable
def achievement_json(
    request: HttpRequest, pk: uuid.UUID, number: int | None = None
) -> HttpResponseBase:
    """The JSON-LD alone."""
    version = catalogue.public_version(pk, number)
    if version is None:
        raise Http404("There is nothing here.")
    return _achievement(request, version)


def _achievement(request: HttpRequest, version: Any) -> HttpResponseBase:
    # What credentials carry never changes; which version is current and its review do.
    return document(
        request,
        as_json(catalogue.achievement_json(version)),
        content_type=media_type(request, LINKED_TYPES),
        max_age=5 * MINUTE,
        modified=catalogue.changed_at(version),
    )
