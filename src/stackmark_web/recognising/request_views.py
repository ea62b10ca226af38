"""A learner's requests: the list, a new one, how it stands."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.recognising import pages, policies, queries
from stackmark_web.recognising.actions import requesting
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms import RequestForm, TextForm
from stackmark_web.recognising.models import Request


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """A person's own requests and what became of them."""
    rows = queries.requests_of(request.user)[: pages.SHOWN]
    return pages.learner_page(request, "list", rows=rows, today=queries.today())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """First whom one asks, then what is sent; ``?target=`` and ``?holding=`` fill in the form."""
    body, target = _chosen(request)
    if body is None:
        bodies = policies.open_bodies()
        brought = "".join(_brought(request))
        return pages.learner_page(request, "choose", bodies=bodies, closed=target, brought=brought)
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        targets=queries.targets_of(body),
        initial={"target": target.pk if target else "", "holdings": _brought(request)},
    )
    if form.is_bound and form.is_valid():
        try:
            made = requesting.send(request.user, organisation=body, **form.values())
        except Problem as problem:
            pages.say(form, problem)
        else:
            messages.success(request, _("Sent. You see here how it goes on."))
            return redirect("recognising:request", made.pk)
    return pages.learner_page(
        request,
        "new",
        form=form,
        body=body,
        policy=policies.policy_of(body),
        holds=form.fields["holdings"].queryset.exists(),  # type: ignore[attr-defined]  # of models
        status=422 if form.is_bound else 200,
    )


def _chosen(request: HttpRequest) -> tuple[Any, Any]:
    """Who is to decide and for what, as the address says; ``Http404`` for what is not there."""
    slug, wanted = request.GET.get("body", ""), request.GET.get("target", "")
    target = _target(wanted) if wanted else None
    if slug:
        body = policies.open_bodies().filter(slug=slug.replace("\x00", "")).first()
        if body is None:
            raise Http404("There is nothing here.")
        return body, target
    return (policies.body_for(target.organisation) if target else None), target


def _brought(request: HttpRequest) -> list[str]:
    """The credential a person comes from; it is ticked where it is one they may send."""
    try:
        return [str(uuid.UUID(request.GET.get("holding", "")))]
    except ValueError:
        return []


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
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How a request stands; a question is answered here."""
    found = queries.request_of(request.user, pk)
    if found.state == Request.State.DRAFT:  # a portfolio that is still being written
        return redirect("recognising:portfolio", pk)
    form = TextForm(request.POST if request.method == "POST" else None, label=_("Your answer"))
    if form.is_bound and form.is_valid():
        try:
            requesting.answer(found, actor=request.user, text=form.text)
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, _("Your answer has reached them."))
            return redirect("recognising:request", pk)
    return pages.learner_page(
        request,
        "request",
        asked=found,
        form=form,
        sources=[(one, queries.current(one)) for one in found.sources.all()],
        overdue=found.is_open and queries.is_overdue(found.due_on),
        waits=found.state == Request.State.ASKED,
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """No decision is wanted any more."""
    try:
        requesting.take_back(queries.request_of(request.user, pk), actor=request.user)
    except Problem as problem:
        pages.tell(request, problem)
    else:
        messages.success(request, _("The request was taken back."))
    return redirect("recognising:request", pk)
