"""Cases: circumstances, adjustments, misconduct. Seen by who decides, by nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import allotting
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import caring
from stackmark_web.assessing.desk_views import end_of, page, place_for, say
from stackmark_web.assessing.forms_desk import (
    AdjustmentForm,
    CircumstanceForm,
    MisconductForm,
    RaiseForm,
)
from stackmark_web.assessing.models import Circumstance, Misconduct
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may


@login_required
@require_safe
def cases(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that is open, then what was decided lately."""
    place = place_for(request.user, slug)
    user = request.user
    told = [one for one in queries.circumstances(place)[:100] if not _near(user, one.attempt)]
    wrong = [one for one in queries.misconduct(place)[:100] if not _near(user, one.attempt)]
    return page(
        request,
        "cases",
        place,
        circumstances=[(one, queries.code_of(one.attempt)) for one in told],
        misconduct=[(one, queries.code_of(one.attempt)) for one in wrong],
        adjustments=list(queries.adjustments(place)[:100]),
        tab="cases",
    )


def _near(user: Any, attempt: Any) -> bool:
    return allotting.has_conflict(user, attempt)


def _tried(request: HttpRequest, form: Any, do: Callable[[dict[str, Any]], object]) -> bool:
    """Whether the form was sent, good, and done."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        do(form.cleaned_data)
    except (PermissionDenied, StackmarkError) as error:
        say(form, error)
        return False
    messages.success(request, _("Decided. The learner is told."))
    return True


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def circumstance(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What a learner told, and the answer."""
    place = place_for(request.user, slug)
    case = queries.case_of(Circumstance, request.user, place, pk)
    form = CircumstanceForm(request.POST if request.method == "POST" else None)

    def do(given: dict[str, Any]) -> None:
        caring.decide_circumstance(
            case,
            actor=request.user,
            accept=given["decision"] == "accept",
            remedy=given["remedy"],
            extended_to=end_of(given["extended_to"]),
            answer=given["answer"],
        )

    if _tried(request, form, do):
        return redirect("assessing:cases", slug)
    context = {"case": case, "code": queries.code_of(case.attempt), "form": form, "tab": "cases"}
    status = 422 if form.is_bound else 200
    return page(request, "circumstance", place, status=status, **context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def adjustment(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What a learner needs, and the answer."""
    place = place_for(request.user, slug)
    case = queries.adjustment_of(place, pk)
    form = AdjustmentForm(request.POST if request.method == "POST" else None)

    def do(given: dict[str, Any]) -> None:
        caring.decide_adjustment(
            case,
            actor=request.user,
            grant=given["decision"] == "grant",
            extra_percent=given["extra_percent"],
            extra_days=given["extra_days"],
            answer=given["answer"],
        )

    if _tried(request, form, do):
        return redirect("assessing:cases", slug)
    status = 422 if form.is_bound else 200
    return page(request, "adjustment", place, status=status, case=case, form=form, tab="cases")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def raise_case(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Raise a case of misconduct about an attempt."""
    place = place_for(request.user, slug)
    found = queries.attempt_of(request.user, place, pk)
    form = RaiseForm(request.POST if request.method == "POST" else None)

    def do(given: dict[str, Any]) -> None:
        caring.raise_misconduct(
            found, actor=request.user, ground=given["ground"], seen=given["seen"]
        )

    if _tried(request, form, do):
        return redirect("assessing:cases", slug)
    context = {"attempt": found, "code": queries.code_of(found), "form": form, "tab": "cases"}
    status = 422 if form.is_bound else 200
    return page(request, "raise", place, status=status, **context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def misconduct(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """A case, what the learner says to it, and another person's decision."""
    place = place_for(request.user, slug)
    case = queries.case_of(Misconduct, request.user, place, pk)
    form = MisconductForm(request.POST if request.method == "POST" else None)

    def do(given: dict[str, Any]) -> None:
        caring.decide_misconduct(
            case, actor=request.user, outcome=given["outcome"], reason=given["reason"]
        )

    if _tried(request, form, do):
        return redirect("assessing:misconduct", slug, pk)
    void = case.outcome == Misconduct.Outcome.VOID
    return page(
        request,
        "misconduct",
        place,
        case=case,
        code=queries.code_of(case.attempt),
        form=form,
        own=case.raised_by_id == request.user.pk,
        too_early=case.answered_at is None and case.answer_by > clock.now(),
        award=queries.award_of(case.attempt) if void else None,
        may_revoke=may(request.user, Permission.REVOKE, place),
        tab="cases",
        status=422 if form.is_bound else 200,
    )
