"""The holder's part of an SD-JWT: choosing what to show, and the Key Binding JWT.

RFC 9901 sections 4.3, 7.2 and 7.3. The binding shows that the presenter has the key named in
``cnf``, for this audience, this nonce, and exactly these disclosures.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from stackmark.errors import CheckFailed, CouldNotTell, ReadError, UsageError
from stackmark.keys.multibase import b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.limits import CLOCK_SKEW
from stackmark.model.strict_json import parse_json
from stackmark.ports import Signer
from stackmark.proofs.jose import check_signature, parse_compact
from stackmark.proofs.sd_jwt import SdJwt, check_algorithm, hash_name, recreate
from stackmark.proofs.sd_jwt_make import NAMES, sign

TYP: Final = "kb+jwt"
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_LATEST: Final = 253_402_300_799  # seconds; the end of the year 9999


@dataclass(frozen=True, slots=True)
class Asked:
    """What the verifier gave to the presenter: ``nonce`` (challenge) and ``aud`` (who it is)."""

    nonce: str | None = None
    aud: str | None = None


def choose(sd: SdJwt, pointers: Sequence[str]) -> str:
    """The SD-JWT with chosen disclosures only, without key binding.

    A pointer into the recreated claims takes along what is around it and what is below. Raises
    ``UsageError`` ``usage.pointer`` for one that leads nowhere, and as ``recreate``.
    """
    whole = recreate(sd)
    for pointer in pointers:
        if not _leads(whole.claims, pointer):
            raise UsageError("usage.pointer", f"There is nothing at {pointer[:120]} to show.")
    kept = [
        one.text
        for one in whole.disclosed
        if any(_touches(one.path, wanted) for wanted in pointers)
    ]
    token = sd.shown.split(b"~", 1)[0].decode("ascii")
    order = [text for text in sd.disclosures if text in set(kept)]
    return "~".join((token, *order, ""))


def _touches(path: str, wanted: str) -> bool:
    return path == wanted or path.startswith(f"{wanted}/") or wanted.startswith(f"{path}/")


def _leads(value: Any, pointer: str) -> bool:
    if not pointer.startswith("/"):
        return False
    for step in pointer[1:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif (
            isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value)
        ):
            value = value[int(name)]
        else:
            return False
    return True


def bind(shown: str, *, signer: Signer, nonce: str, aud: str, at: datetime, hash_: str) -> str:
    """The presentation: ``shown`` (it ends in a tilde) with a KB-JWT by the holder's key.

    Raises ``UsageError`` ``usage.suite`` for a key that SD-JWTs are not signed with.
    """
    if signer.algorithm not in NAMES:
        raise UsageError(
            "usage.suite", f"SD-JWTs are signed with {', '.join(NAMES)}, not {signer.algorithm}."
        )
    claims = {
        "iat": int(at.timestamp()),
        "aud": aud,
        "nonce": nonce,
        "sd_hash": _hash(shown.encode("ascii"), hash_),
    }
    return shown + sign({"typ": TYP}, orjson.dumps(claims), signer)


def _hash(shown: bytes, hash_: str) -> str:
    return b64url_encode(hashlib.new(hash_, shown).digest())


def holder_key(claims: Mapping[str, Any]) -> PublicKey | None:
    """The key of ``cnf`` (RFC 7800), if there is one.

    Raises ``CheckFailed`` ``proof.binding-key`` for a broken one, ``CouldNotTell``
    ``proof.binding-method`` for one that is named in another way than by ``jwk``.
    """
    if "cnf" not in claims:
        return None
    cnf = claims["cnf"]
    if not isinstance(cnf, Mapping) or not cnf:
        raise CheckFailed("proof.binding-key", "The claim cnf names no key of the holder.")
    if "jwk" not in cnf:
        raise CouldNotTell(
            "proof.binding-method",
            f"The holder's key is named by {min(cnf)[:40]!r}; only jwk is read.",
        )
    if not isinstance(cnf["jwk"], Mapping):
        raise CheckFailed("proof.binding-key", "The holder's key in cnf is no JWK.")
    try:
        return PublicKey.from_jwk(cnf["jwk"])
    except CheckFailed as error:
        raise CheckFailed("proof.binding-key", f"The holder's key: {error.detail}") from None


def check_binding(sd: SdJwt, claims: Mapping[str, Any], asked: Asked, now: datetime) -> str:
    """A sentence on the holder's part; ``claims`` are the verified ones.

    Raises ``CheckFailed``: ``proof.binding-missing``, ``proof.binding``, ``proof.binding-key``,
    ``proof.binding-hash``, ``proof.binding-time``, ``proof.challenge``, ``proof.domain``, and as
    ``jose.check_signature``; ``CouldNotTell`` ``proof.challenge``, ``proof.domain`` when the caller
    did not say what was asked, ``proof.binding-method``.
    """
    if not sd.binding:
        return _unbound(claims, asked)
    key = holder_key(claims)
    if key is None:
        raise CheckFailed("proof.binding", "It is signed by a holder, but names no holder's key.")
    told = _signed_by(sd.binding, key)
    wanted = _hash(sd.shown, hash_name(sd.payload))
    if not hmac.compare_digest(str(told.get("sd_hash")).encode(), wanted.encode()):
        raise CheckFailed(
            "proof.binding-hash", "The holder signed for another selection than is shown."
        )
    _check_time(told.get("iat"), now)
    for reason, name, given in (("challenge", "nonce", asked.nonce), ("domain", "aud", asked.aud)):
        _compare(told.get(name), given, reason)
    return "Whoever showed it has the holder's key and signed for you."


def _unbound(claims: Mapping[str, Any], asked: Asked) -> str:
    if asked.nonce is not None or asked.aud is not None:
        raise CheckFailed(
            "proof.binding-missing", "You asked the holder to sign, and no holder's signature came."
        )
    if "cnf" in claims:
        return "It is bound to a holder's key; whoever showed it did not sign with it."
    return "It is bound to no holder's key."


def _signed_by(binding: bytes, key: PublicKey) -> Mapping[str, Any]:
    jws = parse_compact(binding)
    if jws.header.get("typ") != TYP:
        raise CheckFailed("proof.binding", "The holder's token is not of the type kb+jwt.")
    check_algorithm(jws.header)
    odd = sorted(jws.header.keys() - _HEADER)
    if odd:
        raise CheckFailed("proof.binding", f"Its header member {odd[0][:40]!r} is not allowed.")
    check_signature(jws, key)
    told = parse_json(jws.payload)
    if not isinstance(told, dict):
        raise ReadError("read.sd-jwt", "The holder's token holds no JSON object.")
    return told


def _check_time(value: Any, now: datetime) -> None:
    if value.__class__ not in (int, float) or not 0 <= value <= _LATEST:
        raise CheckFailed("proof.binding-time", "The holder's token does not say when it was made.")
    if datetime.fromtimestamp(value, UTC) > now + timedelta(seconds=CLOCK_SKEW):
        raise CheckFailed("proof.binding-time", "The holder's token is of the future.")


def _compare(found: Any, given: str | None, name: str) -> None:
    if not isinstance(found, str):
        raise CheckFailed("proof.binding", f"The holder's token has no {name} that is text.")
    if given is None:
        raise CouldNotTell(
            f"proof.{name}",
            f"The holder signed for the {name} {found[:80]!r}; say which one is yours.",
        )
    if found != given:
        raise CheckFailed(f"proof.{name}", f"The holder signed for another {name}.")
