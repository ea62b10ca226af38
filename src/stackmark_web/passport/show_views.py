"""Shares as a visitor sees them: nothing before the locks are open, no trace of the visitor."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import queries as assessing
from stackmark_web.assessing.data_views import evidence_response
from stackmark_web.passport import beside, downloads, linkedin, previews, queries, sharing, tokens
from stackmark_web.passport.cards import card_of
from stackmark_web.passport.checking import answer_of, check_holding
from stackmark_web.passport.forms import CodeForm, PinForm
from stackmark_web.passport.models import Holding, Share
from stackmark_web.passport.responses import (
    attachment,
    card_picture,
    gone,
    picture_response,
    private,
)
from stackmark_web.passport.sharing import Answer
from stackmark_web.passport.standing import standing_of
from stackmark_web.verifying.throttle import wait_for

_SESSION: Final = "passport_shares"
_HOURS: Final = 12  # an unlocked share stays open in this browser
_CHECK_COST: Final = 10
View = Callable[..., HttpResponse]


def opened(view: View) -> View:
    """Finds the share of a token; sends whoever has not opened its locks to the door."""

    @wraps(view)
    def inner(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        share = queries.share_by_token(token)
        if share is None:
            return gone(request)
        if locks_left(request, share):
            return redirect("passport:share", token=token)
        return private(view(request, token, share, *args, **kwargs))

    return inner


def locks_left(request: HttpRequest, share: Share) -> list[str]:
    """What this browser still has to show: ``pin``, ``email``."""
    if request.user.is_authenticated and request.user.pk == share.user_id:
        return []
    passed = _passed(request, share)
    wanted = [name for name, set_ in (("pin", share.pin_hash), ("email", share.only_email)) if set_]
    return [name for name in wanted if name not in passed]


def _passed(request: HttpRequest, share: Share) -> list[str]:
    entry = request.session.get(_SESSION, {}).get(str(share.pk))
    fresh = entry and clock.now().timestamp() - entry["at"] < _HOURS * 3600
    if not fresh or entry["of"] != sharing.fingerprint(share):
        return []
    return list(entry["passed"])


def _unlock(request: HttpRequest, share: Share, lock: str) -> None:
    every = dict(request.session.get(_SESSION, {}))
    every[str(share.pk)] = {
        "of": sharing.fingerprint(share),
        "at": clock.now().timestamp(),
        "passed": [*_passed(request, share), lock],
    }
    request.session[_SESSION] = dict(list(every.items())[-20:])


@require_safe
def share(request: HttpRequest, token: str) -> HttpResponse:
    """What was shared, or the door when it is locked."""
    found = queries.share_by_token(token)
    if found is None:
        return gone(request)
    left = locks_left(request, found)
    if left:
        return private(_door(request, token, left))
    if request.method == "GET" and not _is_maker(request, found):
        sharing.count_visit(found)
    held = queries.shared(found)
    return private(_collection(request, token, found, held))


def _is_maker(request: HttpRequest, found: Share) -> bool:
    return bool(request.user.is_authenticated and request.user.pk == found.user_id)


def _door(request: HttpRequest, token: str, left: list[str], form: Any = None) -> HttpResponse:
    lock = left[0]
    context = {
        "token": token,
        "lock": lock,
        "form": form or (PinForm() if lock == "pin" else CodeForm()),
        "sent": request.GET.get("sent") == "1",
        "preview": previews.neutral(token),
    }
    return render(request, "passport/door.html", context, status=400 if form else 200)


def _collection(
    request: HttpRequest, token: str, found: Share, held: list[Holding]
) -> HttpResponse:
    context: dict[str, Any] = {
        "token": token,
        "share": found,
        # The name a person chose, never the address they sign in with.
        "sharer": found.user.name if found.user and found.kind == Share.Kind.LINK else "",
        "is_maker": _is_maker(request, found),
        "preview": previews.of_share(token, found, held),
    }
    if len(held) == 1:
        context |= _one(token, found, held[0])
        return render(request, "passport/shared_one.html", context)
    context["cards"] = [_card(token, one, linked=True) for one in held]
    return render(request, "passport/shared.html", context)


def _card(token: str, one: Holding, *, linked: bool) -> Any:
    here = [token, one.pk]
    where = reverse("passport:shared_one", args=here) if linked else ""
    return card_of(one, url=where, image_url=reverse("passport:shared_picture", args=here))


def _one(token: str, found: Share, one: Holding) -> dict[str, Any]:
    return {
        "holding": one,
        "card": _card(token, one, linked=False),
        "standing": standing_of(one),
        "shown": answer_of(one),
        "forms": downloads.labelled_forms(one) if found.downloads else [],
        "pieces": _pieces(found, one),
        "beside": beside.panels(one, token) if found.evidence else [],
    }


def _pieces(found: Share, one: Holding) -> list[Any]:
    """The evidence its holder shows with it; nothing unless they said so."""
    if not found.evidence or one.award is None:
        return []
    return list(assessing.evidence_of_award(one.award))


@require_safe
@opened
def shared_one(request: HttpRequest, token: str, found: Share, pk: uuid.UUID) -> HttpResponse:
    """One credential of a collection."""
    one = _held(found, pk)
    context = {
        "token": token,
        "share": found,
        "is_maker": _is_maker(request, found),
        "preview": previews.neutral(token),
        "back": True,
        **_one(token, found, one),
    }
    return render(request, "passport/shared_one.html", context)


def _held(found: Share, pk: uuid.UUID) -> Holding:
    one = next((row for row in queries.shared(found) if row.pk == pk), None)
    if one is None:
        raise Http404("There is nothing here.")
    return one


@require_safe
@opened
def shared_picture(request: HttpRequest, token: str, found: Share, pk: uuid.UUID) -> HttpResponse:  # noqa: ARG001 - the decorator's form
    """The picture of one shared credential."""
    return picture_response(_held(found, pk))


@require_safe
@opened
def shared_download(
    request: HttpRequest, token: str, found: Share, pk: uuid.UUID, form: str
) -> HttpResponse:
    """A signed file, if the maker of the link allows it."""
    one = _held(found, pk)
    if not found.downloads:
        raise Http404("There is nothing here.")
    try:
        paper = request.GET.get("paper", "a4")
        return attachment(downloads.make(one, form, paper=paper, address=_way(token, found, one)))
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("passport:share", token=token)


def _way(token: str, found: Share, one: Holding) -> str:
    """The address by which a visitor reached this credential."""
    if len(queries.shared(found)) == 1:
        return tokens.share_url(token)
    return settings.PUBLIC_URL + reverse("passport:shared_one", args=[token, one.pk])


@require_safe
@opened
def shared_evidence(
    request: HttpRequest,
    token: str,  # noqa: ARG001 - the decorator's form
    found: Share,
    pk: uuid.UUID,
    piece: uuid.UUID,
) -> HttpResponse:
    """One piece of evidence as a file, if the maker of the link shows it."""
    wanted = next((row for row in _pieces(found, _held(found, pk)) if row.pk == piece), None)
    if wanted is None:
        raise Http404("There is nothing here.")
    return evidence_response(request, wanted)


@require_POST
@opened
def shared_check(request: HttpRequest, token: str, found: Share, pk: uuid.UUID) -> HttpResponse:
    """Check an imported credential anew, asking its issuer."""
    one = _held(found, pk)
    if wait_for(request, _CHECK_COST):
        messages.error(request, _("That was a lot of checks; try again in a few minutes."))
    else:
        check_holding(one)
    if found.holdings.count() == 1:
        return redirect("passport:share", token=token)
    return redirect("passport:shared_one", token=token, pk=pk)


# -- the door ----------------------------------------------------------------------------------


@require_POST
def pin(request: HttpRequest, token: str) -> HttpResponse:
    """A PIN was entered."""
    found = queries.share_by_token(token)
    if found is None:
        return gone(request)
    left = locks_left(request, found)
    form = PinForm(request.POST)
    if "pin" not in left or not form.is_valid():
        return _back(request, token, left, form)
    answer = sharing.try_pin(found, form.cleaned_data["pin"])
    if answer == Answer.RIGHT:
        _unlock(request, found, "pin")
        return private(redirect("passport:share", token=token))
    form.add_error("pin", _words(answer, _("That is not the PIN.")))
    return private(_door(request, token, ["pin"], form))


def _back(request: HttpRequest, token: str, left: list[str], form: Any) -> HttpResponse:
    if not left or form.is_valid():
        return private(redirect("passport:share", token=token))
    return private(_door(request, token, left, form))


def _words(answer: Answer, wrong: str) -> str:
    if answer == Answer.PAUSED:
        return _("There were too many tries. Wait a while, then try again.")
    return wrong


@require_POST
def send_code(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a code to the address the share is for; what we say is the same in every case."""
    found = queries.share_by_token(token)
    if found is None:
        return gone(request)
    if "email" in locks_left(request, found) and "pin" not in locks_left(request, found):
        sharing.send_code(found)
    there = reverse("passport:share", args=[token])
    return private(redirect(f"{there}?sent=1"))


@require_POST
def code(request: HttpRequest, token: str) -> HttpResponse:
    """A code was entered."""
    found = queries.share_by_token(token)
    if found is None:
        return gone(request)
    left = locks_left(request, found)
    form = CodeForm(request.POST)
    if left[:1] != ["email"] or not form.is_valid():
        return _back(request, token, left, form)
    answer = sharing.try_code(found, form.cleaned_data["code"])
    if answer == Answer.RIGHT:
        _unlock(request, found, "email")
        return private(redirect("passport:share", token=token))
    form.add_error("code", _words(answer, _("That code is wrong or too old; ask for a new one.")))
    return private(_door(request, token, ["email"], form))


# -- for other services ------------------------------------------------------------------------


@require_safe
def card(request: HttpRequest, token: str) -> HttpResponse:
    """The picture beside the link. It tells nothing where the page would not."""
    found = queries.share_by_token(token)
    if found is None:
        return gone(request)
    held = queries.shared(found)
    return card_picture(previews.picture(found, held))


@require_safe
def to_linkedin(request: HttpRequest, token: str) -> HttpResponse:
    """A short link to LinkedIn's form; long ones break in some mail programs."""
    found = queries.share_by_token(token)
    held = queries.shared(found) if found is not None else []
    plain = found is not None and not found.pin_hash and not found.only_email
    if not plain or len(held) != 1 or not queries.is_presentable(held[0]):
        return gone(request)
    return private(redirect(linkedin.add_link(held[0], tokens.share_url(token))))
