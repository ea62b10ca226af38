"""Signing in with an institution: going there, coming back, connecting, taking away.

A refusal says nothing of its reason to the browser; the log has one word. Nothing personal stands
in an address.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.accounts import confirming, institutions, oidc, saml
from stackmark_web.accounts.claims import Claims, Refused
from stackmark_web.accounts.forms_rights import NewcomerForm
from stackmark_web.accounts.models import Identity, User
from stackmark_web.accounts.providers import Provider, provider, providers

_LOG: Final = logging.getLogger(__name__)


@require_POST
def go(request: HttpRequest, name: str) -> HttpResponse:
    """Leave for the institution; ``purpose`` add connects it to the account one is signed in to."""
    found = _provider(name)
    adding = request.POST.get("purpose") == "add"
    if adding and not request.user.is_authenticated:
        return redirect("account_login")
    if adding and not confirming.is_sure(request):
        return redirect(confirming.way(request, "/account/institutions"))
    if request.user.is_authenticated and not adding:
        return redirect("accounts:identities")
    asked = {"next": _safe(request, request.POST.get("next", "")), "by": _who(request)}
    try:
        url = _ask(request, found, asked)
    except Refused as error:
        return _refused(request, found, error)
    return render(request, "accounts/leaving.html", {"url": url, "provider": found})


def _ask(request: HttpRequest, found: Provider, asked: dict[str, str]) -> str:
    if found.kind == "oidc":
        question = oidc.new_question()
        url = oidc.authorization_url(found, question)
        asked |= {"state": question.state, "nonce": question.nonce, "verifier": question.verifier}
    else:
        url, asked["id"] = saml.question(found)
    institutions.remember_question(request, found.name, **asked)
    return url


@require_safe
def back(request: HttpRequest, name: str) -> HttpResponse:
    """OpenID Connect: the browser comes back with a code."""
    found = _provider(name, "oidc")
    try:
        kept = institutions.recall_question(request, found.name)
        question = oidc.Asked(kept["state"], kept["nonce"], kept["verifier"])
        claims = oidc.answer(found, question, request.GET.dict())
    except Refused as error:
        return _refused(request, found, error)
    return _enter(request, found, claims, kept)


@csrf_exempt
@require_POST
def acs(request: HttpRequest, name: str) -> HttpResponseBase:
    """SAML: the provider's page posts its answer from its own site, so no session comes with it.

    It is checked whole, kept for two minutes, and used by the page after, where the session is.
    """
    found = _provider(name, "saml")
    limited = ratelimit.consume(request, app="account", action="saml", config={"saml": "300/m/ip"})
    if not limited:
        return HttpResponse(_("That was a little fast. Wait a moment and try again."), status=429)
    try:
        claims, asked, assertion = saml.read_answer(found, request.POST.get("SAMLResponse", ""))
        saml.spend(assertion, found.issuer)
    except Refused as error:
        _LOG.warning("sign-in with %s refused: %s", found.name, error.reason)
        return redirect("accounts:institution_refused", found.name)
    key = institutions.new_key()
    saml.hand_over(key, claims, asked)
    return redirect("accounts:saml_on", found.name, key)


@require_safe
def saml_on(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """SAML: the browser that asked takes the answer up."""
    found = _provider(name, "saml")
    try:
        claims, asked = saml.take_over(key)
        kept = institutions.recall_question(request, found.name)
        if claims.provider != found.name or kept["id"] != asked:
            raise Refused("another question")
    except Refused as error:
        return _refused(request, found, error)
    return _enter(request, found, claims, kept)


@require_safe
def saml_metadata(_request: HttpRequest, name: str) -> HttpResponse:
    """What the identity provider needs to know of us."""
    made = saml.metadata(_provider(name, "saml"))
    return HttpResponse(made, content_type="application/samlmetadata+xml")


@require_safe
def refused(request: HttpRequest, name: str) -> HttpResponse:
    """The answer was not taken."""
    return _refused(request, _provider(name), Refused("told"))


def _enter(
    request: HttpRequest, found: Provider, claims: Claims, kept: dict[str, str]
) -> HttpResponse:
    if kept["by"] != _who(request):  # somebody else signed in or out meanwhile
        return _refused(request, found, Refused("another person"))
    identity = institutions.known(claims)
    if request.user.is_authenticated:
        return _connect(request, claims)
    if identity is None:
        institutions.remember_newcomer(request, claims)
        return redirect("accounts:newcomer")
    return _sign_in(request, identity.user, claims, kept["next"], identity)


def _sign_in(
    request: HttpRequest, user: User, claims: Claims, target: str, identity: Identity | None = None
) -> HttpResponse:
    """Allauth's steps from here: inactive accounts, second factors, the session."""
    if identity is not None:
        institutions.used(identity)
    record_authentication(request, user, method="institution", provider=claims.provider)
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=target or None))
    return answer


def _connect(request: HttpRequest, claims: Claims) -> HttpResponse:
    if not confirming.is_sure(request):
        institutions.remember_newcomer(request, claims)
        return redirect(confirming.way(request, "/account/institutions"))
    try:
        institutions.connect(request.user, claims, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Connected. You can sign in this way from now on."))
    institutions.forget_newcomer(request)
    return redirect("accounts:identities")


@require_http_methods(["GET", "HEAD", "POST"])
def newcomer(request: HttpRequest) -> HttpResponse:
    """Somebody we do not know yet: make an account, or sign in to one and connect it."""
    claims = institutions.newcomer(request)
    if claims is None:
        return redirect("account_login")
    if request.user.is_authenticated:
        return redirect("accounts:identities")
    form = NewcomerForm(request.POST or None, initial={"name": claims.name})
    if request.method == "POST" and not claims.vouched:
        return redirect("accounts:newcomer")
    if request.method == "POST" and form.is_valid():
        try:
            user = institutions.make_account(
                claims, name=form.cleaned_data["name"], born=form.cleaned_data.get("born")
            )
        except ValidationError as error:
            form.add_error(None, error.messages[0])
        else:
            institutions.forget_newcomer(request)
            return _sign_in(request, user, claims, "")
    found = provider(claims.provider)
    context = {"form": form, "claims": claims, "provider": found}
    return render(request, "accounts/newcomer.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def identities(request: HttpRequest) -> HttpResponse:
    """The institutions one signs in with; connect what one came with, take one away."""
    waiting = institutions.newcomer(request)
    if request.method == "POST":
        return _change(request, waiting)
    titles = {one.name: one.title for one in providers()}
    rows = Identity.objects.filter(user=request.user).order_by("added_at")
    context = {
        "rows": [(row, titles.get(row.provider, row.provider)) for row in rows],
        "providers": providers(),
        "waiting": waiting,
        "waiting_title": titles.get(waiting.provider, "") if waiting else "",
        "sure": confirming.is_sure(request),
        "way": confirming.way(request, request.path),
    }
    return render(request, "accounts/identities.html", context)


def _change(request: HttpRequest, waiting: Claims | None) -> HttpResponse:
    if request.POST.get("act") == "drop":
        institutions.forget_newcomer(request)
        return redirect("accounts:identities")
    if not confirming.is_sure(request):
        return redirect(confirming.way(request, request.path))
    if request.POST.get("act") == "connect" and waiting is not None:
        return _connect(request, waiting)
    if request.POST.get("act") == "remove" and request.POST.get("identity", "").isdigit():
        rows = Identity.objects.filter(user=request.user, pk=int(request.POST["identity"]))
        _disconnect(request, rows.first())
    return redirect("accounts:identities")


def _disconnect(request: HttpRequest, found: Identity | None) -> None:
    if found is None:
        raise Http404("There is nothing here.")
    try:
        institutions.disconnect(found, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Taken away. It does not sign you in any more."))


def _provider(name: str, kind: str = "") -> Provider:
    found = provider(name)
    if found is None or (kind and found.kind != kind):
        raise Http404("There is nothing here.")
    return found


def _safe(request: HttpRequest, url: str) -> str:
    return url if url and get_adapter(request).is_safe_url(url) else ""


def _who(request: HttpRequest) -> str:
    return str(request.user.pk) if request.user.is_authenticated else ""


def _refused(request: HttpRequest, found: Provider, error: Refused) -> HttpResponse:
    if error.reason != "told":
        _LOG.warning("sign-in with %s refused: %s", found.name, error.reason)
    context: dict[str, Any] = {"provider": found, "denied": error.reason == "denied"}
    return render(request, "accounts/institution_refused.html", context, status=400)
