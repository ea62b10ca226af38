"""The API itself: its parts, and how errors of any of them are answered."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from stackmark_web.api import errors
from stackmark_web.api.reading import StrictParser
from stackmark_web.api.routes import achievements, awards, checks, runs, webhooks

VERSION: Final = "1.0.0"
PARTS: Final = (
    checks.about,
    achievements.route,
    awards.route,
    runs.route,
    checks.checks,
    webhooks.route,
)


def make() -> NinjaAPI:
    """The API with all its routes."""
    api = NinjaAPI(
        title="Stackmark API",
        version=VERSION,
        description="Design, award, follow and verify credentials from programs.",
        docs_url=None,
        openapi_url="",
        urls_namespace="v1",
        parser=StrictParser(),
    )
    for part in PARTS:
        api.add_router("", part.router)
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, _told)
    return api


def _told(_request: HttpRequest, error: Any) -> HttpResponse:
    return errors.answer(error)


API: Final = make()
