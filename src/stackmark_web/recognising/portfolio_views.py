"""A learner's portfolio: begun, written, evidence added and taken out, sent, thrown away."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark_web.assessing import intake
from stackmark_web.assessing.wording_learner import kinds_taken
from stackmark_web.recognising import (
    pages,
    policies,
    portfolios,
    queries,
    queries_portfolio,
    wording,
)
from stackmark_web.recognising.actions import portfolios as actions
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms_portfolio import BeginForm, ClaimsForm, PieceForm, SendForm
from stackmark_web.recognising.models import Piece, Request, Source


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """First who is to decide, then what for; ``?target=`` chooses both."""
    body, target = _chosen(request)
    if body is None:
        return _page(request, "choose", bodies=policies.open_bodies(), closed=target)
    form = BeginForm(
        request.POST if request.method == "POST" else None,
        targets=queries.targets_of(body),
        initial={"target": target.pk if target else ""},
    )
    if form.is_bound and form.is_valid():
        try:
            made = actions.begin(request.user, organisation=body, **form.values())
        except Problem as problem:
            pages.say(form, problem)
        else:
            return redirect("recognising:portfolio", made.pk)
    return _page(request, "begin", body=body, form=form, status=422 if form.is_bound else 200)


def _chosen(request: HttpRequest) -> tuple[Any, Any]:
    slug, wanted = request.GET.get("body", ""), request.GET.get("target", "")
    target = _target(wanted) if wanted else None
    if not slug:
        return (policies.body_for(target.organisation) if target else None), target
    body = policies.open_bodies().filter(slug=slug.replace("\x00", "")).first()
    if body is None:
        raise Http404("There is nothing here.")
    return body, target


def _target(wanted: str) -> Any:
    try:
        found = queries.target(uuid.UUID(wanted))
    except ValueError:
        found = None
    if found is None:
        raise Http404("There is nothing here.")
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def portfolio(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One portfolio. Every button keeps what is written before it does its work."""
    found = queries_portfolio.portfolio_of(request.user, pk)
    if request.method != "POST":
        return _shown(request, found)
    form = ClaimsForm(request.POST, source=found)
    about = PieceForm(request.POST)
    editable = found.request.state == Request.State.DRAFT
    try:
        if not (about.is_valid() and (not editable or form.is_valid())):
            return _shown(request, found, form, about)
        if editable:
            actions.write(found.request, actor=request.user, **form.values())
        _files(request, found, about.cleaned_data["about"])
    except Problem as problem:
        _say(form, about, problem)
        return _shown(request, found, form, about)
    return _onward(request, found)


def _files(request: HttpRequest, found: Source, about: str) -> None:
    if "remove" in request.POST:
        piece = _piece(found, request.POST["remove"])
        if piece is not None:
            actions.remove_piece(piece, actor=request.user)
        return
    given = request.FILES.getlist("files")
    if "add" in request.POST and not given:
        raise Problem("file", _("Choose a file first."))
    for one in given:
        if (one.size or 0) > intake.MAX_FILE_BYTES:
            raise Problem("file", intake.too_large(intake.clean_name(one.name or "")))
        actions.add_piece(
            found.request, actor=request.user, name=one.name or "", data=one.read(), about=about
        )


def _piece(found: Source, wanted: str) -> Piece | None:
    try:
        return found.pieces.filter(pk=uuid.UUID(wanted)).select_related("source__request").first()
    except ValueError:
        return None


def _say(form: ClaimsForm, about: PieceForm, problem: Problem) -> None:
    place = about if problem.field in ("file", "about") else form
    pages.say(place, problem)


def _onward(request: HttpRequest, found: Source) -> HttpResponse:
    if "send" in request.POST:
        return redirect("recognising:portfolio_send", found.request_id)
    messages.success(request, _("Kept."))
    place = "#evidence" if {"add", "remove"} & set(request.POST) else ""
    return redirect(f"{request.path}{place}")


def _shown(
    request: HttpRequest,
    found: Source,
    form: ClaimsForm | None = None,
    about: PieceForm | None = None,
) -> HttpResponse:
    asked = found.request
    bound = form is not None
    return _page(
        request,
        "portfolio",
        source=found,
        asked=asked,
        form=form or ClaimsForm(source=found),
        about=about or PieceForm(),
        pieces=list(found.pieces.all()),
        claims=portfolios.claims_of(found),
        kinds=kinds_taken(),
        editable=asked.state == Request.State.DRAFT,
        adding=asked.state in (Request.State.DRAFT, Request.State.ASKED),
        status=422 if bound else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is sent, once more, and the way to send it."""
    found = queries_portfolio.portfolio_of(request.user, pk)
    if found.request.state != Request.State.DRAFT:
        return redirect("recognising:request", pk)
    form = SendForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.send(found.request, actor=request.user, note=form.cleaned_data["note"])
        except Problem as problem:
            pages.say(form, problem)
        else:
            messages.success(request, _("Sent. You see here how it goes on."))
            return redirect("recognising:request", pk)
    claims = portfolios.claims_of(found)
    return _page(
        request,
        "send",
        source=found,
        asked=found.request,
        form=form,
        claims=claims,
        ready=any(one.is_made for one in claims),
        policy=policies.policy_of(found.request.organisation),
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def drop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw it away."""
    found = queries_portfolio.portfolio_of(request.user, pk)
    try:
        actions.drop(found.request, actor=request.user)
    except Problem as problem:
        pages.tell(request, problem)
        return redirect("recognising:portfolio", pk)
    messages.success(request, _("The portfolio was thrown away."))
    return redirect("recognising:requests")


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    shared = {"tab": "recognition", "tones": wording.STATES}
    template = f"recognising/portfolio/{name}.html"
    return render(request, template, shared | context, status=status)
