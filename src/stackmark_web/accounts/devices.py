"""Browsers in which a person has signed in before.

Ten wrong tries in a quarter of an hour end the trying. Were that all, anybody could lock anybody
out. So a browser that once signed in to an account carries a signed cookie, and its tries are
counted by themselves: what strangers do, from anywhere, never touches it.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE: Final = "stackmark_device"
_DAYS: Final = 400  # browsers keep no cookie longer
_SIGNER: Final = "stackmark.device"


def account_of(address: str) -> str:
    """What tries with this address count against: the account, whichever of its addresses."""
    rows = EmailAddress.objects.filter(email__iexact=address.strip(), verified=True)
    found = rows.values_list("user_id", flat=True).first()
    return f"account:{found}" if found else f"address:{address.strip().lower()}"


def known_device(request: HttpRequest, account: str) -> str:
    """The word of a browser that signed in to this account before; empty for any other."""
    try:
        text = TimestampSigner(salt=_SIGNER).unsign(
            request.COOKIES.get(COOKIE, ""), max_age=_DAYS * 86_400
        )
    except BadSignature:
        return ""
    owner, _, word = text.rpartition("|")
    return word if owner == account else ""


def remember(response: HttpResponseBase, user: Any) -> None:
    """Mark the browser that has just signed in."""
    text = f"account:{user.pk}|{secrets.token_urlsafe(12)}"
    response.set_cookie(
        COOKIE,
        TimestampSigner(salt=_SIGNER).sign(text),
        max_age=_DAYS * 86_400,
        path="/account/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
