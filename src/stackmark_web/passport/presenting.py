"""Presentations: written for a holder's own key to sign, and checked when they come back.

VC Data Model 2.0 section 4.13: signed over the request's nonce (challenge) and our address
(domain), every credential inside verified by itself and about whoever signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.reading.received import VC2_CONTEXT, receive
from stackmark.verification.report import Report
from stackmark.verification.structure import as_list
from stackmark.verification.verifier import Verifier
from stackmark.verification.words import open_received
from stackmark_web import clock
from stackmark_web.passport import fitting
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.models import Holding, ProofRequest
from stackmark_web.verifying.fetching import OWN_FILES, server_fetcher

MAX_PRESENTATION: Final = 4 * 1024 * 1024  # bytes


def domain() -> str:
    """What a presentation must name as its domain: this server's public address."""
    return str(settings.PUBLIC_URL)


@dataclass(frozen=True, slots=True)
class Presented:
    """A presentation that holds: whose, its report, and the credentials in it."""

    did: str
    report: Report
    contents: list[Contents]


def unsigned_presentation(did: str, holdings: Sequence[Holding]) -> bytes:
    """A presentation of these credentials for ``did`` to sign, each exactly as it was signed."""
    inner: list[Any] = []
    for one in holdings:
        contents = Contents(credential_bytes(one))
        if not about(contents, did):
            raise ValidationError(
                _("%(title)s does not name this DID; have it reissued to it first.")
                % {"title": one.title}
            )
        if contents.received.kind != "credential":
            raise ValidationError(
                _("%(title)s is of an older kind that no presentation can hold.")
                % {"title": one.title}
            )
        inner.append(_embedded(contents))
    return orjson.dumps(
        {
            "@context": [VC2_CONTEXT],
            "type": ["VerifiablePresentation"],
            "holder": did,
            "verifiableCredential": inner,
        }
    )


def _embedded(contents: Contents) -> Any:
    if contents.form == "json":
        return orjson.Fragment(contents.text)
    token = contents.text.strip().decode("ascii")
    return {
        "@context": VC2_CONTEXT,
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }


def verify_presentation(request: ProofRequest, data: bytes) -> Report:
    """What the library says of it now, for this request's challenge and our domain."""
    verifier = Verifier(
        now=clock.now(),
        fetcher=server_fetcher(),
        at_hand=OWN_FILES,
        challenge=request.nonce,
        domain=domain(),
    )
    return verifier.verify(data)


def check_presentation(request: ProofRequest, data: bytes) -> Presented:
    """That all of it holds and fits. Raises ``ValidationError`` with the reason."""
    if not data.strip():
        raise ValidationError(_("The presentation is empty."))
    if len(data) > MAX_PRESENTATION:
        raise ValidationError(_("The presentation is too large."))
    report = verify_presentation(request, data)
    if "vp+" not in report.format:
        raise ValidationError(_("This is no signed presentation."))
    if report.verdict != "verified":
        raise ValidationError(
            _("The presentation does not hold: %(why)s") % {"why": _why(report)},
            code=report.verdict,
        )
    contents = presented(data)
    for one in contents:
        _check_part(request, one, report.credential.issuer_id or "")
    return Presented(report.credential.issuer_id or "", report, contents)


def _why(report: Report) -> str:
    """What is wrong, of the whole or of the first part that does not hold."""
    for part in report.parts:
        if part.verdict != "verified":
            name = part.credential.name or part.credential.id or ""
            return f"{name}: {part.why}" if name else part.why
    return report.why


def presented(data: bytes) -> list[Contents]:
    """The credentials in a presentation, each by itself."""
    tree = open_received(receive(data))[0]
    inner = as_list(tree.get("verifiableCredential"))
    return [Contents(one.encode() if isinstance(one, str) else orjson.dumps(one)) for one in inner]


def _check_part(request: ProofRequest, contents: Contents, did: str) -> None:
    """It is about whoever signed, by that very name, and it is what was asked for."""
    title = contents.title or _("A credential")
    if not about(contents, did):
        raise ValidationError(
            _(
                "%(title)s does not name %(did)s. Have it reissued to your DID, or answer with "
                "your account."
            )
            % {"title": title, "did": did}
        )
    if not fitting.reasons_of(request, contents):
        raise ValidationError(_("%(title)s does not fit what was asked for.") % {"title": title})


def about(contents: Contents, did: str) -> bool:
    """Whether a credential names this DID as the one it is about."""
    subjects = as_list(contents.tree.get("credentialSubject"))
    return any(isinstance(one, dict) and one.get("id") == did for one in subjects)


def names_one_of(holding: Holding, dids: Sequence[str]) -> bool:
    """Whether a holding is about one of these DIDs."""
    if not dids:
        return False
    if holding.award is not None:
        return holding.award.recipient_id in dids
    try:
        contents = Contents(credential_bytes(holding))
    except StackmarkError:
        return False
    return any(about(contents, did) for did in dids)
