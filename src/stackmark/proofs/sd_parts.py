"""What the proof values of ecdsa-sd-2023 and bbs-2023 share: header bytes, then a CBOR array.

W3C "Data Integrity ECDSA Cryptosuites v1.0", sections 3.5.2 and 3.5.7; "Data Integrity BBS
Cryptosuites v1.0", sections 3.3.3 and 3.3.6. Both are multibase base64url. Everything here raises
``CheckFailed`` ``proof.encoding``.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, Final, NoReturn

from stackmark.errors import CheckFailed
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.proofs import cbor

HEADER_BYTES: Final = 3
SECRET_BYTES: Final = 32  # HMAC-SHA-256 key, and each label made with it


def to_text(header: bytes, parts: list[cbor.Value]) -> str:
    """The proofValue."""
    return "u" + b64url_encode(header + cbor.encode(parts))


def from_text(text: Any, suite: str, headers: Collection[bytes]) -> tuple[bytes, cbor.Value]:
    """A proofValue's header, one of ``headers``, and what follows it."""
    if not isinstance(text, str) or not text.startswith("u"):
        fail("The proofValue is missing, or is not base64url text with a leading u.")
    if len(text) > MAX_PROOF_VALUE:
        fail(f"The proofValue has {len(text):,} characters; at most {MAX_PROOF_VALUE:,} are read.")
    try:
        data = b64url_decode(text[1:])
    except MultibaseError as error:
        raise CheckFailed("proof.encoding", f"The proofValue cannot be read: {error}") from None
    header = data[:HEADER_BYTES]
    if header not in headers:
        fail(f"The proofValue does not start with the bytes of a proof by {suite}.")
    return header, cbor.decode(data[HEADER_BYTES:])


def five(value: cbor.Value) -> list[cbor.Value]:
    """The parts, when there are five."""
    if not isinstance(value, list) or len(value) != 5:
        fail("The proofValue does not hold five parts.")
    return value


def byte_string(value: cbor.Value, length: int | None = None) -> bytes:
    """A part in bytes, of a certain length or of any."""
    if not isinstance(value, bytes) or length not in (None, len(value)):
        fail(f"A part of the proofValue that has {length or 'some'} bytes is missing or different.")
    return value


def pointers(value: cbor.Value) -> list[str]:
    """The mandatory pointers of a base proof."""
    if not isinstance(value, list):
        fail("The mandatory pointers of the proof are no list.")
    return [_pointer(pointer) for pointer in value]


def _pointer(value: cbor.Value) -> str:
    if not isinstance(value, str):
        fail("A mandatory pointer of the proof is not text.")
    return value


def label_map(value: cbor.Value) -> list[cbor.Value]:
    """The labels, whose keys number the blank nodes without a gap."""
    if not isinstance(value, dict) or value.keys() != set(range(len(value))):
        fail("The label map of the proof does not number its labels from 0 without a gap.")
    return [value[number] for number in range(len(value))]


def positions(value: cbor.Value) -> list[int]:
    """Positions of statements, ascending."""
    if not isinstance(value, list) or not all(isinstance(position, int) for position in value):
        fail("The positions of the statements are no list of numbers.")
    found = [position for position in value if isinstance(position, int)]
    if any(first >= second for first, second in pairwise(found)):
        fail("The positions of the statements are not in ascending order.")
    return found


def fail(detail: str) -> NoReturn:
    """Raise ``CheckFailed`` ``proof.encoding``."""
    raise CheckFailed("proof.encoding", detail)
