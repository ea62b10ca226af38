"""A request for proof as the person sees it who is asked, and what they answered so far."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.passport import proving
from stackmark_web.passport.cards import own_card
from stackmark_web.passport.downloads import Download
from stackmark_web.passport.fitting import Fit, fits
from stackmark_web.passport.fresh import sign_in_of
from stackmark_web.passport.models import ProofAnswer, ProofRequest
from stackmark_web.passport.presenting import domain, names_one_of, unsigned_presentation
from stackmark_web.passport.proof_forms import GiveForm, PrepareForm, PresentForm
from stackmark_web.passport.responses import attachment, gone, private
from stackmark_web.verifying.throttle import wait_for

_CHECK_COST = 20


def _waiting(request: HttpRequest, token: str) -> ProofRequest | HttpResponse:
    """The request while it waits for an answer; whoever answered it is led to their answer."""
    found = proving.request_by_token(token)
    answer = proving.answer_to(found) if found is not None else None
    if found is None or (answer is not None and answer.user_id != request.user.pk):
        return gone(request)
    return found if answer is None else private(redirect("passport:proof_answer", pk=answer.pk))


@require_safe
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """Who asks, why and for what. Whoever answered it is led to their answer."""
    found = _waiting(request, token)
    if isinstance(found, HttpResponse):
        return found
    context = {
        "token": token,
        "asked": found,
        "domains": proving.proven_domains(found),
        "mine": request.user.is_authenticated,
    }
    return private(render(request, "passport/proof_asked.html", context))


@login_required
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Choose and give, resting on having signed in just now."""
    found = _waiting(request, token)
    if isinstance(found, HttpResponse):
        return found
    able = fits(found, request.user)
    form = GiveForm(request.POST if request.method == "POST" else None, fits=able)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = proving.give(
                found,
                actor=request.user,
                holdings=list(given["holdings"]),
                sign_in=sign_in_of(request),
                with_name=given["with_name"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _given(request, made)
    return _page(request, token, found, form=form, able=able)


def _given(request: HttpRequest, made: ProofAnswer) -> HttpResponse:
    messages.success(request, _("Your answer is there. You can withdraw it at any time."))
    return private(redirect("passport:proof_answer", pk=made.pk))


def _prepare_form(request: HttpRequest, able: list[Fit], data: Any = None) -> PrepareForm:
    """Of what fits, the credentials that name a DID of this person."""
    mine = list(request.user.holder_dids.values_list("did", flat=True))
    named = [one for one in able if names_one_of(one.holding, mine)]
    return PrepareForm(data, fits=named, user=request.user, prefix="sign")


def _page(
    request: HttpRequest,
    token: str,
    found: ProofRequest,
    *,
    able: Any = None,
    form: Any = None,
    prepare: Any = None,
    present: Any = None,
) -> HttpResponse:
    able = fits(found, request.user) if able is None else able
    forms = [one for one in (form, prepare, present) if one is not None and one.is_bound]
    context = {
        "token": token,
        "asked": found,
        "domains": proving.proven_domains(found),
        "able": able,
        "form": form or GiveForm(fits=able),
        "prepare": prepare or _prepare_form(request, able),
        "present": present or PresentForm(prefix="signed"),
        "domain": domain(),
        "name": request.user.name,
    }
    page = render(request, "passport/proof_answer.html", context, status=400 if forms else 200)
    return private(page)


@login_required
@fresh_sign_in
@require_POST
def prepare(request: HttpRequest, token: str) -> HttpResponse:
    """The presentation for one's own key to sign, as a file."""
    found = _waiting(request, token)
    if isinstance(found, HttpResponse):
        return found
    able = fits(found, request.user)
    form = _prepare_form(request, able, request.POST)
    if form.is_valid():
        try:
            chosen = list(form.cleaned_data["holdings"])
            data = unsigned_presentation(form.cleaned_data["did"].did, chosen)
        except ValidationError as error:
            form.add_error("holdings", error)
        else:
            return attachment(Download(data, "application/vp", "presentation.json"))
    return _page(request, token, found, able=able, prepare=form)


@login_required
@fresh_sign_in
@require_POST
def present(request: HttpRequest, token: str) -> HttpResponse:
    """A presentation came back signed."""
    found = _waiting(request, token)
    if isinstance(found, HttpResponse):
        return found
    form = PresentForm(request.POST, request.FILES, prefix="signed")
    if form.is_valid() and wait_for(request, _CHECK_COST):
        form.add_error(None, _("You have checked a lot just now; try again in a few minutes."))
    if form.is_valid():
        try:
            made = proving.give_presentation(
                found,
                actor=request.user,
                data=form.data_given(),
                with_name=form.cleaned_data["with_name"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _given(request, made)
    return _page(request, token, found, present=form)


@login_required
@require_POST
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """No."""
    found = _waiting(request, token)
    if isinstance(found, HttpResponse):
        return found
    try:
        made = proving.refuse(found, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return private(redirect("passport:proofs"))
    messages.success(request, _("Refused. They learn that nothing is given, and not by whom."))
    return private(redirect("passport:proof_answer", pk=made.pk))


# -- what was answered -------------------------------------------------------------------------


@login_required
@require_safe
def proofs(request: HttpRequest) -> HttpResponse:
    """Every answer of a person."""
    rows = [(one, proving.is_open(one)) for one in proving.answers_of(request.user)[:200]]
    return render(request, "passport/proofs.html", {"rows": rows, "tab": "proofs"})


@login_required
@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One answer: who sees what of it, and until when."""
    found = proving.answer_of(request.user, pk)
    held = found.holdings.select_related("award", "award__version", "award__organisation")
    context = {
        "answer": found,
        "asked": found.request,
        "domains": proving.proven_domains(found.request),
        "open": proving.is_open(found),
        "cards": [own_card(one) for one in held],
        "tab": "proofs",
    }
    return render(request, "passport/proof_detail.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an answer back."""
    proving.withdraw(proving.answer_of(request.user, pk), actor=request.user)
    messages.success(request, _("Withdrawn. They see nothing of it any more."))
    return redirect("passport:proof_answer", pk=pk)
