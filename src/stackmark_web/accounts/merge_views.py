"""Merging two accounts: begin in the one that stays, sign in to the other, look, confirm."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark.adapters.clock import SystemClock
from stackmark.errors import UsageError
from stackmark_web.accounts import confirming, merge, merging
from stackmark_web.accounts.models import User

_PATH = "/account/merge"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The beginning, or the question once the other account is signed in to."""
    kept = merge.offered(request)
    if kept is not None and kept.pk != request.user.pk:
        return _confirm(request, kept)
    if request.method == "POST":
        return _begin(request)
    context = {"sure": confirming.is_sure(request), "way": confirming.way(request, _PATH)}
    return render(request, "accounts/merge.html", context)


def _begin(request: HttpRequest) -> HttpResponse:
    """Remember in this browser which account stays, and sign out of it."""
    if not confirming.is_sure(request):
        return redirect(confirming.way(request, _PATH))
    word = merge.offer(request.user)
    logout(request)
    messages.info(request, _("Now sign in to the other account, the one that is to end."))
    answer = redirect(f"{settings.LOGIN_URL}?next={_PATH}")
    answer.set_cookie(
        merge.COOKIE,
        word,
        max_age=merge.LIFE,
        path="/account/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _confirm(request: HttpRequest, kept: User) -> HttpResponse:
    error = ""
    if request.method == "POST" and request.POST.get("act") == "stop":
        return _done(redirect("accounts:settings"))
    if request.method == "POST" and request.POST.get("act") == "merge":
        if not _signed_in_lately(request):
            return redirect(confirming.way(request, _PATH))
        try:
            merge.merge(kept, request.user, actor=request.user)
        except UsageError as refused:
            error = refused.detail
        else:
            logout(request)
            messages.success(request, _("The accounts are one now. Sign in to it."))
            return _done(redirect("account_login"))
    context = {
        "kept": kept,
        "moves": merging.what_moves(request.user),
        "error": error,
    }
    return render(request, "accounts/merge_confirm.html", context)


def _signed_in_lately(request: HttpRequest) -> bool:
    """Whether who is here has just shown that the account that ends is theirs.

    Having a session of it is not enough: all that is in it would go to another account, for good.
    """
    records = get_authentication_records(request, request.user)
    latest = max((one["at"] for one in records), default=0)
    # allauth writes these times by the machine's clock.
    fresh = SystemClock().now().timestamp() - latest < merge.LIFE
    return fresh or confirming.is_sure(request)


def _done(answer: HttpResponse) -> HttpResponse:
    answer.delete_cookie(merge.COOKIE, path="/account/")
    return answer
