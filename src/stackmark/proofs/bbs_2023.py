"""The cryptosuite bbs-2023: sign once, show parts, and let nobody link two showings by the proof.

W3C "Data Integrity BBS Cryptosuites v1.0", section 3.4, the feature option "baseline". As with
ecdsa-sd-2023 the holder derives from the issuer's base proof; here the derived proof is made anew
each time and holds no signature that two verifiers could compare. What is shown itself, such as
an id, can still be compared. All keys are on BLS12-381 (G2), all hashes SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys._bls import check_public
from stackmark.keys.bbs import FIXED_SCALARS, fits, proof_fits, prove, random_scalars
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_BBS_STATEMENTS
from stackmark.ports import MessageSigner, Signer
from stackmark.proofs.bbs_values import BaseValue, DerivedValue, parse_value
from stackmark.proofs.sd_checks import base_shown, by_place, check_key
from stackmark.proofs.sd_parts import SECRET_BYTES
from stackmark.proofs.sd_statements import Statements, shown_lines, shuffled_labels
from stackmark.proofs.suites import SUITES, Canonicals, proof_options, suite_of

NAME: Final = "bbs-2023"
_CURVE: Final = "BLS12-381"


def make_base_proof(
    unsecured: Mapping[str, Any],
    *,
    options: Mapping[str, Any],
    signer: Signer,
    mandatory_pointers: Sequence[str],
    hmac_key: bytes,
    strict: bool = True,
) -> dict[str, Any]:
    """The proof that the issuer gives to the holder, and to nobody else (3.4.1 to 3.4.5).

    ``options``: the proof's members without ``proofValue``. What ``mandatory_pointers`` choose
    is in every derived document. ``hmac_key`` (32 bytes) is new and random for each proof.
    Raises ``UsageError`` (``usage.pointer``, ``usage.suite``, ``usage.key``,
    ``usage.too-large``, ``usage.list``), or ``CheckFailed`` (``lossless.…``, ``context.…``).
    """
    if suite_of(options).name != NAME or "proofValue" in options:
        raise UsageError("usage.suite", f"The proof options are not those of a new {NAME} proof.")
    if signer.algorithm != _CURVE or not isinstance(signer, MessageSigner):
        raise UsageError(
            "usage.key", f"The issuer's key is {signer.algorithm}; {NAME} needs {_CURVE}."
        )
    if len(hmac_key) != SECRET_BYTES:
        raise UsageError("usage.key", f"The HMAC key has {len(hmac_key)} bytes, not 32.")
    statements = Statements(unsecured, shuffled_labels(hmac_key), strict=strict)
    mandatory, rest = _parted(statements, mandatory_pointers)
    if len(rest) > MAX_BBS_STATEMENTS:
        raise UsageError(
            "usage.too-large",
            f"{len(rest):,} statements are not mandatory; at most {MAX_BBS_STATEMENTS:,} are read "
            "again. Make more of the document mandatory.",
        )
    header = _header(_options_hash(unsecured, options, strict=strict), mandatory)
    signature = signer.sign_messages(header, [line.encode() for line in rest])
    public: bytes = signer.public_key.raw
    value = BaseValue(signature, header, public, hmac_key, list(mandatory_pointers))
    return {**options, "proofValue": value.to_text()}


def derive(
    secured: Mapping[str, Any],
    *,
    proof: Mapping[str, Any],
    selective_pointers: Sequence[str],
    seed: bytes,
    presentation_header: bytes = b"",
    strict: bool = True,
) -> dict[str, Any]:
    """The document with what is mandatory and what the holder chose, and its proof (3.4.6).

    ``proof`` is the base proof to derive from; other proofs of ``secured`` are left out. ``seed``
    (32 bytes) is new and random for each proof; who knows it can work out what is hidden from the
    issuer's signature. ``presentation_header`` binds the proof to what a verifier said. Raises
    ``UsageError`` (``usage.pointer``, ``usage.proof``, ``usage.key``), or ``CheckFailed``
    (``proof.encoding``, ``proof.signature`` when the base proof belongs to another document,
    ``issuer-key.…``, ``lossless.…``).
    """
    value = base_value(proof)
    if len(seed) != SECRET_BYTES:
        raise UsageError("usage.key", f"The seed has {len(seed)} bytes, not 32.")
    unsecured = {name: member for name, member in secured.items() if name != "proof"}
    statements = Statements(unsecured, shuffled_labels(value.hmac_key), strict=strict)
    mandatory, rest = _parted(statements, value.pointers)
    shown = statements.group([*value.pointers, *selective_pointers], strict=strict)
    if not shown.lines:
        raise UsageError("usage.pointer", "Nothing is mandatory and nothing is chosen; choose.")
    messages = [line.encode() for line in rest]
    check_public(value.public_key)
    key = PublicKey(_CURVE, value.public_key)
    header = _header(_options_hash(unsecured, proof, strict=strict), mandatory)
    _check_base(value, key, messages, header)
    chosen = [place for place, line in enumerate(rest) if line in shown.lines]
    known = frozenset(mandatory)
    revealed = [line for line in statements.lines if line in shown.lines]
    scalars = random_scalars(seed, FIXED_SCALARS + len(rest) - len(chosen))
    made = prove(
        value.public_key,
        value.signature,
        value.header,
        presentation_header,
        messages,
        chosen,
        scalars,
    )
    derived = DerivedValue(
        made,
        [int(name.removeprefix("_:b")) for name in statements.shown_labels(shown)],
        [place for place, line in enumerate(revealed) if line in known],
        chosen,
        presentation_header,
    )
    return {**shown.tree, "proof": {**proof, "proofValue": derived.to_text()}}


def base_value(proof: Mapping[str, Any]) -> BaseValue:
    """The value of a base proof; raises ``UsageError`` ``usage.proof`` or ``CheckFailed``."""
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
    value = base_value(proof)
    check_key(proof, key, NAME)
    statements = Statements(unsecured, shuffled_labels(value.hmac_key), strict=strict)
    mandatory, rest = _parted(statements, value.pointers)
    messages = [line.encode() for line in rest]
    header = _header(_options_hash(unsecured, proof, strict=strict), mandatory)
    _check_base(value, key, messages, header)


def verify_derived(
    unsecured: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey, *, strict: bool = True
) -> None:
    """Whether ``key`` stands behind every statement of the shown document (3.4.7).

    ``unsecured``: the document without its proofs. Raises ``CheckFailed``: ``proof.base`` for a
    proof that is the holder's own, ``proof.encoding``, ``proof.key-type``,
    ``proof.unsupported``, ``proof.signature``, or a ``lossless.`` or ``context.`` reason.
    """
    value = parse_value(proof.get("proofValue"))
    if isinstance(value, BaseValue):
        raise base_shown()
    check_key(proof, key, NAME)
    lines = shown_lines(unsecured, [f"_:b{number}" for number in value.labels], strict=strict)
    mandatory, others = by_place(lines, value.mandatory)
    rest = [line.encode() for line in others]
    if len(rest) != len(value.shown):
        raise CheckFailed(
            "proof.signature",
            f"The proof shows {len(value.shown)} statements that need not be shown, the document "
            f"has {len(rest)}: something was added, changed or left out.",
        )
    header = _header(_options_hash(unsecured, proof, strict=strict), mandatory)
    shown = dict(zip(value.shown, rest, strict=True))
    if not proof_fits(key.raw, value.proof, header, value.presentation_header, shown):
        raise CheckFailed(
            "proof.signature",
            "The proof does not fit: it, or a statement of the document, was changed or left out.",
        )


def _parted(statements: Statements, pointers: Sequence[str]) -> tuple[list[str], list[str]]:
    """The mandatory statements, and the others, each in their order."""
    mandatory = statements.group(pointers).lines
    return (
        [line for line in statements.lines if line in mandatory],
        [line for line in statements.lines if line not in mandatory],
    )


def _check_base(value: BaseValue, key: PublicKey, messages: Sequence[bytes], header: bytes) -> None:
    whole = value.header == header and value.public_key == key.raw
    if not whole or not fits(key.raw, value.signature, header, messages):
        raise CheckFailed(
            "proof.signature",
            "The issuer's signature does not fit: the document or its proof was changed after "
            "signing.",
        )


def _options_hash(unsecured: Mapping[str, Any], proof: Mapping[str, Any], *, strict: bool) -> bytes:
    options = proof_options(proof, unsecured.get("@context"), SUITES[NAME])
    return Canonicals(options, strict=strict).hash("rdfc", "sha256")


def _header(options_hash: bytes, mandatory: Iterable[str]) -> bytes:
    """What is signed with the messages: the options' hash, then the mandatory statements'."""
    return options_hash + hashlib.sha256("".join(mandatory).encode()).digest()
