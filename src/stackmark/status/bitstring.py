"""The compressed bit string of a status list (Bitstring Status List v1.0, section 3).

A list is many small numbers of ``size`` bits each, side by side, index 0 left-most; packed as
one gzip member, written in base64url without padding after the multibase letter ``u``.
"""

from __future__ import annotations

import binascii
import zlib
from typing import Final

from stackmark import limits
from stackmark.errors import CheckFailed, UsageError

_URL_SAFE: Final = bytes.maketrans(b"-_+/=", b"+/!!!")  # "!" is in no base64 alphabet
_STANDARD: Final = bytes.maketrans(b"+/", b"-_")
_UNUSED_BITS: Final = {0: 0, 2: 0x0F, 3: 0x03}  # by characters after the last group of four
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# No time, no name, unknown system (RFC 1952): equal bits give equal bytes on every machine.
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_COUNTED_MEMBERS: Final = 16  # gzip members measured before a list of many is given up


def decode(
    encoded: object, *, max_bytes: int = limits.MAX_STATUS_BYTES, multibase: bool = True
) -> bytes:
    """The bits of an ``encodedList``, at most ``max_bytes`` bytes of them.

    ``multibase=False`` reads the older StatusList2021 form: no letter, padding allowed.
    Raises ``CheckFailed`` with ``status.malformed`` or ``status.too-large``.
    Bitstring Status List v1.0, section 3.4 (Bitstring Expansion).
    """
    if not isinstance(encoded, str):
        raise _malformed("is not a text")
    if multibase:
        if not encoded.startswith("u"):
            raise _malformed('does not start with "u", the letter of base64url')
        encoded = encoded[1:]
    else:
        encoded = encoded.rstrip("=")
    # Compressed data is hardly ever longer than the bits; a text this long cannot be a fair list.
    if len(encoded) > max_bytes * 2 + 1024:
        raise _too_large(max_bytes)
    return _inflate(_from_base64url(encoded), max_bytes)


def encode(bits: bytes | bytearray, *, level: int = 6) -> str:
    """The ``encodedList`` of these bits; equal bits give equal text.

    ``level`` is zlib's, 1 to 9; 9 costs up to 20 times more than 6 for 13 % fewer characters.
    Bitstring Status List v1.0, section 3.3 (Bitstring Generation).
    """
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(bits) + packer.flush()
    trailer = zlib.crc32(bits).to_bytes(4, "little") + (len(bits) % 2**32).to_bytes(4, "little")
    text = binascii.b2a_base64(_GZIP_HEADER + body + trailer, newline=False)
    return "u" + text.translate(_STANDARD).rstrip(b"=").decode("ascii")


def get_value(bits: bytes | bytearray, index: int, size: int = 1) -> int:
    """The number at ``index``, ``size`` bits (1 to 8) wide; index 0 is the left-most.

    Raises ``CheckFailed`` with ``status.range`` (RANGE_ERROR) past either end.
    """
    place = _place(bits, index, size)
    return place[0] >> place[1] & ((1 << size) - 1)


def set_value(bits: bytearray, index: int, value: int, size: int = 1) -> None:
    """Write ``value`` at ``index`` in place.

    Raises ``CheckFailed`` with ``status.range`` past either end, ``UsageError`` with
    ``usage.status-value`` when the value does not fit into ``size`` bits.
    """
    word, shift = _place(bits, index, size)
    mask = (1 << size) - 1
    if not 0 <= value <= mask:
        raise UsageError(
            "usage.status-value", f"The status {value} does not fit into {size} bits (0 to {mask})."
        )
    first = index * size >> 3
    word = word & ~(mask << shift) | value << shift
    bits[first : first + 2] = word.to_bytes(2, "big")[: len(bits) - first]


def check_length(bits: bytes | bytearray, size: int = 1) -> None:
    """Refuse a list too short to hide its members among others.

    Raises ``CheckFailed`` with ``status.length`` under ``limits.MIN_STATUS_ENTRIES`` entries.
    Bitstring Status List v1.0, section 3.2 and 6.1.
    """
    entries = len(bits) * 8 // size
    if entries < limits.MIN_STATUS_ENTRIES:
        raise CheckFailed(
            "status.length",
            f"The status list has {entries:,} entries; at least {limits.MIN_STATUS_ENTRIES:,} are "
            "needed, so that nobody stands out (STATUS_LIST_LENGTH_ERROR).",
        )


def _place(bits: bytes | bytearray, index: int, size: int) -> tuple[int, int]:
    """The two bytes that hold an entry as one number, and how far right the entry stands."""
    if not 1 <= size <= 8:
        raise UsageError("usage.status-size", f"A status of {size} bits is not 1 to 8 bits wide.")
    start = index * size
    if index < 0 or start + size > len(bits) * 8:
        raise CheckFailed(
            "status.range",
            f"Index {index} is outside the status list of {len(bits) * 8 // size:,} entries "
            "(RANGE_ERROR).",
        )
    pair = bits[start >> 3 : (start >> 3) + 2]
    word = pair[0] << 8 | (pair[1] if len(pair) > 1 else 0)
    return word, 16 - (start & 7) - size


def _from_base64url(text: str) -> bytes:
    rest = len(text) % 4
    if rest == 1:
        raise _malformed("is cut off in the middle of a byte")
    try:
        data = text.encode("ascii")
        packed = binascii.a2b_base64(
            data.translate(_URL_SAFE) + b"=" * (-rest % 4), strict_mode=True
        )
    except (UnicodeEncodeError, binascii.Error):
        raise _malformed("is not base64url without padding") from None
    if rest and _ALPHABET.index(data[-1]) & _UNUSED_BITS[rest]:
        raise _malformed("has stray bits in its last character")
    return packed


def _inflate(packed: bytes, max_bytes: int) -> bytes:
    """Unpack one gzip member (RFC 1952) with a hard limit on what comes out."""
    bits, rest = _inflate_member(packed, max_bytes)
    if not rest:
        return bits
    if not rest.startswith(_GZIP_MAGIC):
        raise _malformed("has stray bytes behind the compressed list")
    # Refused either way; measured so that a bomb in slices is called a bomb.
    total = len(bits)
    for _ in range(_COUNTED_MEMBERS):
        more, rest = _inflate_member(rest, max_bytes - total)
        total += len(more)
        if not rest.startswith(_GZIP_MAGIC):
            break
    raise _malformed("holds more than one compressed member")


def _inflate_member(packed: bytes, max_bytes: int) -> tuple[bytes, bytes]:
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        # One byte above the limit tells "just fits" from "too large"; zlib stops there.
        bits = reader.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise _malformed(f"is not gzip data ({error})") from None
    if len(bits) > max_bytes:
        raise _too_large(max_bytes)
    if not reader.eof:
        raise _malformed("is cut off")
    return bits, reader.unused_data


def _malformed(what: str) -> CheckFailed:
    return CheckFailed(
        "status.malformed", f"The status list's encodedList {what} (MALFORMED_VALUE_ERROR)."
    )


def _too_large(max_bytes: int) -> CheckFailed:
    return CheckFailed(
        "status.too-large",
        f"The status list unpacks to more than {max_bytes:,} bytes, the most that is read "
        "(STATUS_VERIFICATION_ERROR).",
    )
