"""Answers for machines: exact bytes with a fitting media type, an ETag, 304 and CORS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

HTML: Final = "text/html"
CREDENTIAL_TYPES: Final = ("application/vc", "application/ld+json", "application/json")
DID_TYPES: Final = (
    *("application/did+json", "application/did+ld+json"),
    *("application/ld+json", "application/json"),
)
LINKED_TYPES: Final = ("application/ld+json", "application/json")
MINUTE: Final = 60
YEAR: Final = 365 * 24 * 3600
_PREFLIGHT: Final = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}


def wants_page(request: HttpRequest, types: tuple[str, ...]) -> bool:
    """Whether a person asks: machines name a JSON type or add ``?format=json``.

    Who accepts anything gets the page: browsers without manners and the readers of shared links.
    """
    if request.GET.get("format") == "json":
        return False
    return request.get_preferred_type([HTML, *types]) == HTML


def media_type(request: HttpRequest, types: tuple[str, ...]) -> str:
    """The type among those a document can honestly carry that suits the request best."""
    return request.get_preferred_type(list(types)) or types[0]


def as_json(tree: Mapping[str, Any]) -> bytes:
    """A document we make on the spot, as bytes."""
    return orjson.dumps(tree, option=orjson.OPT_INDENT_2)


def document(
    request: HttpRequest,
    body: bytes,
    *,
    content_type: str,
    max_age: int,
    modified: datetime | None = None,
    vary: bool = True,
) -> HttpResponseBase:
    """Public bytes that everybody may read from anywhere and keep for ``max_age`` seconds.

    Answers 304 to who has them already. ``vary``: the address also answers with a page.
    """
    response = HttpResponse(body, content_type=content_type)
    tag = hashlib.sha256(content_type.encode() + b"\0" + body).hexdigest()[:32]
    response.headers["ETag"] = f'"{tag}"'
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified.timestamp())
    if vary:
        patch_vary_headers(response, ["Accept"])
    since = None if modified is None else int(modified.timestamp())
    found = get_conditional_response(request, f'"{tag}"', since, response)
    return opened(found or response)


def page(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """The page for people at an address that also answers machines, with an ETag of its own.

    It holds the visitor's own header: no shared cache keeps it, and with a session none at all
    (``ui.middleware`` says so).
    """
    patch_vary_headers(response, ["Accept", "Cookie"])
    session = settings.SESSION_COOKIE_NAME in request.COOKIES
    if not session and not response.has_header("Cache-Control"):
        response.headers["Cache-Control"] = "private, no-cache"
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    return get_conditional_response(request, tag, None, response) or response


def readable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """GET and HEAD, and what a browser asks before a script of another site may send these.

    That is answered alike whether or not there is anything at the address.
    """

    @wraps(view)
    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return opened(HttpResponse(status=204, headers=_PREFLIGHT))
        return view(request, *args, **kwargs)

    return inner


def opened(response: HttpResponseBase) -> HttpResponseBase:
    """Any page on the web may read it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
