"""PEM text around keys (RFC 7468), and public keys in it."""

from __future__ import annotations

import binascii
import re
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from stackmark.errors import CheckFailed
from stackmark.keys import _der
from stackmark.keys.jwk import CURVES, compress

MAX_PEM_BYTES: Final = 64 * 1024  # an 8192-bit private key takes 7 KiB
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----")
_CURVE_OF: Final = {curve.name: algorithm for algorithm, curve in CURVES.items()}


def read_pem(data: bytes) -> tuple[str, bytes]:
    """Algorithm and raw form (as in ``PublicKey``) of the one public key in PEM text.

    Raises ``CheckFailed``: ``issuer-key.malformed``, ``issuer-key.private``,
    ``issuer-key.unsupported``.
    """
    label, der = _only_block(data)
    if "PRIVATE" in label:
        raise CheckFailed(
            "issuer-key.private", "The PEM text is a private key where a public one is wanted."
        )
    try:
        if label == "RSA PUBLIC KEY":
            return "RSA", _der.write_spki(*_der.read_pkcs1(der))
        if label == "PUBLIC KEY":
            return read_spki(der)
    except ValueError as error:
        raise _malformed(str(error)) from None
    raise CheckFailed(
        "issuer-key.unsupported", f'The PEM text is a "{label}"; give a "PUBLIC KEY".'
    )


def read_spki(der: bytes) -> tuple[str, bytes]:
    """Algorithm and raw form of a SubjectPublicKeyInfo; also raises ``ValueError``."""
    if _der.RSA_ALGORITHM in der[:24]:
        return "RSA", _der.write_spki(*_der.read_spki(der))
    try:
        key = load_der_public_key(der)
    except UnsupportedAlgorithm:
        raise _unsupported() from None
    if not isinstance(key, Ed25519PublicKey | ec.EllipticCurvePublicKey):
        raise _unsupported()
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != der:
        raise _malformed("it is not written in DER as it should be, with the curve by name")
    if isinstance(key, Ed25519PublicKey):
        return "Ed25519", key.public_bytes_raw()
    algorithm = _CURVE_OF.get(key.curve.name)
    if algorithm is None:
        raise _unsupported()
    return algorithm, compress(
        algorithm, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )


def write_pem(label: str, der: bytes) -> bytes:
    """``der`` between its two lines, 64 characters a line (RFC 7468 section 2)."""
    text = binascii.b2a_base64(der, newline=False)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    name = label.encode("ascii")
    return b"\n".join(
        [b"-----BEGIN " + name + b"-----", *lines, b"-----END " + name + b"-----", b""]
    )


def _only_block(data: bytes) -> tuple[str, bytes]:
    if len(data) > MAX_PEM_BYTES:
        raise _malformed(f"it has {len(data):,} bytes, more than {MAX_PEM_BYTES:,}")
    blocks = _BLOCK.findall(data)
    if len(blocks) != 1:
        raise _malformed(f"it holds {len(blocks)} blocks where one is wanted")
    label, body = blocks[0]
    try:
        return label.decode("ascii"), binascii.a2b_base64(b"".join(body.split()), strict_mode=True)
    except binascii.Error:
        raise _malformed("its text is not base64") from None


def _malformed(what: str) -> CheckFailed:
    return CheckFailed("issuer-key.malformed", f"The PEM key cannot be used: {what.rstrip('.')}.")


def _unsupported() -> CheckFailed:
    return CheckFailed(
        "issuer-key.unsupported",
        "The key in the PEM text is of no supported type; use Ed25519, P-256, P-384 or RSA.",
    )
