"""Secrets of webhooks and the signatures made with them.

The form is that of Standard Webhooks: headers ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature``; what is signed is ``id.timestamp.body`` with HMAC-SHA256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

PREFIX: Final = "whsec_"
TOLERANCE: Final = 300  # seconds a receiver allows between its clock and the time in a message


def new() -> str:
    """A secret of 256 unpredictable bits, as the receiver's program takes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(secret: str) -> str:
    """The secret, readable only with the server's own."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode()).decode()


def unsealed(sealed: str) -> str:
    """The secret again; empty when the server's own has changed since."""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"webhook-seal").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the signature in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(
    known: Sequence[str], *, message_id: str, timestamp: int, body: bytes
) -> list[tuple[str, str]]:
    """The head of a message, with one signature for each secret."""
    made = [
        signature(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in known
    ]
    return [
        ("Content-Type", "application/json"),
        ("webhook-id", message_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(made)),
    ]
