"""Step "proof" for compact JWS: header, claims against members, signature.

Open Badges 3.0 section 8.2 (typ JWT, claims beside the credential), W3C VC-JOSE-COSE 1.0
(typ vc+jwt), and VC 1.1's ``vc`` claim, which is only read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.limits import CLOCK_SKEW
from stackmark.proofs.jose import Jws, check_header
from stackmark.reading.received import VC1_CONTEXT, VC2_CONTEXT, contexts_of
from stackmark.verification.dates import from_epoch, parse_stamp, stamp
from stackmark.verification.structure import as_list
from stackmark.verification.validity import period

CLAIMS: Final = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat", "aud"})


def unwrap(jws: Jws, payload: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The profile and the credential (or presentation) in a token's payload.

    Profiles: ``ob3``, ``vc``, ``vp``, ``vc11``. Raises ``CheckFailed`` for the header
    (``proof.…``, ``issuer-key.header-key``) and for ``vc`` beside members (``proof.two-forms``).
    """
    profile = check_header(jws.header)
    wrapped = payload.get("vc", payload.get("vp"))
    if "@context" in payload:
        if "vc" in payload or "vp" in payload:
            raise CheckFailed(
                "proof.two-forms", "A vc claim stands beside the credential's own members."
            )
        if "proof" in payload:
            raise CheckFailed("proof.two-forms", "The token holds an embedded proof as well.")
        inner = {name: value for name, value in payload.items() if name not in CLAIMS}
        return profile, inner
    if not isinstance(wrapped, dict):
        raise CheckFailed("format.token", "The token's payload is no credential.")
    if contexts_of(wrapped)[:1] == [VC2_CONTEXT]:
        raise CheckFailed(
            "proof.two-forms", "VC 2.0 has no vc claim; the credential is the payload."
        )
    if contexts_of(wrapped)[:1] != [VC1_CONTEXT]:
        raise CheckFailed("context.order", "The vc claim holds no VC 1.1 credential.")
    odd = payload.keys() - CLAIMS - {"vc", "vp", "nonce"}
    if odd:
        raise CheckFailed("proof.claim", f"The payload holds an unknown claim {min(odd)!r}.")
    return "vc11", complete(dict(wrapped), payload)


def complete(credential: dict[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """VC 1.1 section 6.3.1: claims stand for members that were left out."""
    if "iss" in claims:
        credential.setdefault("issuer", claims["iss"])
    if "jti" in claims:
        credential.setdefault("id", claims["jti"])
    if "nbf" in claims:
        credential.setdefault("issuanceDate", stamp(from_epoch(claims["nbf"], "nbf")))
    if "exp" in claims:
        credential.setdefault("expirationDate", stamp(from_epoch(claims["exp"], "exp")))
    subject = credential.get("credentialSubject")
    if "sub" in claims and isinstance(subject, dict):
        credential["credentialSubject"] = {"id": claims["sub"], **subject}
    return credential


def check_claims(
    claims: Mapping[str, Any], credential: Mapping[str, Any], *, profile: str, now: datetime
) -> datetime | None:
    """Whether the claims agree with the credential; returns the time of signing they give.

    Raises ``CheckFailed`` ``proof.claim``, ``proof.audience``, ``validity.expired``,
    ``validity.not-yet``.
    """
    times = {name: from_epoch(claims[name], name) for name in ("exp", "nbf") if name in claims}
    if claims.get("iat").__class__ in (int, float):  # it decides nothing, so its form is no matter
        times["iat"] = from_epoch(claims["iat"], "iat")
    if "exp" in times and times["exp"] < now:
        raise CheckFailed("validity.expired", f"The token ran out at {stamp(times['exp'])}.")
    if "nbf" in times and times["nbf"] > now + timedelta(seconds=CLOCK_SKEW):
        raise CheckFailed(
            "validity.not-yet", f"The token holds only from {stamp(times['nbf'])} on."
        )
    if "aud" in claims:
        raise CheckFailed("proof.audience", "The token was made for somebody else (aud).")
    _agree(claims, credential, profile)
    first, last = period(credential)
    _agree_time(times.get("nbf"), credential.get(first), "nbf", first)
    _agree_time(times.get("exp"), credential.get(last), "exp", last)
    return times.get("iat", times.get("nbf"))


def _agree(claims: Mapping[str, Any], credential: Mapping[str, Any], profile: str) -> None:
    issuer = credential.get("issuer", credential.get("holder"))
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    subjects = as_list(credential.get("credentialSubject"))
    subject = subjects[0].get("id") if len(subjects) == 1 else None
    if profile == "ob3" and "iss" not in claims:
        raise CheckFailed("proof.claim", "The claim iss is missing.")
    for name, wanted in (("iss", issuer), ("jti", credential.get("id")), ("sub", subject)):
        if name in claims and (claims[name] != wanted or not isinstance(claims[name], str)):
            raise CheckFailed(
                "proof.claim",
                f"The claim {name} is {str(claims[name])[:80]!r}, the credential says "
                f"{str(wanted)[:80]!r}.",
            )


def _agree_time(claimed: datetime | None, member: Any, claim: str, name: str) -> None:
    if claimed is None or member is None:
        return
    said = parse_stamp(member, name)
    if abs((said - claimed).total_seconds()) >= 1:
        raise CheckFailed(
            "proof.claim",
            f"The claim {claim} is {stamp(claimed)}, the credential's {name} is {stamp(said)}.",
        )
