"""The two proofValue forms of ecdsa-sd-2023: base (for the holder) and derived (to be shown).

W3C "Data Integrity ECDSA Cryptosuites v1.0", sections 3.5.2, 3.5.3 and 3.5.5 to 3.5.8. Both are
multibase base64url: three header bytes, then a CBOR array of five.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stackmark.proofs import cbor
from stackmark.proofs.sd_parts import (
    SECRET_BYTES,
    byte_string,
    fail,
    five,
    from_text,
    label_map,
    pointers,
    positions,
    to_text,
)

_BASE: Final = b"\xd9\x5d\x00"
_DERIVED: Final = b"\xd9\x5d\x01"

SIGNATURE_BYTES: Final = 64  # r ‖ s on P-256
PROOF_KEY_BYTES: Final = 35  # multikey header (2) and compressed point (33)


@dataclass(frozen=True, slots=True)
class BaseValue:
    """What the issuer hands to the holder, with the secret that scrambles labels.

    ``signature`` by the issuer; ``proof_key`` the multikey bytes of the proof's own public key;
    ``signatures`` by that key, one for each statement that is not mandatory, in their order.
    """

    signature: bytes
    proof_key: bytes
    hmac_key: bytes
    signatures: list[bytes]
    pointers: list[str]

    def to_text(self) -> str:
        """The proofValue."""
        parts: list[cbor.Value] = [self.signature, self.proof_key, self.hmac_key]
        return to_text(_BASE, [*parts, list(self.signatures), list(self.pointers)])


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """What the holder shows.

    ``labels[n]`` is the secret label (32 bytes) of the blank node ``_:c14n<n>`` of the shown
    document; ``mandatory`` the positions of the mandatory statements among the shown ones.
    """

    signature: bytes
    proof_key: bytes
    signatures: list[bytes]
    labels: list[bytes]
    mandatory: list[int]

    def to_text(self) -> str:
        """The proofValue."""
        parts: list[cbor.Value] = [self.signature, self.proof_key, list(self.signatures)]
        return to_text(_DERIVED, [*parts, dict(enumerate(self.labels)), list(self.mandatory)])


def parse_value(text: Any) -> BaseValue | DerivedValue:
    """A proofValue taken apart; nothing is verified yet.

    Raises ``CheckFailed`` ``proof.encoding``.
    """
    header, found = from_text(text, "ecdsa-sd-2023", (_BASE, _DERIVED))
    parts = five(found)
    return _base(parts) if header == _BASE else _derived(parts)


def _base(parts: list[cbor.Value]) -> BaseValue:
    signature, proof_key, hmac_key, signatures, chosen = parts
    return BaseValue(
        byte_string(signature, SIGNATURE_BYTES),
        byte_string(proof_key, PROOF_KEY_BYTES),
        byte_string(hmac_key, SECRET_BYTES),
        _signatures(signatures),
        pointers(chosen),
    )


def _derived(parts: list[cbor.Value]) -> DerivedValue:
    signature, proof_key, signatures, labels, mandatory = parts
    return DerivedValue(
        byte_string(signature, SIGNATURE_BYTES),
        byte_string(proof_key, PROOF_KEY_BYTES),
        _signatures(signatures),
        _labels(labels),
        positions(mandatory),
    )


def _signatures(value: cbor.Value) -> list[bytes]:
    if not isinstance(value, list):
        fail("The signatures of the statements are no list.")
    return [byte_string(signature, SIGNATURE_BYTES) for signature in value]


def _labels(value: cbor.Value) -> list[bytes]:
    """The label map's secret labels.

    Two nodes with one label would be one node to the signatures and two to a reader.
    """
    labels = [byte_string(label, SECRET_BYTES) for label in label_map(value)]
    if len(set(labels)) != len(labels):
        fail("Two blank nodes of the proof have the same label.")
    return labels
