"""The desk's pages after a decision: the decision itself, its review, an appeal against it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark_web.recognising import pages, queries
from stackmark_web.recognising.actions import appealing, reviewing
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms import TextForm
from stackmark_web.recognising.models import Appeal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """What was decided; a reason withdraws it."""
    place = pages.place_for(request.user, slug)
    found = queries.decision_by(place, pk)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        name="reason",
        label=_("Why it is withdrawn"),
        help_text=_("The learner reads this. It cannot be undone."),
    )
    if form.is_bound and form.is_valid():
        try:
            reviewing.withdraw(found, actor=request.user, reason=form.text)
        except (Problem, PermissionDenied) as error:
            form.add_error(None, getattr(error, "detail", "") or str(error))
        else:
            messages.success(request, _("Withdrawn. Everybody who checks sees it from now on."))
            return redirect("recognising:desk_decision", slug, pk)
    return pages.desk_page(
        request,
        "decision",
        place,
        form=form,
        appeals=found.appeals.order_by("sent_at"),
        status=422 if form.is_bound else 200,
        **pages.shown(found),
    )


@login_required
@require_POST
def confirm(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The decision stands although its source fell."""
    found = queries.decision_by(pages.place_for(request.user, slug), pk)
    try:
        reviewing.confirm(found, actor=request.user)
    except Problem as problem:
        pages.tell(request, problem)
    else:
        messages.success(request, _("Confirmed. The decision counts again."))
    return redirect("recognising:desk_decision", slug, pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """An appeal: dismiss it with reasons, or decide anew."""
    place = pages.place_for(request.user, slug)
    found = queries.appeal_to(place, pk)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        name="reasons",
        label=_("Why the decision stands"),
        help_text=_("The learner reads this."),
    )
    if form.is_bound and form.is_valid():
        try:
            appealing.dismiss(found, actor=request.user, reasons=form.text)
        except (Problem, PermissionDenied) as error:
            form.add_error(None, getattr(error, "detail", "") or str(error))
        else:
            messages.success(request, _("Answered. The learner reads your reasons."))
            return redirect("recognising:desk_appeal", slug, pk)
    return pages.desk_page(
        request,
        "appeal",
        place,
        appeal=found,
        form=form,
        own=found.decision.decided_by_id == request.user.pk,
        overdue=found.state == Appeal.State.OPEN and queries.is_overdue(found.due_on),
        status=422 if form.is_bound else 200,
        **pages.shown(queries.decision_by(place, found.decision_id)),
    )
