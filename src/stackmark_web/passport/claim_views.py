"""A claim link, from the letter to the passport. A GET or HEAD changes nothing, ever."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import StackmarkError
from stackmark_web.awarding import claims
from stackmark_web.awarding.actions import WrongState
from stackmark_web.awarding.models import Award, ClaimLink
from stackmark_web.passport import claiming, downloads
from stackmark_web.passport.cards import award_card
from stackmark_web.passport.forms import AddressForm, AskForm
from stackmark_web.passport.models import Holding
from stackmark_web.passport.responses import attachment, private
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.throttle import wait_for

_SHOWN: Final = frozenset({"open", "spent"})  # links that still show what they are for
_ASK_COST: Final = 100  # so many asks of one network are enough: 20 in ten minutes
_CLOSED: Final = (
    Award.State.DECLINED,
    Award.State.LAPSED,
    Award.State.REVOKED,
    Award.State.SUSPENDED,
    Award.State.SUPERSEDED,
)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for new links. The answer is the same whether or not anything waits."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and wait_for(request, _ASK_COST):
        form.add_error(None, _("You have asked a lot just now; try again in a few minutes."))
    if request.method == "POST" and form.is_valid():
        claiming.ask_for_links(form.cleaned_data["email"])
        return redirect(reverse("passport:claim_ask") + "?sent=1")
    context = {"form": form, "sent": request.GET.get("sent") == "1"}
    return private(render(request, "passport/claim_ask.html", context))


@require_http_methods(["GET", "HEAD"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """The credential, who issued it and what it says; then what can be done with it."""
    link = claims.find(token)
    if link is None:
        return _unknown(request)
    if claims.standing(link) not in _SHOWN:
        return _over(request, token, link)
    if link.award.state in _CLOSED:
        return _ended(request, link)
    return private(render(request, "passport/claim.html", _about(request, token, link.award)))


def _about(request: HttpRequest, token: str, award: Award) -> dict[str, Any]:
    here = reverse("passport:claim", args=[token])
    held = Holding.objects.filter(award=award).first()
    mine = held is not None and request.user.is_authenticated and held.user_id == request.user.pk
    taken = award.holder_id is not None
    # A link that was spent into a passport shows that it was, and no files: they are the holder's.
    return {
        "token": token,
        "award": award,
        "card": award_card(award),
        "brand": award.organisation,
        "waiting": award.state == Award.State.OFFERED,
        "taken": taken,
        "mine": held if mine else None,
        "shown": None if taken else verifying.check(bytes(award.signed or b"")).shown,
        "forms": [] if taken else downloads.labelled_forms(award),
        "address": masked(award.recipient_email),
        "sign_in": f"{settings.LOGIN_URL}?{urlencode({'next': here})}",
        "sign_up": f"{reverse('account_signup')}?{urlencode({'next': here})}",
    }


def masked(email: str) -> str:
    """Enough of an address for its owner to know it."""
    name, at, host = email.partition("@")
    return f"{name[:2]}…{at}{host}" if at else ""


def _unknown(request: HttpRequest) -> HttpResponse:
    context = {"form": AskForm(), "why": "unknown"}
    return private(render(request, "passport/claim_ask.html", context, status=404))


def _over(request: HttpRequest, token: str, link: ClaimLink) -> HttpResponse:
    """An old link: nothing of the credential is shown, only the way to a new link."""
    context = {
        "token": token,
        "why": claims.standing(link),
        "sent": request.GET.get("sent") == "1",
    }
    return private(render(request, "passport/claim_over.html", context, status=410))


def _ended(request: HttpRequest, link: ClaimLink) -> HttpResponse:
    # No name on it: it may be a former one.
    card = award_card(link.award, holder=False)
    context = {"award": link.award, "card": card, "brand": link.award.organisation}
    return private(render(request, "passport/claim_ended.html", context, status=410))


def _open_award(token: str) -> Award | None:
    """The award of a link that may still be used."""
    link = claims.find(token)
    if link is None or claims.standing(link) not in _SHOWN or link.award.state in _CLOSED:
        return None
    return link.award


def _here(token: str) -> HttpResponse:
    return private(redirect("passport:claim", token=token))


@require_POST
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Into the passport; who is not signed in comes back here afterwards."""
    award = _open_award(token)
    if award is None:
        return _here(token)
    if not request.user.is_authenticated:
        here = reverse("passport:claim", args=[token])
        return private(redirect(f"{settings.LOGIN_URL}?{urlencode({'next': here})}"))
    try:
        held = claiming.keep(award, user=request.user)
    except WrongState as error:
        messages.error(request, error.detail)
        return _here(token)
    except ValidationError as error:  # a guardian has to agree first
        messages.error(request, error.messages[0])
        return _here(token)
    messages.success(request, _("It is in your passport now. Nobody else sees it yet."))
    return private(redirect("passport:holding", pk=held.pk))


@require_POST
def download(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The credential as a file, without an account. That accepts it."""
    award = _open_award(token)
    if award is None or award.holder_id is not None:
        return _here(token)
    try:
        made = downloads.make(award, form, paper=request.POST.get("paper", "a4"))
        claiming.accept_without_account(award)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return _here(token)
    return private(attachment(made))


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Say no, after a question."""
    award = _open_award(token)
    if award is None or award.state != Award.State.OFFERED:
        return _here(token)
    if request.method != "POST":
        context = {
            "card": award_card(award),
            "back": reverse("passport:claim", args=[token]),
            "brand": award.organisation,
        }
        return private(render(request, "passport/decline.html", context))
    try:
        claiming.decline(award)
    except WrongState as error:
        messages.error(request, error.detail)
        return _here(token)
    return private(render(request, "passport/declined.html", {"brand": award.organisation}))


@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """The link went to the wrong person, or to the wrong address of the right one."""
    award = _open_award(token)
    if award is None or award.state != Award.State.OFFERED:
        return _here(token)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            claiming.report_address(award, email=form.cleaned_data["email"])
        except ValidationError as error:
            form.add_error("email" if form.cleaned_data["email"] else None, error)
        else:
            context = {"brand": award.organisation, "other": bool(form.cleaned_data["email"])}
            return private(render(request, "passport/reported.html", context))
    context = {
        "form": form,
        "back": reverse("passport:claim", args=[token]),
        "brand": award.organisation,
    }
    status = 400 if form.errors else 200
    return private(render(request, "passport/not_me.html", context, status=status))


@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """A new link to the address the old one went to; we do not say which, nor whether."""
    link = claims.find(token)
    if link is not None and claims.standing(link) == "expired" and not wait_for(request, _ASK_COST):
        claiming.ask_for_new_link(link)
    there = reverse("passport:claim", args=[token])
    return private(redirect(f"{there}?sent=1"))
