"""Weak keys made on the spot, and slow, plain arithmetic on edwards25519 to check ours against."""

from __future__ import annotations

import hashlib
from itertools import count
from math import gcd, prod

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SMALL_PRIMES = [n for n in range(2, 1_000) if all(n % d for d in range(2, int(n**0.5) + 1))]


def number(seed: str, bits: int) -> int:
    """A number of exactly ``bits`` bits that depends on the seed only."""
    data = b"".join(hashlib.sha512(f"{seed}/{i}".encode()).digest() for i in range(bits // 512 + 1))
    return int.from_bytes(data, "big") % (1 << (bits - 1)) | 1 << (bits - 1)


def next_prime(start: int) -> int:
    product = prod(SMALL_PRIMES)
    for candidate in count(start | 1, 2):
        if gcd(candidate, product) == 1 and pow(2, candidate - 1, candidate) == 1:
            return candidate
    raise AssertionError


def add(first, second):
    (x1, y1), (x2, y2) = first, second
    k = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P,
    )


def multiply(factor, point):
    result = (0, 1)
    for bit in f"{factor:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def encode(point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes):
    """Laxly: y is taken modulo p. ``None`` when no point has this y."""
    value = int.from_bytes(data, "little")
    y, sign = value % (1 << 255) % P, value >> 255
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != x2:
        return None
    return (P - x if x & 1 != sign else x), y


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def order_eight():
    """A point of order 8: what is left of any point after the prime part."""
    for y in count(2):
        point = decode(y.to_bytes(32, "little"))
        if point:
            rest = multiply(ORDER, point)
            if multiply(4, rest) != (0, 1):
                return rest
    raise AssertionError


TORSION = [multiply(i, order_eight()) for i in range(8)]


def second_encodings() -> list[bytes]:
    """Encodings with y >= p, and zero with a sign, that a lax reader would take for a point."""
    found = [
        (y | sign << 255).to_bytes(32, "little") for y in range(P, 1 << 255) for sign in (0, 1)
    ]
    found += [(1 | 1 << 255).to_bytes(32, "little"), (P - 1 | 1 << 255).to_bytes(32, "little")]
    return [data for data in found if decode(data)]
