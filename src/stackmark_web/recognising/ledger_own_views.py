"""A learner's part of the ledger: in and out, each credential, its code, a contest."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.passport import downloads
from stackmark_web.passport import queries as passport
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import ledger_showing as showing
from stackmark_web.recognising import queries_ledger as queries
from stackmark_web.recognising.actions import ledger as actions
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms_ledger import ReasonForm
from stackmark_web.verifying.answering import private


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Whether one takes part, and what is entered about one's credentials."""
    secret = queries.secret_of(request.user)
    lost = secret is not None and not queries.opens(secret)
    context = {
        "secret": secret,
        "lost": lost,
        "rows": queries.mine(request.user) if secret and not lost else [],
    }
    return private(render(request, "recognising/ledger/mine.html", context))


@login_required
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Opt in."""
    actions.opt_in(request.user)
    messages.success(request, _("You take part in the ledger now."))
    return redirect("recognising:ledger_mine")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Opt out, after reading what happens then."""
    if queries.secret_of(request.user) is None:
        return redirect("recognising:ledger_mine")
    if request.method != "POST":
        rows = queries.mine(request.user)
        context = {"entered": sum(1 for one in rows if one.answer and one.answer.since)}
        return private(render(request, "recognising/ledger/leave.html", context))
    actions.opt_out(request.user)
    messages.success(request, _("You do not take part any more."))
    return redirect("recognising:ledger_mine")


@login_required
@require_safe
def credential(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One credential: its entries, and the code to hand over with it."""
    holding = passport.holding_of(request.user, pk)
    if queries.secret_of(request.user) is None:
        return redirect("recognising:ledger_mine")
    return _page(request, holding)


@login_required
@require_POST
def enter(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Enter one credential."""
    holding = passport.holding_of(request.user, pk)
    try:
        actions.enter(request.user, holding)
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("Entered. From today on its uses can be asked for."))
    return redirect("recognising:ledger_credential", pk)


@login_required
@require_POST
def contest(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """Contest a use, with a reason."""
    holding = passport.holding_of(request.user, pk)
    form = ReasonForm(request.POST, auto_id=f"use-{number}-%s")
    if form.is_valid():
        try:
            actions.contest(request.user, holding, number, reason=form.cleaned_data["reason"])
        except Problem as problem:
            form.add_error(problem.field or None, problem.detail)
        else:
            messages.success(request, _("Contested. Whoever asks sees that you disagree."))
            return redirect("recognising:ledger_credential", pk)
    if queries.secret_of(request.user) is None:
        return redirect("recognising:ledger_mine")
    return _page(request, holding, {number: form}, status=422)


def _page(
    request: HttpRequest,
    holding: Holding,
    forms: dict[int, ReasonForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = queries.about(request.user, holding)
    context: dict[str, Any] = {
        "holding": holding,
        "mine": found,
        "uses": [showing.row(found, use, (forms or {}).get(use.number)) for use in found.uses],
        "past": showing.ended(found),
        "code": queries.code_for(request.user, holding),
        "form": "json" if "json" in downloads.forms_of(holding) else "",
        "loose": [one for form in (forms or {}).values() for one in form.non_field_errors()],
    }
    page = render(request, "recognising/ledger/credential.html", context, status=status)
    return private(page)
