"""Handing over to a successor, and taking on what another institution leaves."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import CouldNotTell, StackmarkError
from stackmark_web import clock
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.tenancy import actions, forms, handovers
from stackmark_web.tenancy.models import Handover, Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.trust_views import institution, tools


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def handover(request: HttpRequest, slug: str) -> HttpResponse:
    """Who takes over, and what others leave to this institution; POST names a successor."""
    organisation = institution(request, slug, Permission.KEYS)
    form = forms.HandoverForm(request.POST or None, initial={"from_day": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
        done = forms.attempt(
            form, lambda: actions.offer_handover(organisation, actor=request.user, **data)
        )
        if done:
            messages.success(request, _("The successor is named. Now it is their turn."))
            return redirect("tenancy:handover", slug)
    answer = _page(request, organisation, form=form)
    answer.status_code = 422 if form.is_bound else 200
    return answer


@login_required
@require_POST
@fresh_sign_in
def answer(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Take on what is offered to this institution, or not."""
    organisation = institution(request, slug, Permission.KEYS)
    row = get_object_or_404(handovers.asked_of(organisation), pk=pk)
    accept = "accept" in request.POST
    action = actions.accept_handover if accept else actions.decline_handover
    try:
        action(row, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        said = _("Both have signed it. You are an owner of it now.")
        messages.success(request, said if accept else _("It is declined."))
    return redirect("tenancy:handover", slug)


@login_required
@require_POST
@fresh_sign_in
def withdraw(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Take an offer back."""
    row = _own(request, slug, pk)
    try:
        actions.withdraw_handover(row, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("It is taken back."))
    return redirect("tenancy:handover", slug)


@login_required
@require_POST
@fresh_sign_in
def signed(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """The statement as a successor elsewhere has signed it."""
    row = _own(request, slug, pk)
    form = forms.StatementForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data["statement"].encode()
        try:
            actions.take_statement(row, actor=request.user, data=data, fetcher=tools().fetcher)
        except CouldNotTell as error:
            form.add_error(None, _("Could not tell: %(why)s") % {"why": error.detail})
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Both have signed it."))
            return redirect("tenancy:handover", slug)
    shown = _page(request, row.organisation, form=forms.HandoverForm(), statement_form=form)
    shown.status_code = 422
    return shown


def _own(request: HttpRequest, slug: str, pk: Any) -> Handover:
    organisation = institution(request, slug, Permission.KEYS)
    rows = Handover.objects.within(organisation).select_related("organisation", "successor")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    form: Any,
    statement_form: Any = None,
) -> HttpResponse:
    row = handovers.handover_of(organisation)
    text = orjson.dumps(row.statement, option=orjson.OPT_INDENT_2).decode() if row else ""
    context = {
        "organisation": organisation,
        "section": "keys",
        "row": row,
        "statement": text,
        "asked": handovers.asked_of(organisation),
        "form": form,
        "statement_form": statement_form or forms.StatementForm(),
    }
    return render(request, "tenancy/handover.html", context)
