"""Data Integrity proofs: make and check one proof over an unsecured document.

W3C "Verifiable Credential Data Integrity 1.0", sections 4.2 to 4.5, with the suites' own steps.
Whether the key is the issuer's is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import MultibaseError, b58decode, b58decode64, b58encode, b58encode64
from stackmark.keys.public import PublicKey
from stackmark.ports import Signer
from stackmark.proofs.suites import (
    PROOF_TYPE,
    SUITES,
    Canonicals,
    Suite,
    bytes_to_sign,
    proof_options,
    suite_of,
)

_SIGNATURE_BYTES: Final = {"Ed25519": 64, "P-256": 64, "P-384": 96}


def make_proof(
    document: Canonicals,
    *,
    suite: str,
    signer: Signer,
    method: str,
    created: str,
    purpose: str = "assertionMethod",
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A proof for ``document`` by ``signer``.

    ``method`` is the verification method's URL, ``created`` an RFC 3339 time with zone, ``more``
    further members (challenge, domain, expires, previousProof). Raises ``UsageError`` when the
    suite is not made here or does not fit the key.
    """
    chosen = SUITES.get(suite)
    if chosen is not None and chosen.canonical == "sd":
        raise UsageError(
            "usage.suite",
            f"{suite} signs credentials that parts are derived from, and nothing else; "
            "use another suite, or a key of another type.",
        )
    if chosen is None or not chosen.makes:
        raise UsageError("usage.suite", f"{suite!r} is no suite this can make.")
    if signer.algorithm not in chosen.algorithms:
        raise UsageError("usage.suite", f"{suite} does not go with a {signer.algorithm} key.")
    proof: dict[str, Any] = {
        "type": PROOF_TYPE,
        "cryptosuite": suite,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": purpose,
        **(more or {}),
    }
    context = document.unsecured.get("@context")
    if chosen.canonical == "jcs" and context is not None:
        proof = {"@context": context, **proof}
    options = proof_options(proof, context, chosen)
    signature = signer.sign(bytes_to_sign(document, options, chosen, signer.algorithm))
    short = len(signature) == _SIGNATURE_BYTES["Ed25519"]
    value = b58encode64(signature) if short else b58encode(signature)
    return {**proof, "proofValue": f"z{value}"}


def check_proof(document: Canonicals, proof: Mapping[str, Any], key: PublicKey) -> None:
    """Whether the proof's value is ``key``'s signature over this document.

    Raises ``CheckFailed``: ``proof.unsupported``, ``proof.key-type``, ``proof.context``,
    ``proof.encoding``, ``proof.signature``, or a ``lossless.`` reason for the options.
    """
    suite = suite_of(proof)
    if key.algorithm not in suite.algorithms:
        raise CheckFailed(
            "proof.key-type", f"The suite {suite.name} does not go with a {key.algorithm} key."
        )
    signature = signature_bytes(proof.get("proofValue"), suite, key)
    context = document.unsecured.get("@context")
    if proof.get("@context", context) != context:
        raise CheckFailed(
            "proof.context",
            "The proof's @context is not the document's; terms could change meaning.",
        )
    options = proof_options(proof, context, suite)
    if not _fits(document, options, suite, key, signature):
        raise CheckFailed(
            "proof.signature",
            "The signature does not fit: the document or its proof was changed after signing.",
        )


def _fits(
    document: Canonicals,
    options: Mapping[str, Any],
    suite: Suite,
    key: PublicKey,
    signature: bytes,
) -> bool:
    if key.verify(signature, bytes_to_sign(document, options, suite, key.algorithm)):
        return True
    if suite.canonical != "rdfc" or key.algorithm == "P-384":
        return False
    older = document.in_older_form()  # see docs/divergences.md
    return older is not None and key.verify(
        signature, bytes_to_sign(older, options, suite, key.algorithm)
    )


def signature_bytes(value: Any, suite: Suite, key: PublicKey) -> bytes:
    """The signature written in ``proofValue``: multibase base58-btc, exact length."""
    if not isinstance(value, str):
        raise CheckFailed("proof.encoding", "The proofValue is missing or is not text.")
    if not value.startswith("z"):
        raise CheckFailed(
            "proof.encoding", f"{suite.name} writes its proofValue in base58 with a leading z."
        )
    try:
        if _SIGNATURE_BYTES[key.algorithm] == 64 and 64 <= len(value) <= 89:
            return b58decode64(value[1:])
        signature = b58decode(value[1:])
    except MultibaseError as error:
        raise CheckFailed("proof.encoding", f"The proofValue cannot be read: {error}") from None
    if len(signature) != _SIGNATURE_BYTES[key.algorithm]:
        raise CheckFailed(
            "proof.encoding",
            f"The signature has {len(signature)} bytes, not {_SIGNATURE_BYTES[key.algorithm]}.",
        )
    return signature
