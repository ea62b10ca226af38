"""What every request of the API passes: sizes, methods, one form for all that goes wrong, ETags.

It stands around the views of django-ninja, so that also what never reaches them (an unknown
address, a wrong method, a body cut on the way) is answered with problem details.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from stackmark_web.api import errors, problems
from stackmark_web.api.lengths import drain
from stackmark_web.api.problems import Problem
from stackmark_web.audit.door import coming_by

View = Callable[..., HttpResponse]
MIB: Final = 1024 * 1024
USUAL: Final = MIB  # bytes of a JSON body
LARGE: Final = {"verify": 10 * MIB + 64 * 1024, "runs": 11 * MIB, "run_upload": 11 * MIB}
_JSON: Final = "application/json"
MEDIA: Final = {"verify": "", "run_upload": "multipart/form-data"}  # not JSON; "": asks for itself
_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


def door(view: View, name: str) -> View:
    """The view behind the door; ``name`` is that of the route."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        with coming_by("api"):
            response = _answer(view, name, request, args, kwargs)
        response = _finished(request, response)
        if head:
            request.method = "HEAD"
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    through.csrf_exempt = True  # type: ignore[attr-defined]  # no session is looked at here
    return through


def _answer(view: View, name: str, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    try:
        _check_size(request, LARGE.get(name, USUAL))
        _check_media(request, name)
        return view(request, *args, **kwargs)
    except Exception as error:  # noqa: BLE001 - every fault has an answer
        return errors.answer(error)


def _check_size(request: HttpRequest, limit: int) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length) > limit:
        drain(request)
        raise Problem("payload-too-large", f"At most {limit:,} bytes are taken here.")


def _check_media(request: HttpRequest, name: str) -> None:
    wanted = MEDIA.get(name, _JSON)
    if request.method not in _BODY or not wanted:
        return
    if wanted == _JSON and request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        request._body = b"{}"  # noqa: SLF001 - no body says as much as an empty one
        return
    if request.content_type != wanted:
        raise Problem("unsupported-media-type", f"Send {wanted}.", headers={"Accept": wanted})


def _finished(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Headers of every answer, and 304 for what the caller has already."""
    if response.status_code == 405 and not response.get("Content-Type", "").endswith("+json"):
        allow = response.get("Allow", "")
        response = problems.answer(
            "method-not-allowed", f"This address takes {allow}.", headers={"Allow": allow}
        )
    rate = getattr(request, "stackmark_rate", None)
    for field, value in (rate.headers() if rate is not None and rate.limit else {}).items():
        response.headers[field] = value
    if request.method == "GET" and response.status_code == 200:
        response = _tagged(request, response)
    elif not response.has_header("Cache-Control"):
        response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Authorization"])
    return response


def _tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    tag = response.get("ETag") or etag(response.content)
    response.headers["ETag"] = tag
    if not response.has_header("Cache-Control"):
        response.headers["Cache-Control"] = "private, no-cache"
    known = request.headers.get("If-None-Match", "")
    if known == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        same = HttpResponse(status=304)
        for name in response.headers:
            if name not in ("Content-Type", "Content-Length"):
                same.headers[name] = response.headers[name]
        del same.headers["Content-Type"]
        return same
    return response


def etag(content: bytes) -> str:
    """The strong validator of a representation (RFC 9110 section 8.8.3)."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
