"""An evaluator sets pieces against outcomes; files and the assessed portfolio for who may."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.assessing.intake import ending_of
from stackmark_web.recognising import comparing, pages, pieces, queries, queries_portfolio
from stackmark_web.recognising.actions import portfolios as actions
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms_portfolio import MapForm
from stackmark_web.recognising.models import Source

_LOCKED = {"default-src": "'none'", "script-src": None, "style-src": None, "sandbox": ""}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Outcomes against pieces; kept, it leads to the five rows and the verdict."""
    place = pages.place_for(request.user, slug)
    found = queries_portfolio.portfolio_to(place, pk)
    why = _refusal(found, request.user)
    data = request.POST if request.method == "POST" else None
    name = request.user.name or ""
    form = MapForm(data, source=found, assessor=name)
    if form.is_bound and not why and form.is_valid() and _kept(request, found, form):
        messages.success(request, _("Kept. The rows below follow from what you found."))
        return redirect("recognising:source", slug, pk)
    context = {
        "organisation": place,
        "section": "recognition",
        "source": found,
        "asked": found.request,
        "form": form,
        "why": why,
        "decision": queries.current(found),
    }
    status = 422 if form.is_bound else 200
    return render(request, "recognising/portfolio/assess.html", context, status=status)


def _kept(request: HttpRequest, found: Source, form: MapForm) -> bool:
    try:
        actions.assess(
            found,
            actor=request.user,
            revision=form.cleaned_data["revision"],
            given=form.given(),
        )
    except Problem as problem:
        pages.say(form, problem)
        return False
    return True


def _refusal(found: Source, user: Any) -> str:
    """Why this person assesses nothing here now."""
    if found.request.user_id == user.pk:
        return _("It is your own request; a colleague decides.")
    try:
        queries.require_decidable(found, found.request, user)
    except Problem as problem:
        return problem.detail
    except PermissionDenied as error:
        return str(error)
    return ""


# -- files -------------------------------------------------------------------------------------


@login_required
@require_safe
def piece(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A piece as a file to keep. What is lost or was changed is told and never handed out."""
    found = queries_portfolio.piece_for(request.user, pk)
    data = pieces.content(found)
    if data is None:
        page = render(request, "recognising/portfolio/gone.html", {"piece": found}, status=410)
        page["Cache-Control"] = "no-store"
        return page
    ending = ending_of(found.name)
    name = f"evidence-{str(found.pk)[:8]}" + (f".{ending}" if ending else "")
    return _sealed(data, found.media_type, name)


@login_required
@require_safe
def portfolio_json(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A learner's portfolio as it was assessed, by its request."""
    return _assessed(queries_portfolio.portfolio_of(request.user, pk))


@login_required
@require_safe
def desk_json(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The same for who decides, by its source."""
    place = pages.place_for(request.user, slug)
    return _assessed(queries_portfolio.portfolio_to(place, pk))


def _assessed(found: Source) -> HttpResponse:
    """The very bytes whose digest a decision names."""
    if not found.portfolio:
        raise Http404("There is nothing here.")
    name = f"portfolio-{found.pk}.json"
    return _sealed(comparing.portfolio_bytes(found), "application/json", name)


def _sealed(data: bytes, media_type: str, name: str) -> HttpResponse:
    """A file that came from a stranger: kept, never shown in place, never run."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)
    response = HttpResponse(data, content_type=media_type or "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response.stackmark_csp = _LOCKED  # type: ignore[attr-defined]  # read by SecurityHeaders
    return response
