"""An award body's page: contests of uses it entered, and how they end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark_web.recognising import queries_ledger as queries
from stackmark_web.recognising.actions import ledger as actions
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms_ledger import SettleForm
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contests(request: HttpRequest, slug: str) -> HttpResponse:
    """The open contests; each is ended with a reason."""
    place = organisation_for(request.user, slug, Permission.RECOGNISE)
    rows = queries.contests(place)
    forms: dict[int, SettleForm] = {one.use.number: _form(one) for one in rows}
    if request.method != "POST":
        return _page(request, place, rows, forms)
    number = _number(request.POST.get("use", ""))
    if number not in forms:
        messages.error(request, _("Nobody contests this use any more."))
        return redirect("recognising:ledger_desk", slug)
    form = forms[number] = SettleForm(request.POST, prefix=f"use-{number}")
    if form.is_valid() and _settled(request, place, number, form):
        messages.success(request, _("Ended. Whoever asks sees it from now on."))
        return redirect("recognising:ledger_desk", slug)
    return _page(request, place, rows, forms, status=422)


def _settled(request: HttpRequest, place: Any, number: int, form: SettleForm) -> bool:
    try:
        actions.settle(
            place,
            number,
            actor=request.user,
            stands=form.cleaned_data["outcome"] == "stands",
            reason=form.cleaned_data["reason"],
        )
    except Problem as problem:
        form.add_error(problem.field or None, problem.detail)
        return False
    return True


def _form(one: queries.Contest) -> SettleForm:
    return SettleForm(prefix=f"use-{one.use.number}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1


def _page(
    request: HttpRequest,
    place: Any,
    rows: list[queries.Contest],
    forms: dict[int, SettleForm],
    status: int = 200,
) -> HttpResponse:
    context = {
        "organisation": place,
        "section": "recognition",
        "tab": "ledger",
        "rows": [(one, forms[one.use.number]) for one in rows],
    }
    return render(request, "recognising/ledger/desk.html", context, status=status)
