"""The outermost middleware: each request has a number, a line in the log and its figures."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils.translation import gettext as _

from stackmark_web.operations import living, logs, metrics
from stackmark_web.registry import front

Handler = Callable[[HttpRequest], HttpResponseBase]
_LOG: Final = logging.getLogger("stackmark.requests")
_NUMBER: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET: Final = frozenset({"operations:health", "operations:ready", "operations:metrics"})


class Requests:
    """``X-Request-ID`` on every answer, the request log, and the metrics by route."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, measured."""
        number = _number(request.headers.get("X-Request-ID", ""))
        request.request_id = number  # type: ignore[attr-defined]  # for error pages
        mark = logs.request_id.set(number)
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = number
            if front.QUIET not in request.META:
                _tell(request, response, time.perf_counter() - begun)
        finally:
            logs.request_id.reset(mark)
        return response


def before_django(environ: dict[str, Any]) -> front.Done | None:
    """``Requests`` for answers of ``registry.front``; None while another release runs."""
    if living.is_other_release():
        return None
    number = _number(environ.get("HTTP_X_REQUEST_ID", ""))
    begun = time.perf_counter()

    def done(route: str, method: str, status: int) -> str:
        mark = logs.request_id.set(number)
        try:
            _note(route, method, status, time.perf_counter() - begun)
        finally:
            logs.request_id.reset(mark)
        return number

    return done


def _number(given: str) -> str:
    """Of our own, or that of a proxy that is trusted."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and _NUMBER.fullmatch(given):
        return given
    return secrets.token_hex(16)


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match = request.resolver_match
    route = (match.view_name if match else "") or "none"
    method = str(request.method) if request.method in _METHODS else "other"
    _note(route, method, response.status_code, seconds)


def _note(route: str, method: str, status: int, seconds: float) -> None:
    metrics.request(route, method, status, seconds)
    if route not in _QUIET:
        more = {
            "stackmark_route": route,
            "stackmark_method": method,
            "stackmark_status": status,
            "stackmark_ms": round(seconds * 1000, 1),
        }
        _LOG.info("request", extra=more)


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class SameRelease:
    """While another release has changed the tables, this one answers 503 and touches nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say that the server is being updated."""
        if request.path_info in _ALWAYS and request.method in ("GET", "HEAD"):
            # Whoever watches asks by address, not by our name.
            request.resolver_match = resolve(request.path_info)
            return request.resolver_match.func(request)
        if living.is_other_release():
            text = _("This server is being updated. Try again in a minute.")
            response = HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
            response.headers["Retry-After"] = "30"
            return response
        return self.get_response(request)


_ALWAYS: Final = frozenset({"/health", "/ready", "/metrics"})
