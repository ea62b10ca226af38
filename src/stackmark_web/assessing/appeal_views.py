"""Appeals against decisions: seen by the desk, decided by who had no part."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import allotting, plans
from stackmark_web.assessing import queries_desk as queries
from stackmark_web.assessing.actions import appealing
from stackmark_web.assessing.desk_views import page, place_for, refused, say
from stackmark_web.assessing.forms_desk import AppealForm
from stackmark_web.assessing.marksheets import MarkSheet
from stackmark_web.assessing.models import MarkAppeal, Marking


@login_required
@require_safe
def appeals(request: HttpRequest, slug: str) -> HttpResponse:
    """Open ones first, by the day they must be decided."""
    place = place_for(request.user, slug)
    rows = [
        (one, queries.code_of(one.decision.attempt), one.due_at < clock.now())
        for one in queries.appeals(place)[: queries.SHOWN]
        if not allotting.has_conflict(request.user, one.decision.attempt)
    ]
    rows.sort(key=lambda row: row[0].state != MarkAppeal.State.OPEN)
    return page(request, "appeals", place, rows=rows, tab="appeals")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What the learner says, the decision with its markings, and how it ends."""
    place = place_for(request.user, slug)
    found: MarkAppeal = queries.case_of(MarkAppeal, request.user, place, pk)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            appealing.decide(found, actor=request.user, **form.cleaned_data)
        except (PermissionDenied, StackmarkError) as error:
            say(form, error)
        else:
            messages.success(request, _("Decided. The learner is told."))
            return redirect("assessing:mark_appeal", slug, pk)
    return _shown(request, place, found, form)


def _shown(request: HttpRequest, place: Any, found: MarkAppeal, form: AppealForm) -> HttpResponse:
    attempt = found.decision.attempt
    hidden = queries.is_hidden_from(request.user, attempt)
    plan = plans.plan_of(attempt.version)
    again = appealing.remarking_of(found)
    shown = [] if hidden else queries.markings_shown(attempt)
    letters = {chr(ord("A") + n): one for n, one in enumerate(shown)}
    sheet = MarkSheet.stored(plan, found.decision) if plan else None
    return page(
        request,
        "appeal",
        place,
        appeal=found,
        attempt=attempt,
        decision=found.decision,
        code=queries.code_of(attempt),
        part=allotting.had_part(request.user, attempt),
        hidden=hidden,
        letters=letters,
        parts=sheet.parts(letters) if sheet and not hidden else [],
        pieces=queries.pieces_of(attempt),
        component_names={one.id: one.name for one in plan.components} if plan else {},
        again=again,
        again_done=again is not None and again.state == Marking.State.SUBMITTED,
        open=found.state == MarkAppeal.State.OPEN,
        late=found.due_at < clock.now(),
        fresh=attempt.decisions.filter(is_current=True, basis="appeal").first(),
        form=form,
        tab="appeals",
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def again(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Have it marked by somebody who has not met it."""
    place = place_for(request.user, slug)
    found = queries.case_of(MarkAppeal, request.user, place, pk)
    try:
        appealing.ask_remarking(found, actor=request.user)
    except (PermissionDenied, StackmarkError) as error:
        refused(request, error)
    else:
        messages.success(request, _("It waits in the queue, to be marked anew."))
    return redirect("assessing:mark_appeal", slug, pk)
