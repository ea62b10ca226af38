"""Registers of trusted issuers: the server's own, and each organisation's."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.verifying import actions, queries, registers
from stackmark_web.verifying.forms import ExportForm, ImportForm, TrustForm


@require_http_methods(["GET", "HEAD", "POST"])
def operator(request: HttpRequest) -> HttpResponse:
    """The server's register: everybody reads it, its operator keeps it."""
    if request.method == "POST" and not queries.may_keep_register(request.user, None):
        raise refusal(request)
    return _register(request, None, "verifying/trust.html", reverse("verifying:register"))


@require_safe
def register_json(request: HttpRequest) -> HttpResponse:
    """The server's register as the file ``stackmark verify --trust`` reads."""
    del request
    found = registers.tree_of(queries.entries(None))
    response = JsonResponse(found, json_dumps_params={"indent": 1})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The register of an organisation, for who keeps it."""
    place = tenancy.organisation_for(request.user, slug, Permission.TRUST)
    url = reverse("verifying:trust", args=[slug])
    return _register(request, place, "verifying/organisation_trust.html", url)


def _register(request: HttpRequest, place: Any, template: str, url: str) -> HttpResponse:
    form = TrustForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.trust(place, actor=request.user, **form.cleaned_data)
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("The issuer is in the register now."))
            return HttpResponseRedirect(url)
    context = {
        "form": form,
        "entries": queries.entries(place),
        "organisation": place,
        "section": "trust",
        "keeper": queries.may_keep_register(request.user, place),
        "identity": settings.IDENTITY_URL,
        "imports": [(row, row.ends_at > clock.now()) for row in registers.imports(place)],
        "import_form": ImportForm(),
        "export_form": ExportForm(),
    }
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
def operator_remove(request: HttpRequest, entry: uuid.UUID) -> HttpResponse:
    """Take an issuer out of the server's register."""
    if not queries.may_keep_register(request.user, None):
        raise refusal(request)
    return _removed(request, None, entry, reverse("verifying:register"))


@login_required
@require_POST
def organisation_remove(request: HttpRequest, slug: str, entry: uuid.UUID) -> HttpResponse:
    """Take an issuer out of an organisation's register."""
    place = tenancy.organisation_for(request.user, slug, Permission.TRUST)
    return _removed(request, place, entry, reverse("verifying:trust", args=[slug]))


def _removed(request: HttpRequest, place: Any, entry: uuid.UUID, url: str) -> HttpResponse:
    found = queries.entries(place).filter(pk=entry).first()
    if found is None:
        raise Http404("There is nothing here.")
    actions.distrust(found, actor=request.user)
    messages.success(request, _("The issuer is no longer in the register."))
    return HttpResponseRedirect(url)


def refusal(request: HttpRequest) -> Exception:
    """Who is signed in is told; for a stranger there is nothing to change here."""
    if request.user.is_authenticated:
        return PermissionDenied(_("Only the operator of this server keeps its register."))
    return Http404("There is nothing here.")
