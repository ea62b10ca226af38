"""Points of edwards25519, as far as judging a public key needs them (RFC 8032 section 5.1).

Not constant-time: only public keys come here.
"""

from __future__ import annotations

from typing import Final, TypeAlias

P: Final = 2**255 - 19  # the field
ORDER: Final = 2**252 + 27742317777372353535851937790883648493  # of the base point, called L
IDENTITY: Final = bytes([1]) + bytes(31)  # encoding of the neutral point

_D: Final = -121665 * pow(121666, -1, P) % P
_D2: Final = 2 * _D % P
_ROOT: Final = pow(2, (P - 1) // 4, P)  # a square root of -1
_SIGN: Final = 1 << 255

Point: TypeAlias = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def decode(encoded: bytes) -> Point | None:
    """The point in 32 bytes, or ``None`` if there is none or this is not its one encoding."""
    value = int.from_bytes(encoded, "little")
    y, sign = value & ~_SIGN, value >> 255
    if len(encoded) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (_D * y * y + 1) % P
    # RFC 8032 section 5.1.3: the square root of u/v with a single power.
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * _ROOT % P
        if v * x * x % P != u:
            return None
    if x & 1 != sign:
        x = P - x
    # Zero has no other sign.
    return None if x >= P else (x, y, 1, x * y % P)


def has_prime_order(point: Point) -> bool:
    """Whether the point lies in the subgroup of order L and is not the neutral point."""
    return not _is_neutral(point) and _is_neutral(_multiply(point, ORDER))


def _is_neutral(point: Point) -> bool:
    x, y, z, _ = point
    return x % P == 0 and (y - z) % P == 0


def _multiply(point: Point, factor: int) -> Point:
    result = point
    for bit in bin(factor)[3:]:
        result = _double(result)
        if bit == "1":
            result = _add(result, point)
    return result


def _add(first: Point, second: Point) -> Point:
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = _D2 * t1 * t2 % P, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a, b = x * x % P, y * y % P
    h = a + b
    e, g = h - (x + y) * (x + y) % P, a - b
    f = 2 * z * z + g
    return e * f % P, g * h % P, f * g % P, e * h % P
