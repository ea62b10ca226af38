"""Base58btc, base64url and the two multibase letters Stackmark reads.

Strict both ways: one spelling for one byte string. Base58 works on groups of eight digits read
through a table of digit pairs, because Ed25519 signatures pass here once per credential.
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Final

from stackmark.limits import MAX_BASE58

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS: Final = [a + b for a in _ALPHABET for b in _ALPHABET]
# Keyed by the two ASCII bytes read as one little-endian number; a miss is a foreign character.
_PAIR_VALUE: Final = {ord(pair[0]) | ord(pair[1]) << 8: value for value, pair in enumerate(_PAIRS)}
_PAIR: Final = 58**2
_HALF: Final = 58**4
_GROUP: Final = 58**8
_UNPACK: Final = struct.Struct("<4H").iter_unpack

# A signature: 64 bytes, at most 88 digits, read as eleven groups in lanes of one big number.
_LANES: Final = 88
_DIGIT_VALUE: Final = bytes(max(_ALPHABET.find(chr(code)), -1) & 0xFF for code in range(256))
_LANE_8: Final = int.from_bytes(b"\0\xff" * 44, "big")
_LANE_16: Final = int.from_bytes(b"\0\0\xff\xff" * 22, "big")
_LANE_32: Final = int.from_bytes(b"\0\0\0\0\xff\xff\xff\xff" * 11, "big")
_UNPACK_GROUPS: Final = struct.Struct(">11Q").unpack

_TO_STANDARD: Final = bytes.maketrans(b"-_+/", b"+/!!")  # "!" is in neither alphabet
# The last character of a text whose length is 2 or 3 modulo 4 carries unused bits: all zero.
_CLEAN_ENDS: Final = {2: frozenset(b"AQgw"), 3: frozenset(b"AEIMQUYcgkosw048")}
_PADDING: Final = {0: b"", 2: b"==", 3: b"="}


class MultibaseError(ValueError):
    """The text is not the encoding it should be; the message is a plain sentence."""


def b58encode(data: bytes) -> str:
    """``data`` in base58btc (no multibase letter); a leading zero byte becomes a ``1``."""
    digits = _digits(int.from_bytes(data, "big")).lstrip("1")
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def b58decode(text: str, *, max_chars: int = MAX_BASE58) -> bytes:
    """The bytes written in base58btc ``text``; at most ``max_chars`` characters are read.

    Raises ``MultibaseError``: too long, or a character outside the alphabet.
    """
    if len(text) > max_chars:
        raise MultibaseError(
            f"The base58 text has {len(text):,} characters; at most {max_chars:,} are read."
        )
    value = _number(text.rjust(-(-len(text) // 8) * 8, "1"))
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + value.to_bytes((value.bit_length() + 7) // 8, "big")


def b58encode64(data: bytes) -> str:
    """``b58encode`` for exactly 64 bytes, a signature; raises ``MultibaseError`` otherwise."""
    if len(data) != 64:
        raise MultibaseError(f"A signature has 64 bytes; these are {len(data)}.")
    digits = _digits(int.from_bytes(data, "big")).lstrip("1")
    return digits if data[0] else "1" * (64 - len(data.lstrip(b"\0"))) + digits


def b58decode64(text: str) -> bytes:
    """The 64 bytes of a signature in base58btc, in its one spelling.

    Raises ``MultibaseError`` for any other length or a character outside the alphabet.
    """
    if len(text) > _LANES:
        raise MultibaseError("The base58 text is too long for a signature of 64 bytes.")
    value = _signature_number(text.rjust(_LANES, "1"))
    zeros = len(text) - len(text.lstrip("1"))
    if zeros + (value.bit_length() + 7) // 8 != 64:
        raise MultibaseError("The base58 text does not hold exactly 64 bytes.")
    return value.to_bytes(64, "big")


def _digits(value: int) -> str:
    """The base58 digits of ``value``, possibly with some leading ``1``."""
    pairs = _PAIRS
    written: list[str] = []  # pairs, the last first
    while value:
        value, group = divmod(value, _GROUP)
        high, low = divmod(group, _HALF)
        written += (
            pairs[low % _PAIR],
            pairs[low // _PAIR],
            pairs[high % _PAIR],
            pairs[high // _PAIR],
        )
    written.reverse()
    return "".join(written)


def _number(padded: str) -> int:
    """The number written in ``padded``, whose length is a multiple of eight."""
    table = _PAIR_VALUE
    value = 0
    try:
        for a, b, c, d in _UNPACK(padded.encode("ascii")):
            high, low = table[a] * _PAIR + table[b], table[c] * _PAIR + table[d]
            value = value * _GROUP + high * _HALF + low
    except (KeyError, UnicodeEncodeError):
        raise MultibaseError("A character of the text is not in the base58 alphabet.") from None
    return value


def _signature_number(padded: str) -> int:
    """``_number`` of exactly 88 digits: neighbouring lanes are joined all at once."""
    digits = padded.encode("ascii", "replace").translate(_DIGIT_VALUE)
    if 0xFF in digits:
        raise MultibaseError("A character of the text is not in the base58 alphabet.")
    lanes = int.from_bytes(digits, "big")
    lanes = (lanes >> 8 & _LANE_8) * 58 + (lanes & _LANE_8)
    lanes = (lanes >> 16 & _LANE_16) * _PAIR + (lanes & _LANE_16)
    lanes = (lanes >> 32 & _LANE_32) * _HALF + (lanes & _LANE_32)
    value = 0
    for group in _UNPACK_GROUPS(lanes.to_bytes(_LANES, "big")):
        value = value * _GROUP + group
    return value


def b64url_encode(data: bytes) -> str:
    """``data`` in base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64url_decode(text: str | bytes) -> bytes:
    """The bytes written in base64url ``text``, in its one spelling (RFC 7515 section 2).

    Raises ``MultibaseError`` for padding, white space, a character outside the alphabet, an
    impossible length, or unused bits that are not zero.
    """
    try:
        raw = text.encode("ascii") if isinstance(text, str) else text
    except UnicodeEncodeError:
        raise MultibaseError("A character of the text is not in the base64url alphabet.") from None
    rest = len(raw) % 4
    if rest == 1:
        raise MultibaseError("The base64url text has an impossible length.")
    if rest and raw[-1] not in _CLEAN_ENDS[rest]:
        raise MultibaseError("The base64url text ends in bits that should be zero, or in padding.")
    standard = raw.translate(_TO_STANDARD) + _PADDING[rest]
    try:
        decoded = binascii.a2b_base64(standard, strict_mode=True)
    except binascii.Error:
        raise MultibaseError("A character of the text is not in the base64url alphabet.") from None
    if len(decoded) != len(raw) * 3 // 4:
        raise MultibaseError("The base64url text carries padding; write it without.")
    return decoded


def multibase_decode(text: str) -> bytes:
    """The bytes of a multibase text that starts with ``z`` (base58btc) or ``u`` (base64url).

    Controlled Identifiers v1.0 section 2.4. Raises ``MultibaseError`` for any other first
    letter, and as ``b58decode`` and ``b64url_decode`` do.
    """
    if text.startswith("z"):
        return b58decode(text[1:])
    if text.startswith("u"):
        return b64url_decode(text[1:])
    raise MultibaseError('The text does not start with "z" (base58btc) or "u" (base64url).')
