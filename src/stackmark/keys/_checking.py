"""Signature checks that answer yes or no and never raise for what somebody sent.

Libraries differ at the edges (S not reduced, neutral R, weak keys), so those edges are decided
here first; the verdict must not depend on which wheel is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys import _der, _edwards
from stackmark.keys.jwk import COORDINATE_BYTES, load_point
from stackmark.keys.strength import weakness

DIGESTS: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
DEFAULT_DIGEST: Final = {"P-256": "sha256", "P-384": "sha384", "RSA": "sha256"}
ALLOWED_DIGESTS: Final = {
    "P-256": ("sha256", "sha384"),
    "P-384": ("sha256", "sha384"),
    "RSA": ("sha256", "sha384", "sha512"),
}
_GROUP_ORDER: Final = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        16,
    ),
}
_Check = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data

# Our own key, text and signature whose R carries a point of order 8. RFC 8032 section 5.1.7
# lets a verifier multiply by 8 and accept it; a library that does would disagree with the rest.
_MIXED_R: Final = (
    bytes.fromhex("92024106c1f2bc16ff394520b4c367c32c01233f55fba924a0f6d06797e2ec53"),
    bytes.fromhex("8a8b97a7488267e27ca477f8f7322ae83461aaeb51c2e45307049ecfd554f95f")
    + bytes.fromhex("a845055c20c47d7217f9c357ac97ff9a3e53ee40d901952339e2466f47064100"),
    b"stackmark",
)


def choose_digest(algorithm: str, digest: str | None) -> hashes.HashAlgorithm:
    """The hash to use with a key; raises ``UsageError("usage.digest")`` if they do not fit."""
    name = DEFAULT_DIGEST[algorithm] if digest is None else digest
    if name not in ALLOWED_DIGESTS[algorithm]:
        raise UsageError("usage.digest", f'"{name}" is not a digest for a key of type {algorithm}.')
    return DIGESTS[name]


def check_ed25519(raw: bytes, signature: bytes, data: bytes) -> bool:
    """RFC 8032 section 5.1.7 without the factor 8: S < L, R canonical and not neutral."""
    return (
        len(signature) == 64
        and (signature[63] < 16 or _is_reduced(signature))
        and (signature[31] & 127 != 127 or _is_canonical(signature))
        and not signature.startswith(_edwards.IDENTITY)
        and weakness("Ed25519", raw) is None
        and _ed25519(raw, signature, data)
    )


def _is_reduced(signature: bytes) -> bool:
    return int.from_bytes(signature[32:], "little") < _edwards.ORDER


def _is_canonical(signature: bytes) -> bool:
    return int.from_bytes(signature[:32], "little") & ((1 << 255) - 1) < _edwards.P


def check_ecdsa(
    algorithm: str, raw: bytes, signature: bytes, data: bytes, digest: str | None
) -> bool:
    """FIPS 186-5 section 6.4.2 over r ‖ s of fixed length (RFC 7518 section 3.4)."""
    chosen = choose_digest(algorithm, digest)
    size, order = COORDINATE_BYTES[algorithm], _GROUP_ORDER[algorithm]
    if len(signature) != 2 * size:
        return False
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if not (0 < r < order and 0 < s < order):
        return False
    try:
        key = load_point(algorithm, raw)
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(chosen))
    except (InvalidSignature, CheckFailed):
        return False
    return True


def check_rsa(raw: bytes, signature: bytes, data: bytes, digest: str | None, *, pss: bool) -> bool:
    """RFC 8017: PKCS #1 v1.5, or PSS with a salt as long as the hash (RFC 7518 section 3.5)."""
    chosen = choose_digest("RSA", digest)
    if weakness("RSA", raw) is not None:
        return False
    key = _load_rsa(raw)
    if len(signature) != (key.key_size + 7) // 8:
        return False
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if pss:
        scheme = padding.PSS(padding.MGF1(chosen), salt_length=chosen.digest_size)
    try:
        key.verify(signature, data, scheme, chosen)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=256)
def _load_rsa(raw: bytes) -> rsa.RSAPublicKey:
    modulus, exponent = _der.read_spki(raw)
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


@lru_cache(maxsize=4096)
def _load_ed25519(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def check_with_cryptography(raw: bytes, signature: bytes, data: bytes) -> bool:
    """The bare check by ``cryptography``; the caller has looked at key and signature."""
    try:
        _load_ed25519(raw).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _find_ed25519() -> _Check:
    """PyNaCl if it is installed and agrees at the edges, else ``cryptography``."""
    try:
        from nacl.bindings import crypto_sign_open
        from nacl.exceptions import BadSignatureError
    except ImportError:
        return check_with_cryptography

    def check_with_nacl(raw: bytes, signature: bytes, data: bytes) -> bool:
        try:
            crypto_sign_open(signature + data, raw)
        except BadSignatureError:
            return False
        return True

    return check_with_cryptography if check_with_nacl(*_MIXED_R) else check_with_nacl


_ed25519: Final[_Check] = _find_ed25519()


def backend() -> str:
    """Which wheel checks Ed25519 signatures: ``cryptography`` or ``PyNaCl``."""
    return "cryptography" if _ed25519 is check_with_cryptography else "PyNaCl"
