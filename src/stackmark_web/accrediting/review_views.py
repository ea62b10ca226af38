"""The agency's pages: rows of a profile, a question, the decision, its confirmation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.accrediting import actions, queries
from stackmark_web.accrediting import rows as profiles
from stackmark_web.accrediting.actions import Problem
from stackmark_web.accrediting.forms import (
    DecisionForm,
    ProfileForm,
    RowsForm,
    TextForm,
    first_values,
)
from stackmark_web.accrediting.models import Request
from stackmark_web.accrediting.request_views import say
from stackmark_web.accrediting.views import page, place_for
from stackmark_web.accrediting.wording import OUTCOMES, TONES, scope_words
from stackmark_web.tenancy.permissions import Permission


def _of(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Any, Request]:
    place = place_for(request.user, slug, Permission.REVIEW)
    return place, queries.request_to(place, pk)


def _shown(
    request: HttpRequest,
    place: Any,
    found: Request,
    *,
    rows: RowsForm | None = None,
    question: TextForm | None = None,
    chosen: ProfileForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The review: what is asked, the rows, and what can be done next."""
    review = list(found.rows.all())
    form = rows or RowsForm(review=review, initial={"reasons": found.reasons})
    return page(
        request,
        "review",
        place,
        asked=found,
        rows=[
            (row, OUTCOMES.get(row.outcome, row.outcome), TONES.get(row.outcome), judgement, note)
            for row, judgement, note in form.pairs()
        ],
        form=form,
        profile_title=profiles.title_of(found.profile) if found.profile else "",
        profile_form=chosen or ProfileForm(initial={"profile": found.profile or "eu-2022"}),
        question_form=question or _question(),
        statement=getattr(found, "statement", None),
        status=status,
    )


def _question(data: Any = None) -> TextForm:
    help_text = _("They see the points you marked as a question, too.")
    return TextForm(data, label=_("Question to the requester"), help_text=help_text)


@login_required
@require_safe
def review(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One request with everything about it."""
    place, found = _of(request, slug, pk)
    return _shown(request, place, found)


@login_required
@require_POST
def choose(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Fill the rows from a profile."""
    place, found = _of(request, slug, pk)
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            actions.open_review(found, actor=request.user, profile=form.cleaned_data["profile"])
        except Problem as problem:
            say(form, problem)
        else:
            return redirect("accrediting:review", slug, pk)
    return _shown(request, place, found, chosen=form, status=422)


@login_required
@require_POST
def rows(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Keep judgements, notes and reasons."""
    place, found = _of(request, slug, pk)
    form = RowsForm(request.POST, review=list(found.rows.all()))
    if form.is_valid():
        try:
            actions.judge(
                found,
                actor=request.user,
                judgements=form.judgements(),
                reasons=form.cleaned_data["reasons"],
            )
        except Problem as problem:
            say(form, problem)
        else:
            if "decide" in request.POST:
                return redirect("accrediting:review_decide", slug, pk)
            messages.success(request, _("Kept."))
            return redirect("accrediting:review", slug, pk)
    return _shown(request, place, found, rows=form, status=422)


@login_required
@require_POST
def ask(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Send a question."""
    place, found = _of(request, slug, pk)
    form = _question(request.POST)
    if form.is_valid():
        try:
            actions.ask(found, actor=request.user, question=form.cleaned_data["text"])
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, _("They see your question now."))
            return redirect("accrediting:review", slug, pk)
    return _shown(request, place, found, question=form, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Grant with scope and time, or refuse; confirmed on the next page."""
    place, found = _of(request, slug, pk)
    data = request.POST if request.method == "POST" else None
    form = DecisionForm(data, asked=found, initial=first_values(found))
    if data is not None and form.is_valid():
        try:
            actions.propose(found, actor=request.user, **form.values())
        except Problem as problem:
            say(form, problem)
        else:
            return redirect("accrediting:review_confirm", slug, pk)
    status = 422 if form.is_bound else 200
    return page(request, "decide", place, asked=found, form=form, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The decision as it will be signed; a person says yes."""
    place, found = _of(request, slug, pk)
    if not found.is_open or not found.proposal:
        return redirect("accrediting:review", slug, pk)
    wrong = ""
    if request.method == "POST":
        try:
            actions.confirm(found, actor=request.user)
        except (PermissionDenied, StackmarkError) as error:
            wrong = getattr(error, "detail", "") or str(error)
        else:
            messages.success(request, _("Decided. The requester sees it now."))
            return redirect("accrediting:review", slug, pk)
    own = place.four_eyes and found.proposed_by_id == request.user.pk
    return page(
        request,
        "confirm",
        place,
        asked=found,
        own=own,
        wrong=wrong,
        scope=scope_words(found.proposal.get("scope", {})),
        status=422 if wrong else 200,
    )


@login_required
@require_POST
def send_back(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The proposal goes back to be changed."""
    _place, found = _of(request, slug, pk)
    try:
        actions.send_back(found, actor=request.user)
    except Problem as problem:
        messages.error(request, problem.detail)
    return redirect("accrediting:review", slug, pk)
