"""``PublicKey``: one value for every way a public key is written, and the check of signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys import _bls, _pem, jwk
from stackmark.keys._checking import check_ecdsa, check_ed25519, check_rsa
from stackmark.keys.multibase import MultibaseError, b58decode, b58encode, b64url_encode
from stackmark.keys.strength import refuse_weak

# Multicodec prefixes (as varints) and the length of what follows them.
PUBLIC_CODES: Final[Mapping[str, bytes]] = {
    "Ed25519": b"\xed\x01",
    "P-256": b"\x80\x24",
    "P-384": b"\x81\x24",
    "BLS12-381": b"\xeb\x01",  # a point of G2
}
PRIVATE_CODES: Final[Mapping[str, bytes]] = {
    "Ed25519": b"\x80\x26",
    "P-256": b"\x86\x26",
    "P-384": b"\x87\x26",
    "BLS12-381": b"\x8a\x26",
}
_RAW_BYTES: Final = {"Ed25519": 32, "P-256": 33, "P-384": 49, "BLS12-381": _bls.PUBLIC_BYTES}
_BLS: Final = "BLS12-381"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key. Make it with ``from_multikey``, ``from_jwk`` or ``from_pem``.

    ``algorithm`` is ``Ed25519``, ``P-256``, ``P-384``, ``RSA`` or ``BLS12-381``; ``raw`` is 32
    bytes, the compressed point (SEC 1), the SubjectPublicKeyInfo in DER, or the compressed point
    of G2 (96 bytes; it serves bbs-2023 only and is written as a Multikey only). The constructors
    refuse what is malformed, of an unknown type, or weak (``strength.refuse_weak``), so that two
    equal keys compare equal however they were written.
    """

    algorithm: str
    raw: bytes

    @classmethod
    def from_multikey(cls, text: str) -> PublicKey:
        """Read ``publicKeyMultibase`` (Controlled Identifiers v1.0 section 2.2.2).

        Raises ``CheckFailed``: ``issuer-key.malformed``, ``issuer-key.unsupported``,
        ``issuer-key.private``, ``issuer-key.weak``; ``CouldNotTell`` ``issuer-key.no-library``
        for BLS12-381 where the extra ``bbs`` is not installed.
        """
        return _from_multikey(text)

    @classmethod
    def from_jwk(cls, members: Mapping[str, Any], *, alg: str | None = None) -> Self:
        """Read a JWK (RFC 7517), strictly; ``alg`` is the JWS algorithm it is wanted for.

        Without ``alg``, a JWK that names one must name EdDSA or Ed25519, ES256, ES384 or RS256
        to match its type. Raises ``CheckFailed`` as ``from_multikey`` does, and
        ``issuer-key.too-small``.
        """
        return cls._checked(*jwk.read_public(members, alg=alg))

    @classmethod
    def from_pem(cls, data: bytes) -> Self:
        """Read one ``PUBLIC KEY`` or ``RSA PUBLIC KEY`` in PEM (RFC 7468); raises as above."""
        return cls._checked(*_pem.read_pem(data))

    @classmethod
    def _checked(cls, algorithm: str, raw: bytes) -> Self:
        refuse_weak(algorithm, raw)
        return cls(algorithm, raw)

    def to_multikey(self) -> str:
        """The key as ``publicKeyMultibase``; raises ``UsageError("usage.multikey")`` for RSA."""
        if self.algorithm == "RSA":
            raise UsageError("usage.multikey", "RSA keys have no Multikey form; use a JWK.")
        return "z" + b58encode(PUBLIC_CODES[self.algorithm] + self.raw)

    def to_jwk(self) -> dict[str, str]:
        """The required members of the JWK in the order of RFC 7638 section 3.2.

        Raises ``UsageError("usage.jwk")`` for BLS12-381, whose JWK form is a draft.
        """
        if self.algorithm == _BLS:
            raise UsageError("usage.jwk", "BLS12-381 keys have no JWK form; use a Multikey.")
        return jwk.write_public(self.algorithm, self.raw)

    def to_pem(self) -> bytes:
        """The SubjectPublicKeyInfo in PEM (RFC 7468 section 13); BLS12-381 has none."""
        return _pem.write_pem("PUBLIC KEY", self._spki())

    def thumbprint(self) -> str:
        """The SHA-256 thumbprint of the JWK, in base64url (RFC 7638)."""
        text = ",".join(f'"{name}":"{value}"' for name, value in self.to_jwk().items())
        return b64url_encode(hashlib.sha256(f"{{{text}}}".encode("ascii")).digest())

    def verify(
        self, signature: bytes, data: bytes, *, digest: str | None = None, pss: bool = False
    ) -> bool:
        """Whether ``signature`` over ``data`` was made with this key; never raises for a bad one.

        Ed25519: 64 bytes. P-256, P-384: r ‖ s, 64 or 96 bytes. RSA: as long as the modulus,
        PKCS #1 v1.5, or PSS when ``pss``. ``digest`` is ``sha256`` or ``sha384`` (RSA also
        ``sha512``), by default SHA-256, for P-384 SHA-384; Ed25519 has none. A weak key verifies
        nothing, nor does one on BLS12-381, which signs lists of messages (``keys.bbs``). Raises
        ``UsageError("usage.digest")`` for a digest that does not fit the key.
        """
        if self.algorithm == "Ed25519":
            return check_ed25519(self.raw, signature, data)
        if self.algorithm == "RSA":
            return check_rsa(self.raw, signature, data, digest, pss=pss)
        if self.algorithm == _BLS:
            return False
        return check_ecdsa(self.algorithm, self.raw, signature, data, digest)

    def _spki(self) -> bytes:
        if self.algorithm == "RSA":
            return self.raw
        if self.algorithm == _BLS:
            raise UsageError("usage.pem", "BLS12-381 keys have no PEM form; use a Multikey.")
        if self.algorithm == "Ed25519":
            key = Ed25519PublicKey.from_public_bytes(self.raw)
            return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        point = jwk.load_point(self.algorithm, self.raw)
        return point.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=4096)
def _from_multikey(text: str) -> PublicKey:
    algorithm, raw = _split_multikey(text)
    if len(raw) != _RAW_BYTES[algorithm]:
        raise _malformed(f"an {algorithm} key has {_RAW_BYTES[algorithm]} bytes, not {len(raw)}")
    if algorithm == _BLS:
        _bls.check_public(raw)
    elif algorithm != "Ed25519":
        jwk.load_point(algorithm, raw)  # of this length, only a compressed point can be read
    refuse_weak(algorithm, raw)
    return PublicKey(algorithm, raw)


def _split_multikey(text: str) -> tuple[str, bytes]:
    """Algorithm and key bytes behind the multibase letter and the multicodec prefix."""
    if not text.startswith("z"):
        raise _malformed('it does not start with "z" (base58btc)')
    try:
        data = b58decode(text[1:])
    except MultibaseError as error:
        raise _malformed(str(error)) from None
    code = data[:2]
    for algorithm, prefix in PUBLIC_CODES.items():
        if code == prefix:
            return algorithm, data[2:]
    if code in PRIVATE_CODES.values():
        raise CheckFailed(
            "issuer-key.private", "The Multikey is a private key; it is lost, make a new one."
        )
    raise CheckFailed(
        "issuer-key.unsupported",
        f"The Multikey is of a type that is not supported (prefix {code.hex()}); use Ed25519,"
        " P-256, P-384 or BLS12-381 (G2).",
    )


def _malformed(what: str) -> CheckFailed:
    return CheckFailed("issuer-key.malformed", f"The Multikey cannot be used: {what.rstrip('.')}.")
