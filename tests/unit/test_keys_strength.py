from __future__ import annotations

from itertools import count
from math import gcd, isqrt, prod

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

import sample_keys
import weak_keys as wk
from stackmark.errors import CheckFailed
from stackmark.keys import _checking, _der, _edwards, strength
from stackmark.keys.public import PublicKey
from stackmark.keys.strength import refuse_weak

E = 65_537


def rsa(modulus: int, exponent: int = E) -> bytes:
    return _der.write_spki(modulus, exponent)


@pytest.fixture(params=["wheel", "own"])
def point_check(request, monkeypatch):
    """Both ways to judge an Ed25519 point."""
    if request.param == "own":
        monkeypatch.setattr(strength, "_fast_point_check", None)
    elif strength._fast_point_check is None:
        pytest.skip("PyNaCl is not installed (extra [fast])")
    strength.weakness.cache_clear()
    yield
    strength.weakness.cache_clear()


def refused(algorithm: str, raw: bytes) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        refuse_weak(algorithm, raw)
    return caught.value


@pytest.mark.parametrize("point", wk.TORSION, ids=lambda p: wk.encode(p).hex()[:8])
def test_small_order_points(point, point_check):
    assert refused("Ed25519", wk.encode(point)).reason == "issuer-key.weak"


def test_there_are_eight_of_them():
    assert len({wk.encode(point) for point in wk.TORSION}) == 8


@pytest.mark.parametrize("data", wk.second_encodings(), ids=lambda d: d.hex()[:4] + d.hex()[-2:])
def test_second_encodings(data, point_check):
    assert refused("Ed25519", data).reason == "issuer-key.weak"


def test_own_decoding_has_one_encoding_for_a_point():
    for data in wk.second_encodings():
        assert _edwards.decode(data) is None
    for point in (*wk.TORSION, wk.BASE, wk.multiply(7, wk.BASE)):
        x, y, z, t = _edwards.decode(wk.encode(point))
        assert ((x, y), z, t) == (point, 1, x * y % wk.P)


@pytest.mark.parametrize("torsion", wk.TORSION[1:])
def test_mixed_order_points(torsion, point_check):
    good = wk.multiply(wk.number("mixed", 250), wk.BASE)
    refuse_weak("Ed25519", wk.encode(good))
    assert refused("Ed25519", wk.encode(wk.add(good, torsion))).reason == "issuer-key.weak"


def test_what_is_no_point(point_check):
    no_point = next(
        y.to_bytes(32, "little") for y in range(2, 50) if not wk.decode(y.to_bytes(32, "little"))
    )
    for raw in (no_point, b"\xff" * 32, b"", bytes(31), wk.encode(wk.BASE) + b"\0"):
        assert refused("Ed25519", raw).reason == "issuer-key.weak"


def test_real_keys_pass(point_check):
    for seed in range(8):
        key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        refuse_weak("Ed25519", key.public_key().public_bytes_raw())
    refuse_weak("Ed25519", wk.encode(wk.BASE))


PRIME_A = wk.next_prime(3 << 1022 | wk.number("a", 1000))
PRIME_B = wk.next_prime(3 << 1022 | wk.number("b", 1000))
GOOD = PRIME_A * PRIME_B


def test_a_sound_modulus_passes():
    refuse_weak("RSA", rsa(GOOD))


@pytest.mark.parametrize("bits", [512, 1024, 2047])
def test_rsa_too_small(bits):
    error = refused("RSA", rsa(wk.number("small", bits) | 1))
    assert error.reason == "issuer-key.too-small"
    assert f"{bits} bits" in error.detail


def flaw(modulus: int, exponent: int = E) -> str:
    error = refused("RSA", rsa(modulus, exponent))
    assert error.reason == "issuer-key.weak"
    return error.detail


def test_rsa_too_big():
    assert "16,384 bits" in flaw(wk.number("big", 16_384) | 1)
    assert "8,193 bits" in flaw(wk.number("big", 8_193) | 1)


@pytest.mark.parametrize("exponent", [1, 2, 3, 17, 65_535, 65_536, 65_538, 2**64 + 1, GOOD - 2])
def test_rsa_exponent(exponent):
    assert "public exponent" in flaw(GOOD, exponent)


def test_rsa_exponents_that_pass():
    for exponent in (65_537, 65_539, 2**64 - 1):
        refuse_weak("RSA", rsa(GOOD, exponent))


@pytest.mark.parametrize("factor", [2, 3, 1_009, 65_521, 65_537])
def test_rsa_small_factor(factor):
    assert "prime factor under" in flaw(GOOD * factor)


def test_rsa_close_primes():
    assert "close together" in flaw(PRIME_A * wk.next_prime(PRIME_A + 2))
    # About 1,000 steps of Fermat's method: (q - p)^2 / 8 sqrt(n).
    distance = isqrt(8 * 1_000 * PRIME_A)
    assert "close together" in flaw(PRIME_A * wk.next_prime(PRIME_A + distance))
    far = PRIME_A * wk.next_prime(PRIME_A + 3 * distance)
    refuse_weak("RSA", rsa(far))


def test_rsa_square():
    assert "close together" in flaw(PRIME_A**2)


def test_rsa_fingerprint_of_roca():
    primorial = prod(prime for prime in wk.SMALL_PRIMES if prime <= 167)
    start = wk.number("roca", 2048) // primorial
    moduli = (k * primorial + pow(E, 4_711, primorial) for k in range(start, start + 1_000))
    modulus = next(m for m in moduli if all(m % p for p in strength._primes(65_537)))
    assert "CVE-2017-15361" in flaw(modulus)


def test_rsa_patterns():
    assert "repeat" in flaw(wk.next_prime(0xC0 << 1016) * wk.next_prime(0xE0 << 1016))
    word = sum(wk.number("word", 256) << 256 * i for i in range(8)) | 1
    small = strength._small_primes_product()
    assert "repeat" in flaw(next(m for m in count(word, 2) if gcd(small, m) == 1))


def test_rsa_with_empty_words():
    # Both primes hold 8 random bits in each word of 32; the words of the product stay half empty.
    def sparse(seed: str) -> int:
        start = sum(wk.number(f"{seed}{i}", 8) << 32 * i for i in range(31)) | 0xC00 << 1012
        return wk.next_prime(start)

    assert "repeat" in flaw(sparse("p") * sparse("q"))


def test_rsa_prime_modulus():
    assert "is a prime number" in flaw(wk.next_prime(wk.number("prime", 2048)))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"0",
        rsa(GOOD) + b"\0",
        rsa(GOOD)[:-1],
        b"\x30\x80\0\0",
        rsa(GOOD).replace(b"\x82", b"\x83\0", 1),
    ],
)
def test_rsa_that_is_not_der(raw):
    assert refused("RSA", raw).reason == "issuer-key.malformed"


def test_a_weak_key_verifies_nothing_even_when_made_by_hand():
    neutral = wk.encode((0, 1))
    forged = neutral + bytes(32)
    assert _checking.check_with_cryptography(neutral, forged, b"anything")
    assert not PublicKey("Ed25519", neutral).verify(forged, b"anything")


def test_a_weak_rsa_key_verifies_nothing_even_when_made_by_hand():
    key = load_der_private_key(sample_keys.rsa_pkcs8(exponent=17), None)
    signature = key.sign(b"anything", PKCS1v15(), SHA256())
    raw = rsa(key.public_key().public_numbers().n, 17)
    assert not PublicKey("RSA", raw).verify(signature, b"anything")


def test_prime_order_curves_need_no_check():
    refuse_weak("P-256", b"")
