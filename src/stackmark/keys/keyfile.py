"""Key files: a private key with its DID, sealed under a passphrase or plainly marked as open.

The file is one JSON object::

    {"type": "StackmarkKey", "version": 1, "did": …, "method": …, "publicKey": {JWK or Multikey},
     "protection": "passphrase", "kdf": {"name": "scrypt", "n": …, "r": …, "p": …, "salt": …},
     "cipher": {"name": "AES-256-GCM", "nonce": …}, "secretKey": base64url}

``secretKey`` is PKCS #8 in DER, or of a key on BLS12-381, which is written as a Multikey only, its
number in 32 bytes: encrypted, with all other members (canonical JSON, RFC 8785) as
associated data, or as it is when ``protection`` is ``none``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from stackmark.errors import ReadError, UsageError
from stackmark.keys.did import default_identity
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey
from stackmark.model import parse_json

FILE_TYPE: Final = "StackmarkKey"
SCRYPT_N: Final = 2**15  # 32 MiB and about 0.1 s a try
MAX_SCRYPT_N: Final = 2**17  # 128 MiB
MAX_SCRYPT_R: Final = 8
MAX_SCRYPT_P: Final = 4
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file holds: whose key it is (DID), how it is called (DID URL), and the key."""

    did: str
    method_id: str
    private: PrivateKey


def seal(
    private: PrivateKey,
    *,
    passphrase: bytes | None,
    did: str,
    method_id: str,
    salt: bytes,
    nonce: bytes,
    scrypt_n: int = SCRYPT_N,
) -> bytes:
    """The bytes of a key file. ``passphrase=None`` leaves the secret open and says so.

    ``salt`` (16 bytes) and ``nonce`` (12 bytes) must be fresh and unpredictable each time.
    Raises ``UsageError``: ``usage.passphrase`` (empty), ``usage.key-file`` (names, sizes).
    """
    _check_names(did, method_id)
    members: dict[str, Any] = {
        "type": FILE_TYPE,
        "version": 1,
        "did": did,
        "method": method_id,
        "publicKey": _public(private.public_key),
    }
    secret = private.to_bytes()
    if passphrase is None:
        members["protection"] = "none"
    else:
        members |= _protection(passphrase, salt, nonce, scrypt_n)
        cipher = _cipher(passphrase, salt, scrypt_n, 8, 1)
        secret = cipher.encrypt(nonce, secret, _associated(members))
    members["secretKey"] = b64url_encode(secret)
    return orjson.dumps(members, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def open_keyfile(data: bytes, *, passphrase: bytes | None = None) -> KeyFile:
    """Open a key file, a private key in PEM (PKCS #8, encrypted or not), or a private JWK.

    PEM and JWK name no DID: theirs is did:key, for RSA did:jwk. A passphrase given for a file
    that needs none is not looked at. Raises ``UsageError``: ``usage.key-file``,
    ``usage.passphrase``, ``usage.key``.
    """
    if b"-----BEGIN " in data[:4096]:
        return _anonymous(PrivateKey.from_pem(data, passphrase))
    try:
        members = parse_json(data, max_bytes=MAX_FILE_BYTES)
    except ReadError as error:
        raise _bad_file(error.detail) from None
    if isinstance(members, dict) and "kty" in members:
        return _anonymous(PrivateKey.from_jwk(members))
    if not isinstance(members, dict) or members.get("type") != FILE_TYPE:
        raise _bad_file("It is no key file of Stackmark, no PEM and no JWK.")
    return _open_sealed(members, passphrase)


def _anonymous(private: PrivateKey) -> KeyFile:
    return KeyFile(*default_identity(private.public_key), private)


def _open_sealed(members: dict[str, Any], passphrase: bytes | None) -> KeyFile:
    if members.get("version") != 1:
        raise _bad_file("Its version is not 1; use a newer Stackmark.")
    did, method_id = _text(members, "did"), _text(members, "method")
    _check_names(did, method_id)
    secret = _bytes(members, "secretKey")
    if members.get("protection") == "passphrase":
        secret = _decrypt(members, secret, passphrase)
    elif members.get("protection") != "none":
        raise _bad_file('Its "protection" is neither "passphrase" nor "none".')
    private = PrivateKey.from_bytes(secret)
    if members.get("publicKey") != _public(private.public_key):
        raise _bad_file("Its public key does not belong to its secret key.")
    return KeyFile(did, method_id, private)


def _public(key: PublicKey) -> dict[str, str]:
    if key.algorithm == "BLS12-381":
        return {"publicKeyMultibase": key.to_multikey()}
    return key.to_jwk()


def _check_names(did: str, method_id: str) -> None:
    if not method_id.startswith(f"{did}#"):
        raise _bad_file("The name of the key does not belong to its DID.")


def _decrypt(members: dict[str, Any], secret: bytes, passphrase: bytes | None) -> bytes:
    kdf, cipher = _object(members, "kdf"), _object(members, "cipher")
    if kdf.get("name") != "scrypt" or cipher.get("name") != "AES-256-GCM":
        raise _bad_file("It is sealed in a way this version does not know.")
    n, r, p = (_count(kdf, name) for name in ("n", "r", "p"))
    if n > MAX_SCRYPT_N or n & (n - 1) or n < 2 or r > MAX_SCRYPT_R or p > MAX_SCRYPT_P:
        raise _bad_file(f"It asks for more work than is allowed (n={n}, r={r}, p={p}).")
    nonce = _bytes(cipher, "nonce")
    if len(nonce) != NONCE_BYTES:
        raise _bad_file(f'Its "nonce" has not {NONCE_BYTES} bytes.')
    if not passphrase:
        raise UsageError("usage.passphrase", "The key file is sealed; give its passphrase.")
    public = {name: value for name, value in members.items() if name != "secretKey"}
    try:
        key = _cipher(passphrase, _bytes(kdf, "salt"), n, r, p)
        return key.decrypt(nonce, secret, _associated(public))
    except InvalidTag:
        raise UsageError(
            "usage.passphrase",
            "The passphrase does not open this key file, or the file was changed.",
        ) from None


def _protection(passphrase: bytes, salt: bytes, nonce: bytes, scrypt_n: int) -> dict[str, Any]:
    """The members that say how the secret is sealed."""
    if not passphrase:
        raise UsageError("usage.passphrase", "The passphrase is empty; choose one or say none.")
    if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES:
        raise UsageError(
            "usage.key-file", f"A salt has {SALT_BYTES} bytes and a nonce {NONCE_BYTES}."
        )
    kdf = {"name": "scrypt", "n": scrypt_n, "r": 8, "p": 1, "salt": b64url_encode(salt)}
    cipher = {"name": "AES-256-GCM", "nonce": b64url_encode(nonce)}
    return {"protection": "passphrase", "kdf": kdf, "cipher": cipher}


def _cipher(passphrase: bytes, salt: bytes, n: int, r: int, p: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase))


def _associated(members: Mapping[str, Any]) -> bytes:
    """RFC 8785 for these members, which are ASCII names, texts and small whole numbers."""
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise _bad_file(f'Its member "{name}" is missing or not text.')
    return value


def _bytes(members: Mapping[str, Any], name: str) -> bytes:
    try:
        return b64url_decode(_text(members, name))
    except MultibaseError as error:
        raise _bad_file(f'Its member "{name}" cannot be read: {error}') from None


def _object(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name)
    if not isinstance(value, dict):
        raise _bad_file(f'Its member "{name}" is missing or not an object.')
    return value


def _count(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    if type(value) is not int or value < 1:
        raise _bad_file(f'Its member "{name}" is not a whole number above zero.')
    return value


def _bad_file(why: str) -> UsageError:
    return UsageError("usage.key-file", f"The key file cannot be used. {why}")
