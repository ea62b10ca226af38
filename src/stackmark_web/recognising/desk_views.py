"""The desk: requests by deadline, one request, its question, who goes on; the policy."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.recognising import pages, policies, queries
from stackmark_web.recognising.actions import evaluating
from stackmark_web.recognising.actions import policies as keeping
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms import AssignForm, PolicyForm, TextForm
from stackmark_web.recognising.models import Request


@login_required
@require_safe
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits, by deadline; appeals; decisions in review; what was decided."""
    place = pages.place_for(request.user, slug)
    waiting = queries.requests_to(place).filter(state__in=queries.OPEN)
    decided = queries.decisions_by(place)
    return pages.desk_page(
        request,
        "desk",
        place,
        policy=policies.policy_of(place),
        waiting=[(row, queries.is_overdue(row.due_on)) for row in waiting[: pages.SHOWN]],
        appeals=[
            (row, queries.is_overdue(row.due_on))
            for row in queries.appeals_to(place).filter(decided_at=None)[: pages.SHOWN]
        ],
        fallen=decided.filter(review_since__isnull=False, withdrawn_at=None, replaced_by=None),
        decided=decided[: pages.SHOWN],
    )


@login_required
@require_safe
def detail(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One request with everything about it."""
    place = pages.place_for(request.user, slug)
    return _shown(request, place, queries.request_to(place, pk))


def _shown(
    request: HttpRequest,
    place: Any,
    found: Request,
    *,
    question: TextForm | None = None,
    chosen: AssignForm | None = None,
    status: int = 200,
) -> HttpResponse:
    return pages.desk_page(
        request,
        "request",
        place,
        asked=found,
        sources=[(one, queries.current(one)) for one in found.sources.all()],
        overdue=found.is_open and queries.is_overdue(found.due_on),
        question_form=question or _question(),
        assign_form=chosen or _assign(found),
        own=found.user_id == request.user.pk,
        status=status,
    )


def _question(data: Any = None) -> TextForm:
    return TextForm(
        data,
        name="question",
        label=_("Question to the learner"),
        help_text=_("The days until they answer are added to your deadline."),
    )


def _assign(found: Request, data: Any = None) -> AssignForm:
    people = queries.evaluators_of(found.organisation)
    return AssignForm(data, people=people, initial={"reader": str(found.reader_id or "")})


@login_required
@require_POST
def assign(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take it, give it to a colleague, or back to all."""
    place = pages.place_for(request.user, slug)
    found = queries.request_to(place, pk)
    form = _assign(found, request.POST)
    if form.is_valid():
        mine = "take" in request.POST
        try:
            evaluating.assign(
                found, actor=request.user, reader=request.user if mine else form.reader_chosen()
            )
        except Problem as problem:
            pages.say(form, problem)
        else:
            return redirect("recognising:desk_request", slug, pk)
    return _shown(request, place, found, chosen=form, status=422)


@login_required
@require_POST
def ask(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Send a question."""
    place = pages.place_for(request.user, slug)
    found = queries.request_to(place, pk)
    form = _question(request.POST)
    if form.is_valid():
        try:
            evaluating.ask(found, actor=request.user, question=form.text)
        except Problem as problem:
            pages.say(form, problem)
        else:
            messages.success(request, _("They see your question now."))
            return redirect("recognising:desk_request", slug, pk)
    return _shown(request, place, found, question=form, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """How this body recognises."""
    place = pages.place_for(request.user, slug)
    now = policies.policy_of(place)
    names = ("open", "default", "days", "appeal_days", "appeal_route", "publishes")
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(now, name) for name in names},
    )
    if form.is_bound and form.is_valid():
        try:
            keeping.save(place, actor=request.user, **form.cleaned_data)
        except Problem as problem:
            pages.say(form, problem)
        else:
            messages.success(request, _("Kept. It holds for what is sent and decided from now on."))
            return redirect("recognising:desk", slug)
    return pages.desk_page(
        request, "policy", place, form=form, status=422 if form.is_bound else 200
    )
