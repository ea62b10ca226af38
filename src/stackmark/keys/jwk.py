"""JSON Web Keys, read strictly and written in one order (RFC 7517, 7518, 8037, 7638).

``raw`` below is the form ``PublicKey`` keeps: 32 bytes for Ed25519, the compressed point (SEC 1)
for P-256 and P-384, the SubjectPublicKeyInfo in DER for RSA.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stackmark.errors import CheckFailed
from stackmark.keys import _der
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.limits import RSA_MAX_BITS

JWS_ALGORITHMS: Final[Mapping[str, frozenset[str]]] = {
    "Ed25519": frozenset({"EdDSA", "Ed25519"}),
    "P-256": frozenset({"ES256"}),
    "P-384": frozenset({"ES384"}),
    "RSA": frozenset({"RS256"}),
}
CURVES: Final[Mapping[str, ec.EllipticCurve]] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
COORDINATE_BYTES: Final = {"P-256": 32, "P-384": 48}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KEY_TYPES: Final = {"OKP": {"Ed25519"}, "EC": {"P-256", "P-384"}}
# RFC 7518 section 3.1: other RSA signature algorithms, for callers that name one.
_OTHER_RSA: Final = frozenset({"RS384", "RS512", "PS256", "PS384", "PS512"})
_MAX_RSA_CHARS: Final = RSA_MAX_BITS // 6 + 8


def read_public(jwk: Mapping[str, Any], *, alg: str | None = None) -> tuple[str, bytes]:
    """Algorithm and ``raw`` of a public JWK.

    ``alg`` is the JWS algorithm the key is wanted for; without it a key that names an ``alg``
    must name the one Stackmark uses with its type. Raises ``CheckFailed``:
    ``issuer-key.private``, ``issuer-key.unsupported``, ``issuer-key.malformed``.
    """
    held = _PRIVATE.intersection(jwk)
    if held:
        raise CheckFailed(
            "issuer-key.private",
            f'The JWK shows the secret member "{min(held)}"; the key is lost, make a new one.',
        )
    return read_public_members(jwk, alg=alg, operation="verify")


def read_public_members(
    jwk: Mapping[str, Any], *, alg: str | None = None, operation: str
) -> tuple[str, bytes]:
    """``read_public`` for a JWK that may hold private members; ``operation`` as in key_ops."""
    algorithm = _algorithm(jwk)
    _check_use(jwk, algorithm, alg, operation)
    if algorithm == "RSA":
        return algorithm, _der.write_spki(read_number(jwk, "n"), read_number(jwk, "e"))
    if algorithm == "Ed25519":
        if "y" in jwk:
            raise _malformed('an Ed25519 key has no member "y"')
        return algorithm, fixed_bytes(jwk, "x", 32)
    size = COORDINATE_BYTES[algorithm]
    x, y = fixed_bytes(jwk, "x", size), fixed_bytes(jwk, "y", size)
    return algorithm, compress(algorithm, b"\x04" + x + y)


def write_public(algorithm: str, raw: bytes) -> dict[str, str]:
    """The required members of the public JWK, in the order of RFC 7638 section 3.2."""
    if algorithm == "Ed25519":
        return {"crv": "Ed25519", "kty": "OKP", "x": b64url_encode(raw)}
    if algorithm == "RSA":
        modulus, exponent = _der.read_spki(raw)
        return {"e": write_number(exponent), "kty": "RSA", "n": write_number(modulus)}
    size = COORDINATE_BYTES[algorithm]
    point = load_point(algorithm, raw).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    x, y = b64url_encode(point[1 : 1 + size]), b64url_encode(point[1 + size :])
    return {"crv": algorithm, "kty": "EC", "x": x, "y": y}


def fixed_bytes(jwk: Mapping[str, Any], name: str, size: int) -> bytes:
    """Member ``name``, exactly ``size`` bytes in base64url; else ``issuer-key.malformed``."""
    value = _member(jwk, name)
    if len(value) != size:
        raise _malformed(f'the member "{name}" has {len(value)} bytes, not {size}')
    return value


def write_number(value: int) -> str:
    """A positive number as Base64urlUInt (RFC 7518 section 2)."""
    return b64url_encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def compress(algorithm: str, point: bytes) -> bytes:
    """A point of P-256 or P-384 in any SEC 1 form, compressed; checks that it is on the curve."""
    key = load_point(algorithm, point)
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


@lru_cache(maxsize=1024)
def load_point(algorithm: str, point: bytes) -> ec.EllipticCurvePublicKey:
    """The key object of a point in SEC 1 form; raises ``CheckFailed("issuer-key.malformed")``."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[algorithm], point)
    except (ValueError, UnsupportedAlgorithm):
        raise _malformed(f"its numbers are not a point of the curve {algorithm}") from None


def _algorithm(jwk: Mapping[str, Any]) -> str:
    """The ``PublicKey.algorithm`` of a JWK, from kty and crv."""
    kty, curve = jwk.get("kty"), jwk.get("crv")
    if kty == "RSA":
        return "RSA"
    if not isinstance(kty, str) or not isinstance(curve, str):
        raise _malformed('the members "kty" and "crv" must be text')
    if curve not in _KEY_TYPES.get(kty, ()):
        raise CheckFailed(
            "issuer-key.unsupported",
            f'Keys of type "{kty[:40]}" on the curve "{curve[:40]}" are not supported; use Ed25519,'
            " P-256, P-384 or RSA.",
        )
    return curve


def _check_use(jwk: Mapping[str, Any], algorithm: str, alg: str | None, operation: str) -> None:
    """RFC 7517 sections 4.2 to 4.4: the key must be meant for this."""
    use, operations = jwk.get("use", "sig"), jwk.get("key_ops", [operation])
    if use != "sig":
        raise _malformed('its member "use" is not "sig"')
    if not isinstance(operations, list) or operation not in operations:
        raise _malformed(f'its member "key_ops" does not list "{operation}"')
    allowed = JWS_ALGORITHMS[algorithm]
    if alg is not None:
        if alg not in allowed and not (algorithm == "RSA" and alg in _OTHER_RSA):
            raise _malformed(f'a key of type {algorithm} does not serve "{alg[:40]}"')
        allowed = allowed if alg in allowed else frozenset({alg})
    named = jwk.get("alg", alg)
    if named is not None and not (isinstance(named, str) and named in allowed):
        raise CheckFailed(
            "issuer-key.unsupported",
            f'The JWK is meant for the algorithm "{str(named)[:40]}"; allowed for this {algorithm}'
            f" key: {', '.join(sorted(allowed))}.",
        )


def read_number(jwk: Mapping[str, Any], name: str) -> int:
    """Member ``name``, a Base64urlUInt without leading zero; else ``issuer-key.malformed``."""
    value = _member(jwk, name)
    if not value or value[0] == 0:
        raise _malformed(f'the number "{name}" is empty or starts with a zero byte')
    return int.from_bytes(value, "big")


def _member(jwk: Mapping[str, Any], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str):
        raise _malformed(f'the member "{name}" is missing or not text')
    if len(text) > _MAX_RSA_CHARS:
        raise CheckFailed(
            "issuer-key.weak",
            f'The member "{name}" of the JWK has {len(text):,} characters; keys of more than'
            f" {RSA_MAX_BITS:,} bits are not used.",
        )
    try:
        return b64url_decode(text)
    except MultibaseError as error:
        raise _malformed(f'the member "{name}" is not base64url ({error})') from None


def _malformed(what: str) -> CheckFailed:
    return CheckFailed("issuer-key.malformed", f"The JWK cannot be used: {what}.")
