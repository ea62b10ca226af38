"""Documents that are no W3C credential, each to the module that judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackmark.reading.received import Received
from stackmark.verification.report import Report

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier


def verify_other(verifier: Verifier, received: Received, *, depth: int) -> Report | None:
    """The report, or ``None`` for a credential; what is rarely needed is imported when it is."""
    if received.kind == "ob2":
        from stackmark.verification.ob2 import verify_ob2

        return verify_ob2(verifier, received)
    if received.kind == "sealed":
        from stackmark.verification.sealed import verify_sealed

        return verify_sealed(verifier, received)
    if received.kind == "sd-jwt":
        from stackmark.verification.sd_jwt_vc import verify_sd_jwt

        return verify_sd_jwt(verifier, received)
    if received.kind == "presentation":
        from stackmark.verification.presentation import verify_presentation

        return verify_presentation(verifier, received, depth=depth)
    return None
