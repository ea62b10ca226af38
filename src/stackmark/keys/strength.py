"""Keys that must never count as anybody's, however well a signature verifies under them.

Ed25519: points of small or mixed order and second encodings, for which libraries disagree.
RSA: sizes and exponents out of bounds, and moduli that published methods factor from the public
key alone. Keys that are weak only because they stand on a published list (the Debian generator
of 2008, primes shared with other owners) cannot be told apart here.
Reference: security goals A27 and A29; RFC 8032; NIST SP 800-56B; CVE-2017-15361 (ROCA).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import gcd, isqrt, prod
from typing import Final

from stackmark.errors import CheckFailed
from stackmark.keys import _der, _edwards
from stackmark.limits import RSA_MAX_BITS, RSA_MIN_BITS

_fast_point_check: Callable[[bytes], bool] | None
try:
    from nacl.bindings import crypto_core_ed25519_is_valid_point as _fast_point_check
except ImportError:  # the [fast] extra is not installed; the slow check says the same
    _fast_point_check = None

MIN_EXPONENT: Final = 65_537
MAX_EXPONENT: Final = 2**64  # a longer one hides a short private exponent
FERMAT_STEPS: Final = 4_096  # about 2 ms for 4096 bits
SMALL_FACTOR_LIMIT: Final = 65_537
PRIMALITY_BITS: Final = 4_096  # one modular power: 20 ms for 2048 bits, 130 ms for 4096
WINDOW: Final = 16  # hexadecimal digits; two equal windows by chance: under 2^-40

_SQUARES: Final = frozenset(value * value % 256 for value in range(256))

Weakness = tuple[str, str]  # reason, detail


def refuse_weak(algorithm: str, raw: bytes) -> None:
    """Raise ``CheckFailed`` if this public key must not be relied on.

    ``algorithm`` and ``raw`` as in ``PublicKey``. Reasons: ``issuer-key.too-small`` (RSA under
    2048 bits), ``issuer-key.weak``, ``issuer-key.malformed`` (RSA not in DER).
    """
    found = weakness(algorithm, raw)
    if found is not None:
        raise CheckFailed(*found)


@lru_cache(maxsize=4096)
def weakness(algorithm: str, raw: bytes) -> Weakness | None:
    """Reason and sentence of ``refuse_weak``, or ``None`` for a sound key; remembered."""
    if algorithm == "Ed25519":
        return _weak_point(raw)
    if algorithm == "RSA":
        try:
            return _weak_rsa(*_der.read_spki(raw))
        except ValueError:
            return "issuer-key.malformed", "The RSA key is not a SubjectPublicKeyInfo in DER."
    return None  # P-256 and P-384 have prime order: every point on the curve will do


def _weak_point(raw: bytes) -> Weakness | None:
    check = _fast_point_check or _point_check
    if len(raw) == 32 and check(raw):
        return None
    detail = (
        "The Ed25519 key is not a point of prime order in its one encoding, so signatures under"
        " it prove nothing; use a freshly made key."
    )
    return "issuer-key.weak", detail


def _point_check(raw: bytes) -> bool:
    point = _edwards.decode(raw)
    return point is not None and _edwards.has_prime_order(point)


def _weak_rsa(modulus: int, exponent: int) -> Weakness | None:
    bits = modulus.bit_length()
    if bits < RSA_MIN_BITS:
        return (
            "issuer-key.too-small",
            f"The RSA key has {bits} bits; at least {RSA_MIN_BITS} are needed.",
        )
    flaw = _rsa_flaw(modulus, exponent)
    if flaw is None:
        return None
    return "issuer-key.weak", f"The RSA key is not safe: {flaw}. Use a freshly made key."


def _rsa_flaw(modulus: int, exponent: int) -> str | None:
    """What is wrong, cheap tests first; ``None`` if nothing was found."""
    bits = modulus.bit_length()
    if bits > RSA_MAX_BITS:
        return f"it has {bits:,} bits, more than {RSA_MAX_BITS:,}"
    if not MIN_EXPONENT <= exponent <= MAX_EXPONENT or exponent % 2 == 0:
        return "its public exponent is not an odd number from 65,537 to 2^64"
    if gcd(_small_primes_product() % modulus, modulus) != 1:
        return f"its modulus has a prime factor under {SMALL_FACTOR_LIMIT:,}"
    if _is_roca(modulus):
        return "its modulus bears the mark of a broken generator (CVE-2017-15361, ROCA)"
    if _has_pattern(modulus):
        return "the digits of its modulus repeat, so it was not made from random primes"
    if _close_factors(modulus):
        return "its two primes lie so close together that it can be factored at once"
    if bits <= PRIMALITY_BITS and pow(2, modulus - 1, modulus) == 1:
        return "its modulus is a prime number"
    return None


def _primes(limit: int) -> list[int]:
    marks = bytearray([1]) * (limit + 1)
    marks[:2] = b"\0\0"
    for value in range(2, isqrt(limit) + 1):
        if marks[value]:
            marks[value * value :: value] = bytes(len(range(value * value, limit + 1, value)))
    return [value for value in range(limit + 1) if marks[value]]


@lru_cache(maxsize=1)
def _small_primes_product() -> int:
    return prod(_primes(SMALL_FACTOR_LIMIT))


@lru_cache(maxsize=1)
def _roca_residues() -> tuple[tuple[int, frozenset[int]], ...]:
    """For each prime of the test, the powers of 65537: the only residues a ROCA modulus has."""
    found = []
    for prime in _primes(167)[1:]:
        powers = frozenset(pow(65_537, power, prime) for power in range(prime - 1))
        if len(powers) < prime - 1:  # otherwise the prime says nothing
            found.append((prime, powers))
    return tuple(found)


def _is_roca(modulus: int) -> bool:
    """Nemec and others, "The Return of Coppersmith's Attack" (CCS 2017), section 4.1."""
    return all(modulus % prime in powers for prime, powers in _roca_residues())


def _has_pattern(modulus: int) -> bool:
    """Equal windows of digits, or machine words whose upper quarter is empty half of the time."""
    text = f"{modulus:x}"
    count = len(text) - WINDOW + 1
    if len({text[start : start + WINDOW] for start in range(count)}) < count:
        return True
    return any(_empty_words(modulus, width) for width in (32, 64, 128))


def _empty_words(modulus: int, width: int) -> bool:
    # The top bit of a word is left out: a carry or a borrow may set it.
    quarter = (1 << (width // 4 - 1)) - 1 << (3 * width // 4)
    places = range(0, modulus.bit_length(), width)
    empty = sum(not modulus >> place & quarter for place in places)
    return empty * 2 > len(places)


def _close_factors(modulus: int) -> bool:
    """Fermat's method, a bounded number of steps (CVE-2022-26320)."""
    root = isqrt(modulus - 1) + 1
    rest = root * root - modulus
    for _ in range(FERMAT_STEPS):
        if rest & 255 in _SQUARES and isqrt(rest) ** 2 == rest:
            return True
        rest += 2 * root + 1
        root += 1
    return False
