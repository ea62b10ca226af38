"""A credential for a phone's wallet."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from stackmark.errors import StackmarkError
from stackmark_web.passport import passes, passes_google, queries
from stackmark_web.passport.responses import attachment, private


@login_required
@require_safe
def phone(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The signed pass where this server has keys for it, else the preview of its fields."""
    found = queries.holding_of(request.user, pk)
    if kind not in ("apple", "google"):
        raise Http404("There is nothing here.")
    try:
        if kind == "google" and passes_google.google_ready():
            return private(redirect(passes_google.google_link(found)))
        if kind == "apple" and passes.apple_ready():
            return attachment(passes.apple_pass(found))
        return attachment(passes_google.preview(found, kind))
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("passport:holding", pk=pk)


def ready() -> dict[str, bool]:
    """Which passes are signed here."""
    return {"apple": passes.apple_ready(), "google": passes_google.google_ready()}
