"""Signing claims as an SD-JWT VC, and looking at the result before it is handed out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from stackmark.errors import CheckFailed, StackmarkError, UsageError
from stackmark.exchange.eudi.write import SELECTIVE
from stackmark.issuing.selfcheck import Given
from stackmark.keys import certificates
from stackmark.keys.certificates import Certificate
from stackmark.keys.public import PublicKey
from stackmark.ports import Random, Signer
from stackmark.proofs.sd_jwt_make import make
from stackmark.reading.received import EUDI_VCT
from stackmark.verification.verifier import Verifier

SD_JWT: Final = "sd-jwt"
# What is not for us to judge: old and future credentials may be signed, lists are elsewhere.
_LEAVE: Final = frozenset({"validity", "status", "key-time", "recipient", "trust"})


def is_claims(tree: Mapping[str, Any]) -> bool:
    """Whether it is claims of an SD-JWT VC rather than a document of W3C."""
    return "vct" in tree and "@context" not in tree


def default_disclosures(claims: Mapping[str, Any]) -> list[str]:
    """What the holder of an EUDI learning credential may withhold; of other types nothing."""
    if claims.get("vct") != EUDI_VCT:
        return []
    return [one for one in SELECTIVE if claims.get(one.split("/")[1]) not in (None, [], "")]


def sign_claims(
    claims: Mapping[str, Any],
    *,
    did: str,
    method: str,
    signer: Signer,
    random: Random,
    now: datetime,
    disclose: Sequence[str] | None = None,
    holder: PublicKey | None = None,
    chain: Sequence[Certificate] = (),
    documents: Mapping[str, bytes] | None = None,
) -> bytes:
    """The holder's copy of an SD-JWT VC with every disclosure.

    ``disclose``: pointers to what may be withheld, by default those of the type. With ``chain`` the
    certificate speaks for the key, else ``did`` is the issuer. ``documents`` as for ``self_check``.
    Raises ``UsageError`` ``usage.claims``, ``usage.certificate``, ``usage.pointer``;
    ``CheckFailed`` ``issuer-key.not-issuer``; ``StackmarkError`` ``run.self-check``.
    """
    whole = _complete(claims, did, now, certified=bool(chain))
    if chain and certificates.public_key(chain[0]) != signer.public_key:
        raise UsageError(
            "usage.certificate", "The first certificate is not that of the key; put it first."
        )
    made = make(
        whole,
        signer=signer,
        random=random,
        disclose=default_disclosures(whole) if disclose is None else disclose,
        kid=None if chain else method,
        x5c=[b64encode(certificates.der(one)).decode("ascii") for one in chain],
        holder=holder,
    ).encode("ascii")
    _confirm(made, now, chain, documents or {})
    return made


def _complete(
    claims: Mapping[str, Any], did: str, now: datetime, *, certified: bool
) -> dict[str, Any]:
    """With issuer and time of signing, where they are not there."""
    if not isinstance(claims.get("vct"), str) or not claims["vct"]:
        raise UsageError("usage.claims", "The claims do not say of which type they are (vct).")
    if "cnf" in claims:
        raise UsageError("usage.claims", "Leave cnf out and give the holder's key by itself.")
    whole = dict(claims)
    if not certified and whole.setdefault("iss", did) != did:
        raise CheckFailed(
            "issuer-key.not-issuer",
            f"The issuer is {str(whole['iss'])[:120]}, but the key speaks for {did[:120]}.",
        )
    whole.setdefault("iat", int(now.astimezone(UTC).timestamp()))
    return whole


def _confirm(
    made: bytes, now: datetime, chain: Sequence[Certificate], documents: Mapping[str, bytes]
) -> None:
    report = Verifier(now=now, fetcher=Given(documents), anchors=chain[:1]).verify(made)
    for check in report.checks:
        if check.code not in _LEAVE and check.outcome in ("failed", "could-not-tell"):
            raise StackmarkError(
                "run.self-check",
                f"The SD-JWT just made does not verify ({check.reason}): {check.detail} "
                "Nothing was handed out.",
            )
