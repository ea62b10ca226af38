"""Just enough DER to read and write RSA public keys (RFC 8017 appendix A.1, RFC 5280 section 4.1).

Reading is checked by writing: what does not come out byte for byte is refused, so that there is
one spelling of a key and nothing can hide in it.
"""

from __future__ import annotations

from typing import Final

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_BIT_STRING: Final = 0x03
_LONG: Final = 0x80  # set in a length byte: the low bits count the bytes of the length
RSA_ALGORITHM: Final = bytes.fromhex("300d06092a864886f70d0101010500")  # rsaEncryption, NULL


def write_spki(modulus: int, exponent: int) -> bytes:
    """The SubjectPublicKeyInfo of an RSA key; both numbers are positive."""
    key = b"\0" + write_pkcs1(modulus, exponent)
    return _wrap(_SEQUENCE, RSA_ALGORITHM + _wrap(_BIT_STRING, key))


def write_pkcs1(modulus: int, exponent: int) -> bytes:
    """The RSAPublicKey (PKCS #1) of an RSA key."""
    return _wrap(_SEQUENCE, _integer(modulus) + _integer(exponent))


def read_spki(der: bytes) -> tuple[int, int]:
    """Modulus and exponent of a SubjectPublicKeyInfo; raises ``ValueError`` unless exact DER."""
    info, _ = _unwrap(der, _SEQUENCE)
    bits, _ = _unwrap(info[len(RSA_ALGORITHM) :], _BIT_STRING)
    numbers = _numbers(bits[1:])
    if write_spki(*numbers) != der:
        raise ValueError("The key is not written in DER as it should be.")
    return numbers


def read_pkcs1(der: bytes) -> tuple[int, int]:
    """Modulus and exponent of an RSAPublicKey; raises ``ValueError`` unless exact DER."""
    numbers = _numbers(der)
    if write_pkcs1(*numbers) != der:
        raise ValueError("The key is not written in DER as it should be.")
    return numbers


def _numbers(der: bytes) -> tuple[int, int]:
    body, _ = _unwrap(der, _SEQUENCE)
    modulus, rest = _unwrap(body, _INTEGER)
    exponent, _ = _unwrap(rest, _INTEGER)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _unwrap(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first element, and what follows it."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError("The key is not an RSA key in DER.")
    length, start = der[1], 2
    if length & _LONG:
        start += length & ~_LONG
        length = int.from_bytes(der[2:start], "big")
    return der[start : start + length], der[start + length :]


def _wrap(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(size))) + size + content


def _integer(value: int) -> bytes:
    # One bit more than needed keeps the sign bit clear.
    return _wrap(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))
