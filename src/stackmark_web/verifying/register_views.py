"""Signed registers on the page of a register: take one over, drop it, sign one's own."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stackmark.errors import StackmarkError
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.verifying import queries, registers
from stackmark_web.verifying.forms import ExportForm, ImportForm
from stackmark_web.verifying.trust_views import refusal


@require_POST
def operator_import(request: HttpRequest) -> HttpResponse:
    """Into the server's register."""
    if not queries.may_keep_register(request.user, None):
        raise refusal(request)
    return _import(request, None, reverse("verifying:register"))


@login_required
@require_POST
def organisation_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Into an organisation's register."""
    place = tenancy.organisation_for(request.user, slug, Permission.TRUST)
    return _import(request, place, reverse("verifying:trust", args=[slug]))


def _import(request: HttpRequest, place: Any, url: str) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose the file of a signed register."))
        return HttpResponseRedirect(url)
    try:
        made = registers.take_over(place, actor=request.user, data=form.cleaned_data["file"].read())
    except StackmarkError as error:
        messages.error(
            request, _("The register was not taken over: %(why)s") % {"why": error.detail}
        )
    else:
        messages.success(request, _("The register of %s counts here now.") % made.name)
    return HttpResponseRedirect(url)


@require_POST
def operator_drop(request: HttpRequest, entry: uuid.UUID) -> HttpResponse:
    """Out of the server's register."""
    if not queries.may_keep_register(request.user, None):
        raise refusal(request)
    return _drop(request, None, entry, reverse("verifying:register"))


@login_required
@require_POST
def organisation_drop(request: HttpRequest, slug: str, entry: uuid.UUID) -> HttpResponse:
    """Out of an organisation's register."""
    place = tenancy.organisation_for(request.user, slug, Permission.TRUST)
    return _drop(request, place, entry, reverse("verifying:trust", args=[slug]))


def _drop(request: HttpRequest, place: Any, entry: uuid.UUID, url: str) -> HttpResponse:
    found = registers.imports(place).filter(pk=entry).first()
    if found is None:
        raise Http404("There is nothing here.")
    registers.drop(found, actor=request.user)
    messages.success(request, _("The register does not count here any more."))
    return HttpResponseRedirect(url)


@login_required
@require_POST
def organisation_sign(request: HttpRequest, slug: str) -> HttpResponse:
    """The organisation's own entries as a signed file."""
    place = tenancy.organisation_for(request.user, slug, Permission.TRUST)
    form = ExportForm(request.POST)
    try:
        days = int(form.cleaned_data["days"]) if form.is_valid() else 0
        body = registers.sign(place, actor=request.user, days=days)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(reverse("verifying:trust", args=[slug]))
    response = HttpResponse(body, content_type="application/jwt")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-register.jwt"'
    response.headers["Cache-Control"] = "no-store"
    return response
