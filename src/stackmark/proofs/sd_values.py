"""The two proofValue forms of ecdsa-sd-2023: base (for the holder) and derived (to be shown).

W3C "Data Integrity ECDSA Cryptosuites v1.0", sections 3.5.2, 3.5.3 and 3.5.5 to 3.5.8. Both are
multibase base64url: three header bytes, then a CBOR array of five.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NoReturn

from stackmark.errors import CheckFailed
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.proofs import cbor

_BASE: Final = b"\xd9\x5d\x00"
_DERIVED: Final = b"\xd9\x5d\x01"

SIGNATURE_BYTES: Final = 64  # r ‖ s on P-256
PROOF_KEY_BYTES: Final = 35  # multikey header (2) and compressed point (33)
SECRET_BYTES: Final = 32  # HMAC-SHA-256 key, and each label made with it


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
        return _text(_BASE, [*parts, list(self.signatures), list(self.pointers)])


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
        return _text(_DERIVED, [*parts, dict(enumerate(self.labels)), list(self.mandatory)])


def _text(header: bytes, parts: list[cbor.Value]) -> str:
    return "u" + b64url_encode(header + cbor.encode(parts))


def parse_value(text: Any) -> BaseValue | DerivedValue:
    """A proofValue taken apart; nothing is verified yet.

    Raises ``CheckFailed`` ``proof.encoding``.
    """
    if not isinstance(text, str) or not text.startswith("u"):
        _fail("The proofValue is missing, or is not base64url text with a leading u.")
    if len(text) > MAX_PROOF_VALUE:
        _fail(f"The proofValue has {len(text):,} characters; at most {MAX_PROOF_VALUE:,} are read.")
    try:
        data = b64url_decode(text[1:])
    except MultibaseError as error:
        raise CheckFailed("proof.encoding", f"The proofValue cannot be read: {error}") from None
    header = data[:3]
    if header not in (_BASE, _DERIVED):
        _fail("The proofValue does not start with the bytes of an ecdsa-sd-2023 proof.")
    parts = cbor.decode(data[3:])
    if not isinstance(parts, list) or len(parts) != 5:
        _fail("The proofValue does not hold five parts.")
    return _base(parts) if header == _BASE else _derived(parts)


def _base(parts: list[cbor.Value]) -> BaseValue:
    signature, proof_key, hmac_key, signatures, pointers = parts
    if not isinstance(pointers, list):
        _fail("The mandatory pointers of the proof are no list.")
    return BaseValue(
        _bytes(signature, SIGNATURE_BYTES),
        _bytes(proof_key, PROOF_KEY_BYTES),
        _bytes(hmac_key, SECRET_BYTES),
        _signatures(signatures),
        [_pointer(pointer) for pointer in pointers],
    )


def _derived(parts: list[cbor.Value]) -> DerivedValue:
    signature, proof_key, signatures, labels, mandatory = parts
    return DerivedValue(
        _bytes(signature, SIGNATURE_BYTES),
        _bytes(proof_key, PROOF_KEY_BYTES),
        _signatures(signatures),
        _labels(labels),
        _positions(mandatory),
    )


def _bytes(value: cbor.Value, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        _fail(f"A part of the proofValue that has {length} bytes is missing or of another length.")
    return value


def _signatures(value: cbor.Value) -> list[bytes]:
    if not isinstance(value, list):
        _fail("The signatures of the statements are no list.")
    return [_bytes(signature, SIGNATURE_BYTES) for signature in value]


def _pointer(value: cbor.Value) -> str:
    if not isinstance(value, str):
        _fail("A mandatory pointer of the proof is not text.")
    return value


def _labels(value: cbor.Value) -> list[bytes]:
    """The label map, whose keys number the blank nodes without a gap.

    Two nodes with one label would be one node to the signatures and two to a reader.
    """
    if not isinstance(value, dict) or value.keys() != set(range(len(value))):
        _fail("The label map of the proof does not number its labels from 0 without a gap.")
    labels = [_bytes(value[number], SECRET_BYTES) for number in range(len(value))]
    if len(set(labels)) != len(labels):
        _fail("Two blank nodes of the proof have the same label.")
    return labels


def _positions(value: cbor.Value) -> list[int]:
    if not isinstance(value, list) or not all(isinstance(position, int) for position in value):
        _fail("The positions of the mandatory statements are no list of numbers.")
    positions = [position for position in value if isinstance(position, int)]
    if any(first >= second for first, second in pairwise(positions)):
        _fail("The positions of the mandatory statements are not in ascending order.")
    return positions


def _fail(detail: str) -> NoReturn:
    raise CheckFailed("proof.encoding", detail)
