"""Showing once more who one is, before something that cannot be undone.

Whoever has a password, passkey or app uses it (allauth's page). Whoever has none, signing in by
mailed codes or an institution, gets a code at their own address. allauth by itself lets those
through: so views are marked with ``fresh_sign_in`` here, never with its decorator, and its own
pages ask by way of ``adapter.AccountAdapter``.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.accounts.queries import verified_addresses

_KEY: Final = "sure"
_LIFE: Final = 10 * 60  # seconds a code works
_TRIES: Final = 5
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"
_DIGITS: Final = 8

View = Callable[..., HttpResponse]


def fresh_sign_in(view: View | None = None, *, reading: bool = True) -> Any:
    """Let through only who is sure; with ``reading=False`` looking at the page is free.

    Others are led to their way of showing it, and what they posted is done after that.
    """

    def decorate(inner: View) -> View:
        @wraps(inner)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            free = not reading and request.method in ("GET", "HEAD")
            if not free and not is_sure(request):
                raise ReauthenticationRequired
            return inner(request, *args, **kwargs)

        checked.asks_to_be_sure = True  # type: ignore[attr-defined]  # for the list in the tests
        return checked

    return decorate(view) if view is not None else decorate


def is_sure(request: HttpRequest) -> bool:
    """Whether this session has shown lately who it is."""
    if reauthentication.get_reauthentication_flows(request.user):
        return bool(reauthentication.did_recently_reauthenticate(request))
    until = request.session.get(_KEY, {}).get("until", 0)
    return bool(until > _now())


def way(request: HttpRequest, back: str) -> str:
    """The page on which to show it; afterwards one is led to ``back``."""
    return own_way(request, back) or f"{reverse('accounts:sure')}?{urlencode({'next': back})}"


def own_way(request: HttpRequest, back: str) -> str:
    """The page for a password, passkey or app; empty for who has none of them."""
    own_means = reauthentication.get_reauthentication_flows(request.user)
    if not own_means:
        return ""
    app = own_means[0]["id"] == "mfa_reauthenticate"
    name = "mfa_reauthenticate" if app else "account_reauthenticate"
    return f"{reverse(name)}?{urlencode({'next': back})}"


def send_code(request: HttpRequest) -> bool:
    """Mail a code to the person's own address; False when that was done too often."""
    addresses = verified_addresses(request.user)
    allowed = ratelimit.consume(
        request,
        app="account",
        action="sure",
        user=request.user,
        config={"sure": "6/15m/user"},
    )
    if not addresses or not allowed:
        return False
    code = "".join(secrets.choice(_LETTERS) for _ in range(_DIGITS))
    request.session[_KEY] = {"hash": _hash(request, code), "ends": _now() + _LIFE, "tries": 0}
    get_adapter(request).send_mail(
        "account/email/sure", addresses[0], {"code": f"{code[:4]}-{code[4:]}"}
    )
    return True


def is_waiting(request: HttpRequest) -> bool:
    """Whether a code was mailed that still works."""
    kept = request.session.get(_KEY, {})
    return kept.get("ends", 0) > _now() and kept.get("tries", _TRIES) < _TRIES


def try_code(request: HttpRequest, given: str) -> bool:
    """Compare a code. A try is counted before it is compared; five wrong ones end it."""
    if not is_waiting(request):
        return False
    kept: dict[str, Any] = request.session[_KEY]
    kept["tries"] += 1
    request.session[_KEY] = kept
    request.session.save()
    typed = "".join(sign for sign in given.upper() if sign.isalnum())
    if not hmac.compare_digest(kept["hash"], _hash(request, typed)):
        return False
    be_sure(request)
    return True


def be_sure(request: HttpRequest) -> None:
    """The person has just shown who they are, by a code."""
    request.session[_KEY] = {"until": _now() + settings.ACCOUNT_REAUTHENTICATION_TIMEOUT}
    record_authentication(request, request.user, method="code", reauthenticated=True)


def _now() -> float:
    return clock.now().timestamp()


def _hash(request: HttpRequest, code: str) -> str:
    text = f"{request.user.pk}:{code}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hex()
