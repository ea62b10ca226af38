"""The requester's pages: a new request, and how it stands."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark_web.accrediting import actions, queries
from stackmark_web.accrediting.actions import Problem
from stackmark_web.accrediting.forms import RequestForm, TextForm
from stackmark_web.accrediting.models import Request, ReviewRow
from stackmark_web.accrediting.views import ASKERS, page, place_for
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may

_TOLD = (ReviewRow.Judgement.ASK, ReviewRow.Judgement.REFUSE)


def say(form: Any, problem: Problem) -> None:
    """The problem at its field, or above the form."""
    form.add_error(problem.field if problem.field in form.fields else None, problem.detail)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask an agency, or anybody for an endorsement."""
    place = place_for(request.user, slug, *ASKERS)
    whole = may(request.user, Permission.EDIT, place)
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        organisation=place,
        whole=whole,
        initial={"about": request.GET.get("about", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_for(place, actor=request.user, **form.values())
        except Problem as problem:
            say(form, problem)
        else:
            messages.success(request, _("Sent. You see here how it goes on."))
            return redirect("accrediting:request", slug, made.pk)
    status = 422 if form.is_bound else 200
    return page(request, "new", place, form=form, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """How a request stands; a question is answered here."""
    place = place_for(request.user, slug, *ASKERS)
    found = queries.request_of(place, pk)
    form = TextForm(request.POST if request.method == "POST" else None, label=_("Your answer"))
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(found, actor=request.user, text=form.cleaned_data["text"])
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, _("Your answer has reached them."))
            return redirect("accrediting:request", slug, pk)
    told = found.rows.filter(judgement__in=_TOLD)
    return page(
        request,
        "request",
        place,
        asked=found,
        form=form,
        statement=getattr(found, "statement", None),
        told=told if found.state in (Request.State.ASKED, Request.State.REFUSED) else [],
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def take_back(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """No decision is wanted any more."""
    place = place_for(request.user, slug, *ASKERS)
    try:
        actions.take_back(queries.request_of(place, pk), actor=request.user)
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("The request was taken back."))
    return redirect("accrediting:request", slug, pk)
