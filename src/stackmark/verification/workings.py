"""The proof worked step by step, as values: what was hashed, which key, whether it fits.

``stackmark explain`` prints them and pages show them. This is about the signature alone; the
verdict is the ``Verifier``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackmark.canonical.jcs import jcs
from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.proofs.data_integrity import check_proof, signature_bytes
from stackmark.proofs.jose import check_signature
from stackmark.proofs.suites import Canonicals, Suite, digest_name, proof_options, suite_of
from stackmark.reading.received import Received
from stackmark.verification.binding import FoundKey, KeyRing
from stackmark.verification.proving import list_proofs
from stackmark.verification.recall import without_proof
from stackmark.verification.structure import as_list, issuer_id
from stackmark.verification.tokens import unwrap


@dataclass(frozen=True, slots=True)
class Hashed:
    """One canonical form and its digest in hexadecimal."""

    form: str  # "RDFC-1.0" or "JCS"
    digest: str  # "SHA-256" or "SHA-384"
    lines: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Selective:
    """The value of a proof for selective disclosure: the holder's own, or one derived from it.

    ``statements``: how many are not mandatory, of a base proof by bbs-2023 unknown (None).
    ``signature``: the issuer's, or the zero-knowledge proof of having one, in hexadecimal;
    ``proof_key``: the own key of an ecdsa-sd-2023 proof.
    """

    whole: bool
    statements: int | None
    signature: str
    proof_key: str | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """One signature worked through, as far as it went.

    ``document`` and ``options`` are what was hashed (a token has only the first, with form
    ``JWS``); ``signature`` is hexadecimal; ``fits`` is None when it was not reached, and
    ``error`` says why.
    """

    suite: str
    method: str | None = None
    purpose: str | None = None
    created: str | None = None
    document: Hashed | None = None
    options: Hashed | None = None
    key: FoundKey | None = None
    value: str | None = None
    signature: str | None = None
    selective: Selective | None = None
    fits: bool | None = None
    error: StackmarkError | None = None


def work(received: Received, ring: KeyRing) -> list[Working]:
    """Every signature of a document, in order; what cannot be worked carries its error.

    Never raises for a bad document.
    """
    if received.kind in ("sealed", "sd-jwt"):
        sentence = "Seals and SD-JWTs are not shown step by step; see `stackmark verify --all`."
        return [Working("", error=CouldNotTell("proof.not-shown", sentence))]
    if received.jws is not None:
        return [_token(received, ring)]
    try:
        proofs = list_proofs(received.tree)
    except StackmarkError as error:
        return [Working("", error=error)]
    unsecured = without_proof(received.tree)
    return [_proof(unsecured, proof, proofs, ring) for proof in proofs]


def _proof(
    unsecured: dict[str, Any],
    proof: dict[str, Any],
    proofs: list[dict[str, Any]],
    ring: KeyRing,
) -> Working:
    known: dict[str, Any] = {
        "method": _text(proof.get("verificationMethod")),
        "purpose": _text(proof.get("proofPurpose")),
        "created": _text(proof.get("created")),
        "value": _text(proof.get("proofValue")),
    }
    try:
        suite = suite_of(proof)
    except StackmarkError as error:
        return Working(
            str(proof.get("cryptosuite") or proof.get("type"))[:80], **known, error=error
        )
    before = [one for one in proofs if one.get("id") in as_list(proof.get("previousProof"))]
    document = {**unsecured, "proof": before} if before else unsecured
    return _worked(document, proof, suite, known, ring)


def _worked(
    document: dict[str, Any],
    proof: dict[str, Any],
    suite: Suite,
    known: dict[str, Any],
    ring: KeyRing,
) -> Working:
    try:
        known["key"] = ring.method(proof.get("verificationMethod"), str(proof.get("proofPurpose")))
    except StackmarkError as error:
        known["error"] = error
    try:
        # Without the key the hash is not certain for ECDSA; SHA-256 is by far the usual one.
        key = known.get("key")
        digest = digest_name(key.public.algorithm) if key else "sha256"
        known |= _hashes(document, proof, suite, digest)
        if key:
            known |= _compared(document, proof, suite, key)
    except StackmarkError as error:
        known["error"] = error
    return Working(suite.name, **known)


def _hashes(
    document: dict[str, Any], proof: dict[str, Any], suite: Suite, digest: str
) -> dict[str, Any]:
    if suite.canonical == "sd":
        return {"selective": _selective(proof), "document": hashed(document, "rdfc", digest)}
    options = proof_options(proof, document.get("@context"), suite)
    return {
        "document": hashed(document, suite.canonical, digest),
        "options": hashed(options, suite.canonical, digest),
    }


def _selective(proof: dict[str, Any]) -> Selective:
    from stackmark.proofs import bbs_values
    from stackmark.proofs.selective import is_base, value_of

    value, whole = value_of(proof), is_base(proof)
    if isinstance(value, bbs_values.BaseValue):
        return Selective(whole, None, value.signature.hex())
    if isinstance(value, bbs_values.DerivedValue):
        return Selective(whole, value.statements, value.proof.hex())
    count, key = len(value.signatures), value.proof_key.hex()
    return Selective(whole, count, value.signature.hex(), key)


def hashed(part: dict[str, Any], canonical: str, digest: str) -> Hashed:
    """The canonical form of a document or of proof options, and its digest."""
    form = Canonicals(part, strict=False)
    lines = [jcs(part).decode("utf-8", "replace")] if canonical == "jcs" else form.lines(digest)
    return Hashed(
        "JCS" if canonical == "jcs" else "RDFC-1.0",
        f"SHA-{digest.removeprefix('sha')}",
        tuple(line.rstrip("\n") for line in lines),
        form.hash(canonical, digest).hex(),
    )


def _compared(
    document: dict[str, Any], proof: dict[str, Any], suite: Suite, key: FoundKey
) -> dict[str, Any]:
    if suite.canonical == "sd":
        from stackmark.proofs.selective import is_base, verify_base, verify_derived

        verify = verify_base if is_base(proof) else verify_derived
        return _judged(lambda: verify(document, proof, key.public))
    signature = signature_bytes(proof.get("proofValue"), suite, key.public).hex()
    form = Canonicals(document, strict=False)
    return {"signature": signature} | _judged(lambda: check_proof(form, proof, key.public))


def _judged(check: Any) -> dict[str, Any]:
    """Whether a check of a signature passes; raises for anything but a signature that misfits."""
    try:
        check()
    except CheckFailed as error:
        if error.reason != "proof.signature":
            raise
        return {"fits": False, "error": error}
    return {"fits": True}


def _token(received: Received, ring: KeyRing) -> Working:
    jws = received.jws
    assert jws is not None
    known: dict[str, Any] = {
        "method": _text(jws.header.get("kid")),
        "signature": jws.signature.hex(),
        "document": Hashed(
            "JWS",
            "SHA-256",
            (jws.payload.decode("utf-8", "replace"),),
            hashlib.sha256(jws.signing_input).hexdigest(),
        ),
    }
    try:
        profile, tree = unwrap(jws, received.tree)
        purpose = "authentication" if profile == "vp" else "assertionMethod"
        known["purpose"] = purpose
        key = ring.for_token(jws.header.get("kid"), _owner(tree, profile), purpose)
        known["key"] = key
        known |= _judged(lambda: check_signature(jws, key.public))
    except StackmarkError as error:
        known["error"] = error
    return Working(str(jws.header.get("alg"))[:20], **known)


def _owner(tree: Mapping[str, Any], profile: str) -> str:
    return str(tree.get("holder")) if profile == "vp" else issuer_id(tree)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
