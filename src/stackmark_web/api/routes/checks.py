"""Verification, and for whom a token acts."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from stackmark.limits import MAX_IMAGE_BYTES
from stackmark_web.api import shapes
from stackmark_web.api.answers import json
from stackmark_web.api.auth import Principal
from stackmark_web.api.calling import Route
from stackmark_web.api.problems import Problem
from stackmark_web.api.reading import check_parts
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.verifying import actions

checks = Route("Verification")
about = Route("Organisation")
MEDIA: Final = frozenset(
    {"application/json", "application/ld+json", "application/vc", "application/vc+ld+json"}
    | {"application/vp", "application/vp+ld+json", "application/vc+jwt", "application/vp+jwt"}
    | {"application/jwt", "application/vc+sd-jwt", "application/dc+sd-jwt", "text/plain"}
    | {"image/png", "image/svg+xml", "application/pdf", "application/octet-stream"}
)
_FORM: Final = "multipart/form-data"


class CheckQuery(BaseModel):
    """What besides the report is wanted."""

    include: str = Field("", pattern="^(|facts)$", description="facts: the facts label too")


@checks.post_plain("/verify", "verify", shapes.ReportOut, query=CheckQuery)
def verify(request: HttpRequest, query: Query[CheckQuery]) -> HttpResponse:
    """Check a credential, badge or presentation.

    The body is the document, token or file itself, or a form with the part file. The answer is the
    report of stackmark verify --json. Works without a token at a low rate.
    """
    data, recipient = _brought(request)
    if not data:
        raise Problem("empty-body", "Send the document, token or file as the body.")
    if len(data) > MAX_IMAGE_BYTES:
        raise Problem("payload-too-large", f"At most {MAX_IMAGE_BYTES:,} bytes are taken here.")
    who = request.auth  # type: ignore[attr-defined]  # set by ninja
    organisation = who.organisation if isinstance(who, Principal) else None
    report = actions.report_on(
        data, recipient=recipient, organisation=organisation, facts=query.include == "facts"
    )
    return json(report)


def _brought(request: HttpRequest) -> tuple[bytes, str | None]:
    """The document, and whom it should be about. Raises ``Problem``."""
    kind = request.content_type or "application/octet-stream"
    if kind == _FORM:
        return _of_form(request)
    if kind not in MEDIA:
        raise Problem("unsupported-media-type", f"Send one of {', '.join(sorted(MEDIA))}.")
    return request.body, None


def _of_form(request: HttpRequest) -> tuple[bytes, str | None]:
    check_parts(request, {"recipient"})
    file: Any = request.FILES.get("file")
    if file is None:
        one = {"pointer": "#/file", "detail": "Send the file in the part file."}
        raise Problem("invalid", errors=[one])
    return file.read(), request.POST.get("recipient", "").strip()[:320] or None


@about.get("/organisation", "", shapes.OrganisationOut)
def organisation(request: HttpRequest) -> HttpResponse:
    """For whom the token acts, and what it may do."""
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.VIEW)
    return json(shapes.organisation(who.organisation, who.token))
