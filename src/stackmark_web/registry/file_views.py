"""Files: status lists from the disk, pictures, brand colours, the sitemap."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from stackmark_web.awarding import queries as awarding
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.registry import queries
from stackmark_web.registry.documents import (
    CREDENTIAL_TYPES,
    MINUTE,
    YEAR,
    document,
    media_type,
    readable,
)
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.ui.contrast import accent

_LIST_AGE: Final = 10  # seconds: a revocation is seen everywhere within ten (fault F27)
# An SVG of ours is clean; opened by itself it still gets no rights at all.
_PICTURE_POLICY: Final = {
    "default-src": "'none'",
    "script-src": None,
    "style-src": None,
    "img-src": "data:",
    "font-src": None,
    "connect-src": None,
    "media-src": None,
    "manifest-src": None,
    "form-action": None,
    "sandbox": "",
}


@readable
def status(request: HttpRequest, pk: str, purpose: str) -> HttpResponseBase:
    """A published status list, from its file: no database, no session."""
    body = awarding.status_list_document(pk, purpose)
    if body is None:
        raise Http404("There is nothing here.")
    kind = media_type(request, CREDENTIAL_TYPES)
    return document(request, body, content_type=kind, max_age=_LIST_AGE)


@readable
def asset(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """A picture by its contents: it can never change."""
    found = queries.asset(sha256)
    if found is None:
        raise Http404("There is nothing here.")
    response = document(
        request, bytes(found.data), content_type=found.media_type, max_age=YEAR, vary=False
    )
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.stackmark_csp = _PICTURE_POLICY  # type: ignore[attr-defined] # read by ui.middleware
    return response


@readable
def facts(request: HttpRequest, pk: str, number: str, digest: str) -> HttpResponseBase:
    """The facts document of a version: these bytes for ever, from their file, no database."""
    body = catalogue.facts_file(UUID(pk), int(number), digest)
    if body is None:
        raise Http404("There is nothing here.")
    response = document(request, body, content_type="application/json", max_age=YEAR, vary=False)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@readable
def brand(request: HttpRequest, slug: str) -> HttpResponseBase:
    """An organisation's accent as custom properties, each shade made to be readable."""
    found = tenancy.organisation_by_slug(slug)
    if found is None:
        raise Http404("There is nothing here.")
    rules = "".join(f"{name}:{value};" for name, value in _properties(found.accent).items())
    body = f":root{{{rules}}}\n".encode()
    return document(
        request, body, content_type="text/css; charset=utf-8", max_age=5 * MINUTE, vary=False
    )


def _properties(colour: str) -> dict[str, str]:
    try:
        return accent(colour).properties
    except ValueError:  # stored by hand, not by our form: the product's own colour stays
        return {}


@readable
def sitemap(request: HttpRequest) -> HttpResponseBase:
    """Every public page, for search engines."""
    rows = "\n".join(_place(address, when) for address, when in queries.pages())
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}\n</urlset>\n'
    )
    return document(
        request, body.encode(), content_type="application/xml", max_age=60 * MINUTE, vary=False
    )


def _place(address: str, when: datetime | None) -> str:
    last = f"<lastmod>{when.date().isoformat()}</lastmod>" if when is not None else ""
    return f"<url><loc>{escape(address)}</loc>{last}</url>"
