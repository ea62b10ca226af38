"""A statement at its address: for people a page, for machines the exact signed token."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from stackmark_web.accrediting import checking, queries
from stackmark_web.accrediting import rows as profiles
from stackmark_web.accrediting.wording import MEANS, STANDINGS, scope_words
from stackmark_web.registry.documents import document, media_type, page, readable, wants_page

TYPES: Final = ("application/vc+jwt", "application/jwt", "application/json")


def _there(pk: uuid.UUID) -> Any:
    found = queries.statement(pk)
    if found is None:
        raise Http404("There is nothing here.")
    return found


@readable
def statement(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """What was stated about whom, by whom, and whether it holds now; or the token."""
    found = _there(pk)
    if not wants_page(request, TYPES):
        return statement_token(request, pk)
    standing = checking.standing(found)
    context = {
        "statement": found,
        "brand": found.organisation,
        "standing": standing,
        "standing_words": STANDINGS[standing],
        "means": MEANS[found.kind],
        "scope": scope_words(found.scope),
        "profile_title": profiles.title_of(found.profile),
        "url": f"{settings.PUBLIC_URL}{request.path}",
    }
    return page(request, render(request, "registry/statement.html", context))


@readable
def statement_token(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The token alone; a JSON type is never claimed for it."""
    found = _there(pk)
    kind = media_type(request, TYPES[:2])
    return document(
        request,
        queries.signed_bytes(found),
        content_type=kind,
        max_age=60,
        modified=found.made_at,
    )
