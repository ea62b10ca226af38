"""Whether somebody controls a DID: a signature of this moment over a challenge.

Two forms are taken, both with the key under ``authentication`` in the DID's own document:

- a presentation with a Data Integrity proof (VC Data Model 2.0 section 4.13, Data Integrity 1.0
  section 4.4); it may hold no credential at all;
- a compact JWS with ``iss`` the DID, ``nonce`` the challenge and ``aud`` the domain, or several
  with the domain among them (VC-JOSE-COSE 1.0 section 3.1.2), as ``stackmark key prove`` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from stackmark.errors import CheckFailed, ReadError
from stackmark.limits import CLOCK_SKEW
from stackmark.model.document import Document
from stackmark.model.strict_json import parse_json
from stackmark.ports import Fetcher
from stackmark.proofs.jose import check_header, check_signature, parse_compact
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import types_of
from stackmark.verification.binding import FoundKey, KeyRing, check_key_time
from stackmark.verification.proving import Expected, check_proofs, list_proofs
from stackmark.verification.structure import check_context

RELATIONSHIP: Final = "authentication"
MAX_AGE: Final = 24 * 3600  # seconds a signed answer may be old; its challenge ends sooner


@dataclass(frozen=True, slots=True)
class Control:
    """Who signed, and with which of their keys."""

    did: str
    method: str


def check_control(
    data: bytes, *, did: str, challenge: str, domain: str, fetcher: Fetcher, now: datetime
) -> Control:
    """That ``data`` is signed by ``did`` for this challenge and domain.

    Raises ``ReadError``, ``CheckFailed`` (``proof.…``, ``issuer-key.…``, ``key-time.…``,
    ``format.…``) or ``CouldNotTell`` when the DID's document cannot be had.
    """
    text = data.strip()
    ring = KeyRing(fetcher)
    if text[:1] == b"{":
        key, used = _presentation(Document.parse(text).tree, ring, did, challenge, domain, now)
    else:
        key, used = _token(text, ring, did, challenge, domain, now)
    if key.owner != did:
        raise CheckFailed(
            "issuer-key.not-issuer", f"It is signed by {key.owner[:120]}, not by {did[:120]}."
        )
    check_key_time(key, used, now)
    return Control(did, key.method)


def _presentation(
    tree: Mapping[str, Any],
    ring: KeyRing,
    did: str,
    challenge: str,
    domain: str,
    now: datetime,
) -> tuple[FoundKey, datetime | None]:
    if "VerifiablePresentation" not in types_of(tree):
        raise CheckFailed("format.type", "Its type does not say VerifiablePresentation.")
    holder = tree.get("holder")
    named = holder.get("id") if isinstance(holder, dict) else holder
    if named is not None and named != did:
        raise CheckFailed("format.holder", f"The holder in it is another one than {did[:120]}.")
    check_context(tree, types=[])
    unsecured = {name: value for name, value in tree.items() if name != "proof"}
    signed = check_proofs(
        unsecured,
        list_proofs(tree),
        Canonicals(unsecured),
        ring=ring,
        now=now,
        expected=Expected(RELATIONSHIP, challenge, domain),
    )
    own = next((one for one in signed if one.key.owner == did), signed[0])
    return own.key, own.created


def _token(
    text: bytes, ring: KeyRing, did: str, challenge: str, domain: str, now: datetime
) -> tuple[FoundKey, datetime]:
    if text.count(b".") != 2:
        raise ReadError("read.unknown", "This is neither a JSON presentation nor a compact token.")
    jws = parse_compact(text)
    check_header(jws.header)
    claims = parse_json(jws.payload)
    if not isinstance(claims, dict):
        raise ReadError("read.jws", "The token's payload is not a JSON object.")
    _check_answer(claims, did, challenge, domain)
    used = _moment(claims, now)
    key = ring.for_token(jws.header.get("kid"), did, RELATIONSHIP)
    check_signature(jws, key.public)
    return key, used


def _check_answer(claims: Mapping[str, Any], did: str, challenge: str, domain: str) -> None:
    said = {name: claims.get(name) for name in ("iss", "nonce", "aud")}
    if _is_among(domain, said["aud"]):
        said["aud"] = domain
    for name, wanted in (("iss", did), ("nonce", challenge), ("aud", domain)):
        if said[name] != wanted:
            raise CheckFailed(
                "proof.challenge", f"The token's {name} is another one than was asked for."
            )


def _is_among(domain: str, audience: Any) -> bool:
    """RFC 7519, section 4.1.3: an array of texts is for each of them."""
    texts = isinstance(audience, list) and all(isinstance(one, str) for one in audience)
    return texts and domain in audience


def _moment(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the token says it was made: in the last day, and not to come."""
    found = claims.get("iat")
    if type(found) is not int or not 0 <= found < 1 << 40:
        raise CheckFailed("proof.time", "The token does not say when it was made (iat).")
    age = now.timestamp() - found
    if not -CLOCK_SKEW <= age <= MAX_AGE:
        raise CheckFailed("proof.time", "The token was not made today; sign a new one.")
    _check_period(claims, now)
    return now - timedelta(seconds=age)


def _check_period(claims: Mapping[str, Any], now: datetime) -> None:
    """RFC 7519, sections 4.1.4 and 4.1.5: it has begun and is not over, where it says when."""
    moment = now.timestamp()
    for name in ("exp", "nbf"):
        if name in claims and type(claims[name]) not in (int, float):
            raise CheckFailed("proof.time", f"The token's {name} is no time.")
    if moment > claims.get("exp", moment) + CLOCK_SKEW:
        raise CheckFailed("proof.time", "The token has expired (exp); sign a new one.")
    if moment < claims.get("nbf", moment) - CLOCK_SKEW:
        raise CheckFailed("proof.time", "The token is not valid yet (nbf).")
