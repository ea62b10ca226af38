"""What an institution signs with, whoever holds the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.ports import Signer
from stackmark_web.tenancy.queries import active_key
from stackmark_web.tenancy.signers import signer_of


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """Shaped like a ``KeyFile``: whose key it is, how it is called, and what signs with it."""

    did: str
    method_id: str
    private: Signer


def signer_for(organisation: Any) -> SigningIdentity:
    """The institution's active key, asked anew each time: a rotated or revoked one ends at once.

    Raises ``StackmarkError`` with a plain sentence when there is none or it cannot be used.
    """
    key = active_key(organisation)
    if key is None:
        raise StackmarkError(
            "signer.none",
            _("This organisation has no signing key in use. An owner can make one under Keys."),
        )
    return SigningIdentity(key.did, key.method_id, signer_of(key))
