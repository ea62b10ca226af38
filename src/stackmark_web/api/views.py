"""Pages of tokens, and the description of the API for people and programs."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.api import actions, description, limits, manual, problems, queries
from stackmark_web.api.door import door
from stackmark_web.api.forms import ReplaceForm, TokenForm
from stackmark_web.api.models import Token
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def tokens(request: HttpRequest, slug: str) -> HttpResponse:
    """The tokens of an organisation; POST makes one and shows it, this once."""
    organisation = organisation_for(request.user, slug, Permission.API)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, text = actions.make_token(organisation, actor=request.user, **form.values)
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            return _show_once(request, organisation, made, text)
    return _page(request, organisation, form)


def _page(request: HttpRequest, organisation: Organisation, form: TokenForm) -> HttpResponse:
    rows = list(queries.tokens_of(organisation)[:200])
    for one in rows:
        one.tone, one.word = _state(one)
    context = _context(organisation) | {"form": form, "rows": rows}
    status = 422 if form.is_bound else 200
    return render(request, "api/tokens.html", context, status=status)


def _state(token: Token) -> tuple[str, str]:
    if token.revoked_at is not None:
        return "bad", _("Revoked")
    if token.expires_at <= clock.now():
        return "neutral", _("Expired")
    if token.maker is None:
        return "bad", _("Its maker has left")
    return "good", _("Works")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def token_replace(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Make a new token in the place of one, which goes on for a while."""
    organisation = organisation_for(request.user, slug, Permission.API)
    token = queries.token_of(organisation, pk)
    form = ReplaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, text = actions.replace_token(token, actor=request.user, **form.values)
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            return _show_once(request, organisation, made, text)
    context = _context(organisation) | {"form": form, "token": token}
    status = 422 if form.is_bound else 200
    return render(request, "api/token_replace.html", context, status=status)


@login_required
@require_POST
def token_revoke(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """End a token now."""
    organisation = organisation_for(request.user, slug, Permission.API)
    actions.revoke_token(queries.token_of(organisation, pk), actor=request.user)
    messages.success(request, _("The token is revoked; nothing opens with it any more."))
    return redirect("api:tokens", slug)


def _show_once(
    request: HttpRequest, organisation: Organisation, token: Token, text: str
) -> HttpResponse:
    context = _context(organisation) | {"token": token, "text": text}
    return render(request, "api/token_made.html", context)


def _context(organisation: Organisation) -> dict[str, Any]:
    return {"organisation": organisation, "section": "api", "tab": "tokens"}


# -- the description ---------------------------------------------------------------------------


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    response = HttpResponse(orjson.dumps(description.document()), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people: no script, nothing from elsewhere."""
    context = {"parts": manual.parts(), "limits": limits, "problems": problems.KINDS}
    context |= {"base": problems.BASE, "anonymous": limits.anonymous()}
    return render(request, "api/docs.html", context)


def _nowhere(_request: HttpRequest, **_rest: object) -> HttpResponse:
    return problems.answer("not-found")


nowhere = csrf_exempt(door(_nowhere, "nowhere"))
