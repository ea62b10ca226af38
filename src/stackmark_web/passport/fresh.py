"""Sensitive steps of the passport: only for who has just shown that it is them.

Who has a password, a passkey or a second step confirms with it (allauth). Who signs in by mailed
codes alone has nothing to confirm with; when that was too long ago, they sign in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.adapters.clock import SystemClock
from stackmark_web import clock

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class SignIn:
    """How and when a person last showed who they are."""

    at: datetime
    method: str


def last_sign_in(request: HttpRequest) -> SignIn | None:
    """The last time in this session; None when the session does not tell."""
    records = get_authentication_records(request, request.user)
    if not records:
        return None
    last = max(records, key=lambda one: one["at"])
    return SignIn(datetime.fromtimestamp(last["at"], UTC), str(last.get("method", "")))


def sign_in_of(request: HttpRequest) -> SignIn:
    """The same; for a session that does not tell, that it is signed in now."""
    return last_sign_in(request) or SignIn(clock.now(), "")


def fresh_sign_in(view: View | None = None, *, reading: bool = True) -> Any:
    """Ask for a fresh sign-in; with ``reading=False`` a GET is let through."""

    def decorate(inner_view: View) -> View:
        @wraps(inner_view)
        @reauthentication_required(allow_get=not reading)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if (reading or request.method == "POST") and _is_stale(request):
                return _again(request)
            return inner_view(request, *args, **kwargs)

        return inner

    return decorate(view) if view is not None else decorate


def _is_stale(request: HttpRequest) -> bool:
    """Whether nothing was confirmed lately, by whatever way this person signs in."""
    last = last_sign_in(request)
    if last is None:
        return False
    # allauth writes these times by the machine's clock.
    age = SystemClock().now() - last.at
    return age.total_seconds() > app_settings.REAUTHENTICATION_TIMEOUT


def _again(request: HttpRequest) -> HttpResponse:
    """Sign out, in, and on to where this was asked."""
    back = urlencode({"next": request.get_full_path() if request.method == "GET" else "/passport"})
    there = urlencode({"next": f"{reverse('account_login')}?{back}"})
    messages.info(request, _("This step needs a fresh sign-in. Sign out, and in again."))
    return redirect(f"{reverse('account_logout')}?{there}")
