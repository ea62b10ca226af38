"""A holder's own DIDs, and credentials reissued to them: both sides of it."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.passport import dids, queries, reissuing
from stackmark_web.passport.presenting import domain
from stackmark_web.passport.proof_forms import DidForm, RefuseForm
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for
from stackmark_web.verifying.throttle import wait_for

_CHECK_COST: Final = 20


@login_required
@fresh_sign_in(reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """One's own DIDs, and a challenge to add one more."""
    form = DidForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(request, form):
        messages.success(request, _("The DID is yours, and stands in your passport now."))
        return redirect("passport:dids")
    context = {
        "form": form,
        "rows": dids.dids_of(request.user),
        "requests": reissuing.requests_of(request.user)[:50],
        "challenge": dids.challenge_of(request),
        "domain": domain(),
        "tab": "dids",
    }
    failed = request.method == "POST"
    return render(request, "passport/dids.html", context, status=400 if failed else 200)


def _added(request: HttpRequest, form: DidForm) -> bool:
    if wait_for(request, _CHECK_COST):
        form.add_error(None, _("You have checked a lot just now; try again in a few minutes."))
        return False
    given = form.cleaned_data
    try:
        dids.add_answered(request, did=given["did"], proof=given["proof"].encode())
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@login_required
@require_POST
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a DID out."""
    dids.remove(dids.did_of(request.user, pk), actor=request.user)
    messages.success(request, _("The DID is out of your passport."))
    return redirect("passport:dids")


@login_required
@fresh_sign_in(reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for one credential to name one's DID."""
    holding = queries.holding_of(request.user, pk)
    rows = list(dids.dids_of(request.user))
    if request.method == "POST":
        return _ask(request, holding, rows)
    context = {
        "holding": holding,
        "rows": rows,
        "why_not": reissuing.why_not(holding),
        "latest": reissuing.latest_about(holding),
        "automatic": holding.award is not None
        and reissuing.is_automatic(holding.award.organisation),
    }
    return render(request, "passport/reissue.html", context)


def _ask(request: HttpRequest, holding: Any, rows: list[Any]) -> HttpResponse:
    chosen = next((one for one in rows if str(one.pk) == request.POST.get("did")), None)
    if chosen is None:
        messages.error(request, _("Choose one of your DIDs."))
        return redirect("passport:reissue", pk=holding.pk)
    try:
        made = reissuing.ask(holding, chosen, actor=request.user)
    except (ValidationError, StackmarkError) as error:
        messages.error(request, reissuing.told(error))
        return redirect("passport:reissue", pk=holding.pk)
    if made.state == reissuing.State.DONE:
        messages.success(request, _("Done: the new credential names your DID."))
    else:
        messages.success(request, _("Your issuer has your request and will answer it."))
    return redirect("passport:dids")


@login_required
@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask no more."""
    reissuing.take_back(reissuing.request_of(request.user, pk), actor=request.user)
    return redirect("passport:dids")


# -- the issuer's side -------------------------------------------------------------------------


@login_required
@require_safe
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """What holders asked for."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    page = Paginator(reissuing.requests_at(organisation), 30).get_page(request.GET.get("page"))
    context = {
        "organisation": organisation,
        "section": "awards",
        "page": page,
        "automatic": reissuing.is_automatic(organisation),
        "may_set": may(request.user, Permission.EDIT, organisation),
    }
    return render(request, "passport/reissue_queue.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, slug: str, pk: uuid.UUID, word: str) -> HttpResponse:
    """Reissue, or not."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    found = reissuing.request_at(organisation, pk)
    form = RefuseForm(request.POST)
    answer = form.cleaned_data["answer"] if form.is_valid() else ""
    try:
        if word == "agree":
            reissuing.agree(found, actor=request.user)
            messages.success(request, _("Reissued; the former credential is replaced."))
        else:
            reissuing.refuse(found, actor=request.user, answer=answer)
            messages.success(request, _("Refused."))
    except (ValidationError, StackmarkError) as error:
        messages.error(request, reissuing.told(error))
    return redirect("passport:reissue_queue", slug=slug)


@login_required
@require_POST
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether it happens without staff."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    automatic = request.POST.get("automatic") == "on"
    reissuing.set_automatic(organisation, actor=request.user, automatic=automatic)
    messages.success(request, _("Saved."))
    return redirect("passport:reissue_queue", slug=slug)
