"""A person's own data as files: evidence, receipts, the export of everything."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark_web import clock
from stackmark_web.assessing import artefacts, exports, queries_learner
from stackmark_web.assessing.actions._learner import record_export
from stackmark_web.assessing.intake import ending_of
from stackmark_web.assessing.models import Artefact, Attempt

_LOCKED: Final = {"default-src": "'none'", "script-src": None, "style-src": None, "sandbox": ""}


@login_required
@require_safe
def evidence(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One piece as a file to keep, for those who may; nobody else learns that it exists."""
    piece = queries_learner.artefact_for(request.user, pk)
    return evidence_response(request, piece)


def evidence_response(request: HttpRequest, piece: Artefact) -> HttpResponse:
    """The bytes of a piece whose reader was checked before.

    What is lost, erased or no longer what was sealed is told with 410 and never handed out.
    """
    data = artefacts.stored(piece)
    if data is None or artefacts.digest_of(data) != piece.sha256:
        context = {"erased": piece.state == Artefact.State.ERASED, "lost": data is None}
        page = render(request, "assessing/learner/gone.html", context, status=410)
        page["Cache-Control"] = "no-store"
        return page
    response = HttpResponse(data, content_type=_type_of(piece))
    response["Content-Disposition"] = _disposition(file_name(piece))
    return sealed(response)


def sealed(response: Any) -> Any:
    """Headers of a file that came from a stranger: kept, never shown in place, never run."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response.stackmark_csp = _LOCKED
    return response


def file_name(piece: Artefact) -> str:
    """What the file is called where it is saved; it tells nothing of a person."""
    ending = ending_of(piece.name) if piece.kind == Artefact.Kind.FILE else "txt"
    name = f"evidence-{str(piece.pk)[:8]}" + (f".{ending}" if ending else "")
    # Nothing runs by a double click before somebody released it.
    return f"{name}.quarantined" if piece.state == Artefact.State.QUARANTINED else name


def _type_of(piece: Artefact) -> str:
    if piece.kind != Artefact.Kind.FILE:
        return "text/plain; charset=utf-8"
    if piece.state == Artefact.State.QUARANTINED:
        return "application/octet-stream"
    return piece.media_type or "application/octet-stream"


def _disposition(name: str) -> str:
    """RFC 6266, in ASCII without anything that needs quoting."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)
    return f'attachment; filename="{plain}"'


@login_required
@require_safe
def receipt(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was handed in, with its digests, as plain text."""
    found = queries_learner.attempt_of(request.user, pk)
    if found.submitted_at is None or not hasattr(found, "authorship"):
        raise Http404("There is nothing here.")
    response = HttpResponse(exports.receipt(found), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_receipt_name(found)}"'
    return sealed(response)


def _receipt_name(found: Attempt) -> str:
    return f"receipt-{str(found.pk)[:8]}.txt"


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Everything of one's own assessments."""
    record_export(request.user)
    response = StreamingHttpResponse(exports.export(request.user), content_type="application/zip")
    name = f"assessments-{clock.today().isoformat()}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return sealed(response)
