"""Signing functions over loaded private keys: data and digest name in, raw signature out."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from stackmark.errors import UsageError
from stackmark.keys._bls import BlsSecret
from stackmark.keys._checking import DIGESTS, choose_digest
from stackmark.keys.jwk import COORDINATE_BYTES

Standard = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Loaded = Standard | BlsSecret
Sign = Callable[[bytes, str | None], bytes]


def make_signer(algorithm: str, key: Loaded) -> Sign:
    """The cheapest way to sign with ``key``."""
    if isinstance(key, Ed25519PrivateKey):
        return _ed25519(key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _ecdsa(algorithm, key)
    return _no_bytes if isinstance(key, BlsSecret) else _rsa(key)


def _no_bytes(_data: bytes, _digest: str | None) -> bytes:
    raise UsageError("usage.suite", "A BLS12-381 key signs with bbs-2023 only.")


def _ed25519(key: Ed25519PrivateKey) -> Sign:
    """RFC 8032 is deterministic: both wheels give the same bytes."""
    try:
        from nacl.bindings import crypto_sign, crypto_sign_seed_keypair
    except ImportError:
        return lambda data, _: key.sign(data)
    # The public half is computed from the seed, never taken from outside: signing with a
    # foreign one would give the seed away.
    _, secret = crypto_sign_seed_keypair(key.private_bytes_raw())
    return lambda data, _: crypto_sign(data, secret)[:64]


def _ecdsa(algorithm: str, key: ec.EllipticCurvePrivateKey) -> Sign:
    size = COORDINATE_BYTES[algorithm]

    def sign(data: bytes, digest: str | None) -> bytes:
        scheme = _ecdsa_scheme(choose_digest(algorithm, digest).name)
        r, s = decode_dss_signature(key.sign(data, scheme))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


@lru_cache(maxsize=8)
def _ecdsa_scheme(digest: str) -> ec.ECDSA:
    """Deterministic (RFC 6979) where the library can, so that a repeated run gives equal bytes."""
    try:
        return ec.ECDSA(DIGESTS[digest], deterministic_signing=True)
    except UnsupportedAlgorithm:
        return ec.ECDSA(DIGESTS[digest])


def _rsa(key: rsa.RSAPrivateKey) -> Sign:
    scheme = padding.PKCS1v15()
    return lambda data, digest: key.sign(data, scheme, choose_digest("RSA", digest))
