"""A presentation signed by its holder (VC Data Model 2.0 section 4.13, purpose authentication)."""

from __future__ import annotations

from typing import Any

import orjson

from stackmark.canonical.emitter import to_quads
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.securing import SELECTIVE, TOKENS, VC_JWT
from stackmark.keys.keyfile import KeyFile
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.jose import sign_compact
from stackmark.proofs.suites import Canonicals
from stackmark.verification.dates import parse_stamp
from stackmark.verification.structure import as_list, check_context


def sign_presentation(
    unsecured: dict[str, Any],
    *,
    key: KeyFile,
    suite: str,
    created: str,
    challenge: str | None,
    domain: str | None,
) -> bytes:
    """The presentation with the holder's proof, or a ``vp+jwt`` for the suite ``vc+jwt``.

    Raises ``CheckFailed`` ``format.…`` or ``lossless.…``, ``UsageError`` ``usage.suite``.
    """
    _check(unsecured, key.did)
    if suite in SELECTIVE or (suite in TOKENS and suite != VC_JWT):
        raise UsageError(
            "usage.suite", f"{suite} does not sign presentations; use vc+jwt or an embedded proof."
        )
    if suite == VC_JWT:
        return _token(unsecured, key, created, challenge, domain)
    named = (("challenge", challenge), ("domain", domain))
    proof = make_proof(
        Canonicals(unsecured),
        suite=suite,
        signer=key.private,
        method=key.method_id,
        created=created,
        purpose="authentication",
        more={name: value for name, value in named if value is not None},
    )
    return orjson.dumps({**unsecured, "proof": proof})


def _check(unsecured: dict[str, Any], did: str) -> None:
    if "proof" in unsecured:
        raise CheckFailed("format.proof", "It has a proof already; sign the document without it.")
    check_context(unsecured, types=[])
    if not as_list(unsecured.get("verifiableCredential")):
        raise CheckFailed("format.empty", "The presentation holds no credential.")
    holder = unsecured.get("holder")
    holder = holder.get("id") if isinstance(holder, dict) else holder
    if holder != did:
        raise CheckFailed(
            "format.holder",
            f"The holder is {str(holder)[:120]}, but the key speaks for {did[:120]}.",
        )
    to_quads(unsecured, strict=True)


def _token(
    unsecured: dict[str, Any], key: KeyFile, created: str, challenge: str | None, domain: str | None
) -> bytes:
    claims: dict[str, Any] = {
        "iss": key.did,
        "iat": int(parse_stamp(created, "The time").timestamp()),
    }
    if challenge is not None:
        claims["nonce"] = challenge
    if domain is not None:
        claims["aud"] = domain
    payload = orjson.dumps({**unsecured, **claims})
    return sign_compact(payload, signer=key.private, typ="vp+jwt", kid=key.method_id).encode()
