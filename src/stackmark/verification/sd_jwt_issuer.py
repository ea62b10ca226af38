"""Whose key signed an SD-JWT VC: a certificate, a DID, or the issuer's published metadata.

SD-JWT VC (draft-ietf-oauth-sd-jwt-vc) section 2.5 "Issuer-signed JWT Verification Key Validation"
and section 4 "JWT VC Issuer Metadata".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.keys import certificates
from stackmark.keys.certificates import Certificate
from stackmark.keys.public import PublicKey
from stackmark.model.strict_json import parse_json
from stackmark.ports import Fetcher
from stackmark.proofs import jades
from stackmark.proofs.sd_jwt import SdJwt
from stackmark.verification.binding import FoundKey, KeyRing
from stackmark.verification.structure import as_list

WELL_KNOWN: Final = "/.well-known/jwt-vc-issuer"
_MAX_KEYS: Final = 100


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """The key to check with; ``chain`` when it is that of a certificate."""

    public: PublicKey
    found: FoundKey | None = None
    chain: tuple[Certificate, ...] = ()


def resolve(sd: SdJwt, ring: KeyRing) -> IssuerKey:
    """The key the header and ``iss`` lead to; whether it is the issuer's is asked later.

    Raises ``CheckFailed`` or ``CouldNotTell`` with an ``issuer-key.`` reason.
    """
    header, issuer = sd.jws.header, sd.payload.get("iss")
    if "x5c" in header:
        chain = chain_of(sd)
        return IssuerKey(certificates.public_key(chain[0]), None, chain)
    if not isinstance(issuer, str) or not issuer:
        raise CheckFailed(
            "issuer-key.no-issuer", "It names no issuer (iss) and brings no certificate (x5c)."
        )
    if issuer.startswith("did:"):
        found = ring.for_token(header.get("kid"), issuer, "assertionMethod")
    elif issuer.startswith("https://"):
        found = published_key(issuer, header.get("kid"), ring.fetcher)
    else:
        raise CheckFailed(
            "issuer-key.no-issuer", f"The issuer {issuer[:120]!r} is neither a DID nor an address."
        )
    return IssuerKey(found.public, found)


def chain_of(sd: SdJwt) -> tuple[Certificate, ...]:
    """The certificates of the header's ``x5c``; raises as ``jades.chain_of``."""
    jws = sd.jws
    return jades.chain_of(jades.Seal(jws.header, jws.payload, jws.signature, jws.signing_input))


def metadata_url(issuer: str) -> str:
    """Where an issuer's metadata stand: the well-known path goes before its own path."""
    parts = urlsplit(issuer)
    return f"https://{parts.netloc}{WELL_KNOWN}{parts.path.rstrip('/')}"


def published_key(issuer: str, kid: str | None, fetcher: Fetcher) -> FoundKey:
    """The issuer's key out of its JWT VC Issuer Metadata.

    Raises ``CheckFailed``: ``issuer-key.metadata``, ``issuer-key.key-id`` and as
    ``PublicKey.from_jwk``; ``CouldNotTell`` ``issuer-key.unresolvable``.
    """
    parts = urlsplit(issuer)
    if parts.query or parts.fragment or "@" in parts.netloc or not parts.netloc:
        raise CheckFailed("issuer-key.metadata", "The issuer's address has no plain form.")
    url = metadata_url(issuer)
    metadata = _fetch(url, fetcher)
    if metadata.get("issuer") != issuer:
        raise CheckFailed(
            "issuer-key.metadata", f"The metadata at {url[:160]} are those of another issuer."
        )
    if ("jwks" in metadata) == ("jwks_uri" in metadata):
        raise CheckFailed(
            "issuer-key.metadata", f"The metadata at {url[:160]} must have jwks or jwks_uri."
        )
    jwks = metadata["jwks"] if "jwks" in metadata else _fetch(_address(metadata), fetcher)
    jwk = _chosen(jwks, kid, url)
    return FoundKey(PublicKey.from_jwk(jwk), issuer, f"{url}#{kid or ''}")


def _address(metadata: Mapping[str, Any]) -> str:
    url = metadata["jwks_uri"]
    if not isinstance(url, str) or not url.startswith("https://"):
        raise CheckFailed("issuer-key.metadata", "The issuer's jwks_uri is no https address.")
    return url


def _fetch(url: str, fetcher: Fetcher) -> Mapping[str, Any]:
    try:
        tree = parse_json(fetcher.fetch(url))
    except (CouldNotTell, ReadError) as error:
        raise CouldNotTell(
            "issuer-key.unresolvable", f"No key could be had from {url[:200]!a}: {error.detail}"
        ) from None
    if not isinstance(tree, dict):
        raise CheckFailed("issuer-key.metadata", f"What stands at {url[:160]} is no JSON object.")
    return tree


def _chosen(jwks: Any, kid: str | None, url: str) -> Mapping[str, Any]:
    """The key with this kid, or the only one there is."""
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    keys = [one for one in as_list(listed) if isinstance(one, Mapping)]
    fitting = keys if kid is None else [one for one in keys if one.get("kid") == kid]
    if len(fitting) != 1 or len(keys) > _MAX_KEYS:
        raise CheckFailed(
            "issuer-key.key-id",
            f"The metadata at {url[:160]} have {len(fitting)} keys that fit the token's kid.",
        )
    return fitting[0]


def check_certificate(
    chain: Sequence[Certificate], issuer: Any, anchors: Sequence[Certificate], at: datetime
) -> str:
    """A sentence on whose certificate it is, when a trust anchor vouches for it.

    Raises ``CheckFailed`` ``issuer-key.key-usage`` or ``issuer-key.not-issuer`` (``iss`` is an
    address that the certificate does not name); ``CouldNotTell`` ``issuer-key.anchor`` or
    ``issuer-key.other-body`` (``iss`` is something a certificate cannot name).
    """
    leaf = chain[0]
    certificates.check_use(leaf)
    name = certificates.owner(leaf)
    _check_named(leaf, issuer, name)
    try:
        anchor = certificates.check_vouched(chain, anchors, at)
    except CouldNotTell as error:
        raise CouldNotTell(error.reason, f"The certificate names {name}. {error.detail}") from None
    return f"The certificate is that of {name}; {certificates.owner(anchor)} vouches for it."


def _check_named(leaf: Certificate, issuer: Any, name: str) -> None:
    if issuer is None:
        return
    addresses, hosts = certificates.alternative_names(leaf)
    if not isinstance(issuer, str) or not issuer.startswith("https://"):
        if issuer not in addresses:
            raise CouldNotTell(
                "issuer-key.other-body",
                f"The certificate is that of {name}; whether it acts for {str(issuer)[:120]} is "
                "not told.",
            )
        return
    if issuer not in addresses and urlsplit(issuer).hostname not in hosts:
        raise CheckFailed(
            "issuer-key.not-issuer",
            f"The certificate of {name} does not name the issuer {issuer[:120]}.",
        )
