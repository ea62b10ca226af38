"""``PrivateKey``: a key in memory that signs (``ports.Signer``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys import _pem, bbs, jwk
from stackmark.keys._bls import SECRET_BYTES, BlsSecret
from stackmark.keys._signing import Loaded, Sign, Standard, make_signer
from stackmark.keys.multibase import MultibaseError, b58decode, b58encode, b64url_encode
from stackmark.keys.public import PRIVATE_CODES, PublicKey

TYPES: Final[Mapping[str, str]] = {
    "ed25519": "Ed25519",
    "p256": "P-256",
    "p384": "P-384",
    "rsa3072": "RSA",
    "bls12381": "BLS12-381",
}
_RSA_NUMBERS: Final = ("d", "p", "q", "dp", "dq", "qi")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PrivateKey:
    """A private key held in memory; ``ports.Signer``. Make it with a class method.

    ``algorithm`` and ``public_key`` as in ``PublicKey``. Every constructor raises
    ``UsageError``: ``usage.key`` (not a key, broken, weak, of a type not supported) or
    ``usage.passphrase``. The text form never shows the secret; pickling does carry it, so that
    a pool of workers can sign.
    """

    algorithm: str
    public_key: PublicKey
    _key: Loaded = field(repr=False)
    _sign: Sign = field(repr=False)

    @classmethod
    def generate(cls, algorithm: str) -> PrivateKey:
        """A fresh key: ``ed25519``, ``p256``, ``p384``, ``rsa3072`` or ``bls12381``.

        Randomness is the wheel's. Raises ``CouldNotTell``
        ``issuer-key.no-library`` for BLS12-381 where the extra ``bbs`` is not installed.
        """
        makers: dict[str, Callable[[], Loaded]] = {
            "ed25519": Ed25519PrivateKey.generate,
            "p256": lambda: ec.generate_private_key(jwk.CURVES["P-256"]),
            "p384": lambda: ec.generate_private_key(jwk.CURVES["P-384"]),
            "rsa3072": lambda: rsa.generate_private_key(65_537, 3072),
            "bls12381": lambda: BlsSecret.from_material(AESGCM.generate_key(256)),
        }
        if algorithm not in makers:
            raise UsageError(
                "usage.key-type", f'"{algorithm}" is no key type; use {", ".join(makers)}.'
            )
        return cls._of(makers[algorithm]())

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """The Ed25519 key of a 32-byte seed (RFC 8032 section 5.1.5)."""
        if len(seed) != 32:
            raise _unusable(f"a seed has 32 bytes, not {len(seed)}")
        return cls._of(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, data: bytes, password: bytes | None = None) -> PrivateKey:
        """PKCS #8 in PEM, encrypted or not (RFC 5958), or the older RSA and EC forms."""
        if len(data) > _pem.MAX_PEM_BYTES:
            raise _unusable(f"the file has {len(data):,} bytes")
        if b"ENCRYPTED" not in data:
            password = None  # the library refuses a password nobody asked for
        elif password is None:
            raise UsageError("usage.passphrase", "The key is encrypted; give its passphrase.")
        try:
            return cls._of(load_pem_private_key(data, password))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            if password is None:
                raise _unusable("it is not a private key in PEM, or it is broken") from None
            raise UsageError(
                "usage.passphrase", "The passphrase does not open this key, or the file is broken."
            ) from None

    @classmethod
    def from_pkcs8(cls, der: bytes) -> PrivateKey:
        """PKCS #8 in DER, not encrypted (RFC 5958)."""
        try:
            return cls._of(load_der_private_key(der, None))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _unusable("it is not a private key in PKCS #8, or it is broken") from None

    @classmethod
    def from_bytes(cls, data: bytes) -> PrivateKey:
        """What ``to_bytes`` gives; 32 bytes are too few for PKCS #8."""
        if len(data) == SECRET_BYTES:
            return cls._of(_load_number(data))
        return cls.from_pkcs8(data)

    @classmethod
    def from_jwk(cls, members: Mapping[str, Any]) -> PrivateKey:
        """A private JWK (RFC 7517); its public members must belong to the secret ones."""
        try:
            algorithm, raw = jwk.read_public_members(members, operation="sign")
            made = cls._of(_load_jwk(algorithm, members))
        except (CheckFailed, ValueError) as error:
            raise _unusable(str(error)) from None
        if made.public_key.raw != raw:
            raise _unusable("its public members do not belong to its secret ones")
        return made

    @classmethod
    def from_multikey(cls, text: str) -> PrivateKey:
        """``secretKeyMultibase`` (Controlled Identifiers v1.0 section 2.2.2)."""
        try:
            data = b58decode(text[1:]) if text.startswith("z") else b""
        except MultibaseError as error:
            raise _unusable(str(error)) from None
        for algorithm, code in PRIVATE_CODES.items():
            if data.startswith(code):
                return cls._from_secret(algorithm, data[len(code) :])
        raise _unusable("it is not a private Multikey of type Ed25519, P-256, P-384 or BLS12-381")

    @classmethod
    def _from_secret(cls, algorithm: str, secret: bytes) -> PrivateKey:
        if algorithm == "BLS12-381":
            return cls._of(_load_number(secret))
        if algorithm != "Ed25519":
            return cls._of(_load_scalar(algorithm, secret))
        made = cls.from_seed(secret[:32])  # some tools append the public key
        if len(secret) not in (32, 64) or secret[32:] not in (b"", made.public_key.raw):
            raise _unusable("an Ed25519 secret has 32 bytes, or 64 with its own public key")
        return made

    @classmethod
    def _of(cls, key: object) -> PrivateKey:
        public = _public_half(key)
        loaded: Loaded = key  # type: ignore[assignment] # _public_half has looked at the class
        return cls(public.algorithm, public, loaded, make_signer(public.algorithm, loaded))

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes:
        """The raw signature over ``data``, as ``ports.Signer.sign`` says.

        Raises ``UsageError("usage.digest")`` for a digest that does not fit the key.
        """
        return self._sign(data, digest)

    def sign_messages(self, header: bytes, messages: Sequence[bytes]) -> bytes:
        """The BBS signature (80 bytes) over a header and messages; for BLS12-381 only."""
        if not isinstance(self._key, BlsSecret):
            raise UsageError("usage.suite", f"A {self.algorithm} key makes no BBS signatures.")
        return bbs.sign(self._key.number, self.public_key.raw, header, messages)

    def to_multikey(self) -> str:
        """The secret as ``secretKeyMultibase``; ``UsageError("usage.multikey")`` for RSA."""
        if self.algorithm == "RSA":
            raise UsageError("usage.multikey", "RSA keys have no Multikey form; use a JWK.")
        return "z" + b58encode(PRIVATE_CODES[self.algorithm] + self._secret())

    def to_jwk(self) -> dict[str, str]:
        """The private JWK: the public members, then the secret ones."""
        members = self.public_key.to_jwk()  # raises where there is no such form
        if not isinstance(self._key, rsa.RSAPrivateKey):
            return members | {"d": b64url_encode(self._secret())}
        held = self._key.private_numbers()
        numbers = (held.d, held.p, held.q, held.dmp1, held.dmq1, held.iqmp)
        return members | dict(zip(_RSA_NUMBERS, map(jwk.write_number, numbers), strict=True))

    def to_pem(self, passphrase: bytes | None = None) -> bytes:
        """PKCS #8 in PEM, encrypted when ``passphrase`` is given; BLS12-381 has none."""
        protection: KeySerializationEncryption = NoEncryption()
        if passphrase:
            protection = BestAvailableEncryption(passphrase)
        return self._standard().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)

    def to_pkcs8(self) -> bytes:
        """PKCS #8 in DER, not encrypted; BLS12-381 has none."""
        key = self._standard()
        return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def to_bytes(self) -> bytes:
        """PKCS #8 in DER, or of a key on BLS12-381 its number in 32 bytes."""
        return self._secret() if isinstance(self._key, BlsSecret) else self.to_pkcs8()

    def _standard(self) -> Standard:
        if isinstance(self._key, BlsSecret):
            raise UsageError("usage.pem", "BLS12-381 keys have no PKCS #8 form; use a Multikey.")
        return self._key

    def _secret(self) -> bytes:
        """Seed or scalar, fixed length."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.private_bytes_raw()
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            number = self._key.private_numbers().private_value
            return number.to_bytes(jwk.COORDINATE_BYTES[self.algorithm], "big")
        if isinstance(self._key, BlsSecret):
            return self._key.to_bytes()
        raise UsageError("usage.multikey", "RSA keys have no short secret.")

    def __repr__(self) -> str:
        bls = isinstance(self._key, BlsSecret)
        public = self.public_key.to_multikey() if bls else self.public_key.thumbprint()
        return f"PrivateKey({self.algorithm}, public {public})"

    def __reduce__(self) -> tuple[Callable[[bytes], PrivateKey], tuple[bytes]]:
        """Cross a process pool: what signs holds handles that cannot."""
        return PrivateKey.from_bytes, (self.to_bytes(),)


def _public_half(key: object) -> PublicKey:
    """The checked public key of a loaded private one."""
    if isinstance(key, BlsSecret):
        return PublicKey("BLS12-381", key.public_bytes())
    if not isinstance(key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _unusable("it is of no supported type; use Ed25519, P-256, P-384 or RSA")
    public = key.public_key()
    try:
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return PublicKey.from_pem(_pem.write_pem("PUBLIC KEY", der))
    except CheckFailed as error:
        raise _unusable(error.detail) from None


def _load_scalar(algorithm: str, secret: bytes) -> Loaded:
    size = jwk.COORDINATE_BYTES[algorithm]
    if len(secret) != size:
        raise _unusable(f"a {algorithm} secret has {size} bytes, not {len(secret)}")
    try:
        return ec.derive_private_key(int.from_bytes(secret, "big"), jwk.CURVES[algorithm])
    except ValueError:
        raise _unusable("its number is out of range") from None


def _load_number(secret: bytes) -> Loaded:
    try:
        return BlsSecret.from_bytes(secret)
    except ValueError as error:
        raise _unusable(str(error)) from None


def _load_jwk(algorithm: str, members: Mapping[str, Any]) -> Loaded:
    if algorithm == "Ed25519":
        return Ed25519PrivateKey.from_private_bytes(jwk.fixed_bytes(members, "d", 32))
    if algorithm != "RSA":
        size = jwk.COORDINATE_BYTES[algorithm]
        return _load_scalar(algorithm, jwk.fixed_bytes(members, "d", size))
    if "oth" in members:
        raise ValueError("RSA keys of more than two primes are not supported")
    d, p, q, dp, dq, qi, e, n = (
        jwk.read_number(members, name) for name in (*_RSA_NUMBERS, "e", "n")
    )
    public = rsa.RSAPublicNumbers(e, n)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public).private_key()


def _unusable(what: str) -> UsageError:
    return UsageError("usage.key", f"The private key cannot be used: {what.rstrip('.')}.")
