"""Whether a published register may be believed: signed by who publishes it, and in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.ports import Fetcher
from stackmark.proofs.jose import check_signature
from stackmark.trust.signed_register import SignedRegister, open_register
from stackmark.verification.binding import KeyRing, check_key_time, check_owner

_SKEW: Final = timedelta(minutes=5)  # of clocks


def check_register(data: bytes, fetcher: Fetcher, now: datetime) -> SignedRegister:
    """The register, when its signature is its publisher's and it is in force.

    Raises ``CheckFailed`` or ``CouldNotTell`` (``proof.…``, ``issuer-key.…``, ``validity.…``) and
    what ``open_register`` raises: a register that cannot be believed is not used at all.
    """
    opened = open_register(data)
    key = KeyRing(fetcher).for_token(opened.jws.header.get("kid"), opened.by, "assertionMethod")
    check_owner(key, opened.by)
    check_signature(opened.jws, key.public)
    check_key_time(key, opened.start, now)
    if now + _SKEW < opened.start:
        raise CheckFailed("validity.early", f"The register of {opened.name} is not yet in force.")
    if now > opened.end:
        day = opened.end.date().isoformat()
        raise CouldNotTell(
            "validity.register-ended",
            f"The register of {opened.name} was good until {day}; get its present edition.",
        )
    return opened
