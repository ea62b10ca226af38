"""Compact JWS for credentials: read, make and check.

Two profiles share the envelope: Open Badges 3.0's JWT (section 8.2: typ JWT, claims beside the
credential) and W3C VC-JOSE-COSE (typ vc+jwt, the credential alone). RFC 7515 with every optional
door closed: one spelling of base64url, header members alg, kid, typ, cty only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from stackmark.errors import CheckFailed, ReadError, UsageError
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_DOCUMENT_BYTES, MAX_KEY_ID
from stackmark.model.strict_json import parse_json
from stackmark.ports import Signer

ALGORITHMS: Final[Mapping[str, str]] = {
    "EdDSA": "Ed25519",
    "ES256": "P-256",
    "ES384": "P-384",
    "RS256": "RSA",
}
_NAMES: Final = {key: name for name, key in ALGORITHMS.items()}
_SIGNATURE_BYTES: Final = {"EdDSA": 64, "ES256": 64, "ES384": 96}
_HEADER: Final = frozenset({"alg", "kid", "typ", "cty"})
_HEADER_KEYS: Final = frozenset({"jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"})
TYPES: Final = {
    "JWT": "ob3",
    "vc+jwt": "vc",
    "vp+jwt": "vp",
    "vc+ld+json+jwt": "vc",
}

REGISTER: Final = "stackmark-register+jwt"  # never taken for a credential: it is not in TYPES
AUDIT_HEAD: Final = "stackmark-audit-head+jwt"  # nor is this: how long a log was, and its hash


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS taken apart; nothing is verified yet."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes


def parse_compact(token: bytes) -> Jws:
    """Take a compact JWS apart.

    Raises ``ReadError`` ``read.jws`` or ``read.too-large``, or what ``parse_json`` raises for
    the header.
    """
    if len(token) > MAX_DOCUMENT_BYTES * 4 // 3:
        raise ReadError("read.too-large", f"The token has {len(token):,} characters.")
    parts = token.split(b".")
    if len(parts) != 3:
        raise ReadError("read.jws", f"A compact JWS has three parts; this has {len(parts)}.")
    header = parse_json(_decode(parts[0], "header"))
    if not isinstance(header, dict):
        raise ReadError("read.jws", "The token's header is not a JSON object.")
    _refuse_extensions(header)  # they change how the rest is read
    signing_input = token[: len(parts[0]) + 1 + len(parts[1])]
    payload, signature = _decode(parts[1], "payload"), _decode(parts[2], "signature")
    return Jws(header, payload, signature, signing_input)


def _decode(part: bytes, name: str) -> bytes:
    try:
        return b64url_decode(part)
    except MultibaseError as error:
        raise ReadError("read.jws", f"The token's {name} is not base64url: {error}") from None


def _refuse_extensions(header: Mapping[str, Any]) -> None:
    if header.keys() & {"crit", "b64", "zip"}:
        raise CheckFailed("proof.crit", "The header asks for an extension that is not known here.")


def check_header(header: Mapping[str, Any]) -> str:
    """The profile the header names: ``ob3``, ``vc`` or ``vp``.

    Raises ``CheckFailed``: ``proof.typ``, and what ``check_members`` raises.
    """
    check_members(header)
    return _profile(header)


def check_members(header: Mapping[str, Any]) -> None:
    """All of a header but its type.

    Raises ``CheckFailed``: ``proof.algorithm``, ``proof.header``, ``proof.crit``,
    ``issuer-key.header-key``, ``issuer-key.private``, ``issuer-key.key-id``.
    """
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise CheckFailed(
            "proof.algorithm",
            f"The algorithm {algorithm!r} is not accepted; EdDSA, ES256, ES384 and RS256 are.",
        )
    _refuse_extensions(header)
    _refuse_header_keys(header)
    odd = sorted(header.keys() - _HEADER)
    if odd:
        raise CheckFailed("proof.header", f"The header member {odd[0]!r} is not allowed.")
    kid = header.get("kid")
    if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= MAX_KEY_ID):
        raise CheckFailed("issuer-key.key-id", "The header's kid is no usable key identifier.")


def _refuse_header_keys(header: Mapping[str, Any]) -> None:
    jwk = header.get("jwk")
    if isinstance(jwk, Mapping) and jwk.keys() & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}:
        raise CheckFailed("issuer-key.private", "The header gives a private key away.")
    found = sorted(header.keys() & _HEADER_KEYS)
    if found:
        raise CheckFailed(
            "issuer-key.header-key",
            f"The header brings its own key ({found[0]}); anybody can do that. "
            "A key is only taken from the issuer's document.",
        )


def _profile(header: Mapping[str, Any]) -> str:
    typ = header.get("typ", "JWT")
    profile = TYPES.get(typ) if isinstance(typ, str) else None
    if profile is None:
        raise CheckFailed("proof.typ", f"A token of type {typ!r} is no credential.")
    cty = header.get("cty")
    if cty is not None and cty not in ("vc", "vp", "vc+ld+json", "application/vc", "JSON"):
        raise CheckFailed("proof.typ", f"The token's content type {cty!r} is no credential.")
    return profile


def check_signature(jws: Jws, key: PublicKey) -> None:
    """Whether ``key`` made the signature with the algorithm of the header.

    Raises ``CheckFailed``: ``proof.key-type``, ``proof.encoding``, ``proof.signature``.
    """
    algorithm = jws.header["alg"]
    if ALGORITHMS.get(algorithm) != key.algorithm:
        raise CheckFailed(
            "proof.key-type", f"The header says {algorithm}, but the key is {key.algorithm}."
        )
    wanted = _SIGNATURE_BYTES.get(algorithm)
    if wanted is not None and len(jws.signature) != wanted:
        raise CheckFailed(
            "proof.encoding", f"The signature has {len(jws.signature)} bytes, not {wanted}."
        )
    if not key.verify(jws.signature, jws.signing_input):
        raise CheckFailed(
            "proof.signature", "The signature does not fit: the token was changed after signing."
        )


def sign_compact(payload: bytes, *, signer: Signer, typ: str, kid: str | None) -> str:
    """A compact JWS over ``payload``; ``typ`` is JWT, vc+jwt, vp+jwt, a register's or a head's.

    Raises ``UsageError`` ``usage.typ``, or ``usage.suite`` for a key that signs no bytes.
    """
    if typ not in TYPES and typ not in (REGISTER, AUDIT_HEAD):
        raise UsageError("usage.typ", f"{typ!r} is no token type for credentials.")
    if signer.algorithm not in _NAMES:
        raise UsageError("usage.suite", f"A {signer.algorithm} key signs no tokens.")
    header: dict[str, str] = {"alg": _NAMES[signer.algorithm], "typ": typ}
    if kid is not None:
        header["kid"] = kid
    first = b64url_encode(orjson.dumps(header))
    signing_input = f"{first}.{b64url_encode(payload)}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"
