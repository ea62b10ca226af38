"""Answers that are files, and pages behind a token."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from stackmark_web.passport.downloads import Download, etag
from stackmark_web.passport.models import Holding


def attachment(made: Download) -> HttpResponse:
    """A file to keep. It never runs here: another policy, never shown in place."""
    response = HttpResponse(made.data, content_type=made.media_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response.stackmark_csp = {"sandbox": ""}  # type: ignore[attr-defined]  # read by SecurityHeaders
    return response


def picture_response(holding: Holding) -> HttpResponse:
    """The picture we drew of an imported credential."""
    if not holding.picture:
        raise Http404("There is nothing here.")
    data = bytes(holding.picture)
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "private, max-age=3600"
    response["ETag"] = etag(data)
    response["X-Robots-Tag"] = "noindex"
    return response


def card_picture(data: bytes) -> HttpResponse:
    """The picture that stands beside a link; services fetch it without cookies."""
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "public, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


def gone(request: HttpRequest) -> HttpResponse:
    """One answer for links that never were, are withdrawn, or have run out."""
    response = render(request, "passport/nothing.html", status=404)
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    """Keep a page behind a token out of search engines and caches."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "no-store"
    return response
