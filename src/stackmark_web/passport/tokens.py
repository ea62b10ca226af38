"""Tokens of shares: unguessable, kept as a hash, and sealed so that their maker can copy them.

The seal is encryption under a key drawn from the server's secret: a stolen database alone does
not open a share.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.urls import reverse

_DIGITS = 6


def new_token() -> str:
    """256 unpredictable bits as text for an address."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A code of six digits, for a letter."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal(token: str) -> str:
    """The token, readable only with the server's secret."""
    return _box(settings.SECRET_KEY).encrypt(token.encode()).decode()


def unsealed(sealed: str) -> str:
    """The token again; empty when the server's secret has changed since."""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def share_url(token: str) -> str:
    """The absolute address of a share; empty without a token."""
    return settings.PUBLIC_URL + reverse("passport:share", args=[token]) if token else ""


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"share-seal").digest()
    return Fernet(base64.urlsafe_b64encode(key))
