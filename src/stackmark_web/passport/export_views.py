"""Take everything along: what there is, and the file itself after showing who one is."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stackmark_web import clock
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.audit.actions import record
from stackmark_web.passport import exporting
from stackmark_web.passport.bundle import COMMAND
from stackmark_web.passport.responses import attachment


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What the file holds, and its parts."""
    parts = exporting.parts_of(request.user)
    name = f"passport-{clock.now():%Y-%m-%d}.zip"
    context = {
        "parts": [(number, len(rows)) for number, rows in enumerate(parts, 1)],
        "command": COMMAND.format(name=name),
    }
    return render(request, "passport/export.html", context)


@login_required
@require_safe
@fresh_sign_in
def download(request: HttpRequest) -> HttpResponse:
    """The file. Only for who has just shown that it is them (security goal A118)."""
    given = request.GET.get("part", "1")
    part = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0
    try:
        made = exporting.export(request.user, part)
    except IndexError:
        raise Http404("There is nothing here.") from None
    if request.method == "GET":
        record("passport.exported", actor=request.user, target=request.user)
    return attachment(made)
