"""How and when a person last showed who they are; what they give rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class SignIn:
    """How and when a person last showed who they are."""

    at: datetime
    method: str


def sign_in_of(request: HttpRequest) -> SignIn:
    """The last time in this session. One that does not tell leads to showing it once more."""
    records = get_authentication_records(request, request.user)
    if not records:
        raise ReauthenticationRequired
    last = max(records, key=lambda one: one["at"])
    return SignIn(datetime.fromtimestamp(last["at"], UTC), str(last.get("method", "")))
