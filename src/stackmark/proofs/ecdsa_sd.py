"""The cryptosuite ecdsa-sd-2023: sign once, show parts.

W3C "Data Integrity ECDSA Cryptosuites v1.0", section 3.6. The issuer makes a base proof for the
holder alone; the holder derives from it a document with the parts to be shown and a proof for
them; a verifier checks the derived proof and learns nothing of the rest but how many statements
are mandatory. All keys are P-256, all hashes SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b58encode, multibase_decode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.ports import Signer
from stackmark.proofs.sd_checks import base_shown, by_place, check_key
from stackmark.proofs.sd_parts import SECRET_BYTES
from stackmark.proofs.sd_statements import (
    Statements,
    digest_of,
    hidden_labels,
    label,
    shown_lines,
)
from stackmark.proofs.sd_values import BaseValue, DerivedValue, parse_value
from stackmark.proofs.suites import SUITES, Canonicals, proof_options, suite_of

NAME: Final = "ecdsa-sd-2023"
_CURVE: Final = "P-256"


def make_base_proof(
    unsecured: Mapping[str, Any],
    *,
    options: Mapping[str, Any],
    signer: Signer,
    mandatory_pointers: Sequence[str],
    hmac_key: bytes,
    proof_private: Signer,
    strict: bool = True,
) -> dict[str, Any]:
    """The proof that the issuer gives to the holder, and to nobody else (3.6.1 to 3.6.5).

    ``options``: the proof's members without ``proofValue``. What ``mandatory_pointers`` choose
    is in every derived document. ``hmac_key`` (32 bytes) and ``proof_private`` (a P-256 key) are
    new and random for each proof. Raises ``UsageError`` (``usage.pointer``, ``usage.suite``,
    ``usage.key``, ``usage.too-large``, ``usage.list``), or ``CheckFailed`` (``lossless.…``,
    ``context.…``).
    """
    _check_ingredients(options, signer, hmac_key, proof_private)
    statements = Statements(unsecured, hidden_labels(hmac_key), strict=strict)
    mandatory = statements.group(mandatory_pointers).lines
    proof_key = multibase_decode(proof_private.public_key.to_multikey())
    data = _signed_bytes(
        _options_hash(unsecured, options, strict=strict),
        proof_key,
        (line for line in statements.lines if line in mandatory),
    )
    value = BaseValue(
        signer.sign(data),
        proof_key,
        hmac_key,
        [proof_private.sign(line.encode()) for line in statements.lines if line not in mandatory],
        list(mandatory_pointers),
    ).to_text()
    if len(value) > MAX_PROOF_VALUE:
        raise UsageError(
            "usage.too-large",
            f"The proofValue would have {len(value):,} characters; at most {MAX_PROOF_VALUE:,} are "
            "read again. Make more of the document mandatory.",
        )
    return {**options, "proofValue": value}


def _check_ingredients(
    options: Mapping[str, Any], signer: Signer, hmac_key: bytes, proof_private: Signer
) -> None:
    if suite_of(options).name != NAME or "proofValue" in options:
        raise UsageError("usage.suite", f"The proof options are not those of a new {NAME} proof.")
    for key, what in ((signer, "issuer's"), (proof_private, "proof's own")):
        if key.algorithm != _CURVE:
            raise UsageError("usage.key", f"The {what} key is {key.algorithm}; {NAME} needs P-256.")
    if signer.public_key.to_multikey() == proof_private.public_key.to_multikey():
        raise UsageError("usage.key", "The proof's own key is the issuer's; make a new one.")
    if len(hmac_key) != SECRET_BYTES:
        raise UsageError("usage.key", f"The HMAC key has {len(hmac_key)} bytes, not 32.")


def derive(
    secured: Mapping[str, Any],
    *,
    proof: Mapping[str, Any],
    selective_pointers: Sequence[str],
    strict: bool = True,
) -> dict[str, Any]:
    """The document with what is mandatory and what the holder chose, and its proof (3.6.6).

    ``proof`` is the base proof to derive from; other proofs of ``secured`` are left out. Raises
    ``UsageError`` (``usage.pointer``, ``usage.proof``), or ``CheckFailed`` (``proof.encoding``,
    ``proof.signature`` when the base proof belongs to another document, ``lossless.…``).
    """
    value = _base_value(proof)
    unsecured = {name: member for name, member in secured.items() if name != "proof"}
    statements = Statements(unsecured, hidden_labels(value.hmac_key), strict=strict)
    mandatory = statements.group(value.pointers).lines
    shown = statements.group([*value.pointers, *selective_pointers], strict=strict)
    if not shown.lines:
        raise UsageError("usage.pointer", "Nothing is mandatory and nothing is chosen; choose.")
    optional = [line for line in statements.lines if line not in mandatory]
    _check_count(value.signatures, optional)
    own = zip(optional, value.signatures, strict=True)
    revealed = [line for line in statements.lines if line in shown.lines]
    derived = DerivedValue(
        value.signature,
        value.proof_key,
        [signature for line, signature in own if line in shown.lines],
        [digest_of(name) for name in statements.shown_labels(shown)],
        [place for place, line in enumerate(revealed) if line in mandatory],
    )
    return {**shown.tree, "proof": {**proof, "proofValue": derived.to_text()}}


def _base_value(proof: Mapping[str, Any]) -> BaseValue:
    value = parse_value(proof.get("proofValue"))
    if suite_of(proof).name != NAME or not isinstance(value, BaseValue):
        raise UsageError("usage.proof", f"Only a base proof of {NAME} can be derived from.")
    return value


def verify_base(
    unsecured: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey, *, strict: bool = True
) -> None:
    """For the issuer and the holder: whether the whole document stands behind a base proof.

    Raises as ``verify_derived`` does, and ``UsageError`` ``usage.proof``, ``usage.pointer``.
    """
    value = _base_value(proof)
    check_key(proof, key, NAME)
    statements = Statements(unsecured, hidden_labels(value.hmac_key), strict=strict)
    mandatory = statements.group(value.pointers).lines
    _check_signatures(
        value,
        key,
        options_hash=_options_hash(unsecured, proof, strict=strict),
        mandatory=[line for line in statements.lines if line in mandatory],
        optional=[line for line in statements.lines if line not in mandatory],
    )


def verify_derived(
    unsecured: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey, *, strict: bool = True
) -> None:
    """Whether ``key`` stands behind every statement of the shown document (3.6.7).

    ``unsecured``: the document without its proofs. Raises ``CheckFailed``: ``proof.base`` for a
    proof that is the holder's own, ``proof.encoding``, ``proof.key-type``,
    ``proof.unsupported``, ``proof.signature``, or a ``lossless.`` or ``context.`` reason.
    """
    value = parse_value(proof.get("proofValue"))
    if isinstance(value, BaseValue):
        raise base_shown()
    check_key(proof, key, NAME)
    lines = shown_lines(unsecured, [label(digest) for digest in value.labels], strict=strict)
    mandatory, optional = by_place(lines, value.mandatory)
    _check_signatures(
        value,
        key,
        options_hash=_options_hash(unsecured, proof, strict=strict),
        mandatory=mandatory,
        optional=optional,
    )


def _check_signatures(
    value: BaseValue | DerivedValue,
    key: PublicKey,
    *,
    options_hash: bytes,
    mandatory: list[str],
    optional: list[str],
) -> None:
    """The issuer's signature first: it is what makes the proof's own key count."""
    _check_count(value.signatures, optional)
    if not key.verify(value.signature, _signed_bytes(options_hash, value.proof_key, mandatory)):
        raise CheckFailed(
            "proof.signature",
            "The issuer's signature does not fit: the proof, or a statement that has to be shown, "
            "was changed or left out.",
        )
    proof_key = _proof_key(value.proof_key)
    for line, signature in zip(optional, value.signatures, strict=True):
        if not proof_key.verify(signature, line.encode()):
            raise CheckFailed(
                "proof.signature", f"A statement was changed after signing: {line.strip()[:300]}"
            )


def _check_count(signatures: Sequence[bytes], optional: Sequence[str]) -> None:
    if len(signatures) != len(optional):
        raise CheckFailed(
            "proof.signature",
            f"The proof has signatures for {len(signatures)} statements that need not be shown, "
            f"the document has {len(optional)}: something was added, changed or left out.",
        )


def _proof_key(data: bytes) -> PublicKey:
    """The proof's own key; it is signed by the issuer when this is called."""
    try:
        found = PublicKey.from_multikey(f"z{b58encode(data)}")
    except CheckFailed as error:
        raise CheckFailed("proof.encoding", f"The proof's own key: {error.detail}") from None
    if found.algorithm != _CURVE:
        raise CheckFailed("proof.encoding", f"The proof's own key is {found.algorithm}, not P-256.")
    return found


def _options_hash(unsecured: Mapping[str, Any], proof: Mapping[str, Any], *, strict: bool) -> bytes:
    options = proof_options(proof, unsecured.get("@context"), SUITES[NAME])
    return Canonicals(options, strict=strict).hash("rdfc", "sha256")


def _signed_bytes(options_hash: bytes, proof_key: bytes, mandatory: Iterable[str]) -> bytes:
    """What the issuer signs: serializeSignData (3.5.1) with hashMandatoryNQuads (3.4.17)."""
    mandatory_hash = hashlib.sha256("".join(mandatory).encode()).digest()
    return options_hash + proof_key + mandatory_hash
