"""For machines that watch: does the process live, may it get requests, its figures."""

from __future__ import annotations

import hmac
import ipaddress
import sys
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    HttpResponseServerError,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.template.loader import get_template
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from stackmark_web.operations import living, metrics
from stackmark_web.ui import trouble


@require_safe
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """The process lives. No database is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """Whether requests may be sent here; 503 with the reasons when not."""
    reasons = why_not_ready()
    told: dict[str, Any] = {"status": "unavailable" if reasons else "ok"}
    if reasons:
        told["reasons"] = reasons
    return JsonResponse(told, status=503 if reasons else 200)


def why_not_ready() -> list[str]:
    """Words for what is missing; nothing of them is a secret."""
    if living.is_stopping():
        return ["stopping"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        return ["migrations"] if living.why_other() else []
    except DatabaseError:
        return ["database"]


@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """The metrics, to this machine itself or to whoever has the token; else nothing is here."""
    if not _may_see(request):
        return HttpResponseNotFound("There is nothing here.", content_type="text/plain")
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_see(request: HttpRequest) -> bool:
    token = str(settings.METRICS_TOKEN)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return _is_local(request)


def _is_local(request: HttpRequest) -> bool:
    """Asked from this machine, and not through a proxy on it."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponseBase:
    """What nobody caught: 503 for trouble of the machine, else 500 with its number in the log."""
    if answer := trouble.answer(request, sys.exc_info()[1]):
        return answer
    number = getattr(request, "request_id", "")
    # What is active in this thread can be of the request before, when it broke that early.
    with translation.override(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)):
        page = get_template("500.html").template.render(_plain(number))
    return HttpResponseServerError(page)


def _plain(number: str) -> Any:
    """A context in which no context processor runs: they may be what broke."""
    from django.template import Context

    return Context({"request_id": number})
