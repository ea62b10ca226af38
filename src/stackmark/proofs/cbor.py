"""The part of CBOR that ecdsa-sd-2023 proof values are written in (RFC 8949).

Unsigned integers, byte strings, text, arrays, and maps with integer keys; nothing else is read
or written. Lengths are definite and in their shortest form, so that one value has one spelling.
"""

from __future__ import annotations

from typing import Final, NoReturn, TypeAlias

from stackmark.errors import CheckFailed

Value: TypeAlias = "int | bytes | str | list[Value] | dict[int, Value]"

_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5  # major types, section 3.1
_MAX_DEPTH: Final = 4  # a proof value nests two levels


def encode(value: Value) -> bytes:
    """``value`` in CBOR; map keys in ascending order (section 4.2.1)."""
    if isinstance(value, int):
        return _head(_UNSIGNED, value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join([encode(item) for item in value])
    pairs = [encode(key) + encode(value[key]) for key in sorted(value)]
    return _head(_MAP, len(value)) + b"".join(pairs)


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << 8 * size)
    return bytes([major << 5 | 23 + size.bit_length()]) + argument.to_bytes(size, "big")


def decode(data: bytes) -> Value:
    """The one value that fills ``data``.

    A length is compared with the bytes left before anything is made of it. Raises
    ``CheckFailed`` ``proof.encoding``.
    """
    reader = _Reader(data)
    value = reader.value(_MAX_DEPTH)
    if reader.at != len(data):
        _fail(f"{len(data) - reader.at} bytes follow the value")
    return value


class _Reader:
    """A place in the bytes; every read moves it on."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            _fail("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def head(self) -> tuple[int, int]:
        """Major type and argument (section 3), the argument in its shortest form."""
        first = self.take(1)[0]
        major, info = first >> 5, first & 0x1F
        if info < 24:
            return major, info
        if info > 27:
            _fail("a length is left open")
        size = 1 << info - 24
        argument = int.from_bytes(self.take(size), "big")
        if argument < (24 if size == 1 else 1 << 4 * size):
            _fail("a number is not in its shortest form")
        return major, argument

    def value(self, depth: int) -> Value:
        major, argument = self.head()
        if major == _UNSIGNED:
            return argument
        if major == _BYTES:
            return self.take(argument)
        if major == _TEXT:
            return self.text(argument)
        if depth == 0:
            _fail("it is nested too deep")
        if major == _ARRAY:
            self.expect(argument)
            return [self.value(depth - 1) for _ in range(argument)]
        if major != _MAP:
            _fail(f"it holds a value of the kind {major}, which has no place here")
        return self.map(argument, depth)

    def text(self, length: int) -> str:
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            _fail("a text is not UTF-8")

    def map(self, count: int, depth: int) -> dict[int, Value]:
        self.expect(2 * count)
        found: dict[int, Value] = {}
        for _ in range(count):
            key = self.value(0)
            if not isinstance(key, int) or key in found:
                _fail("a map has a key twice, or one that is no number")
            found[key] = self.value(depth - 1)
        return found

    def expect(self, values: int) -> None:
        """Each value takes at least one byte."""
        if values > len(self.data) - self.at:
            _fail("it announces more values than there are bytes")


def _fail(what: str) -> NoReturn:
    raise CheckFailed("proof.encoding", f"The CBOR inside the proofValue cannot be read: {what}.")
