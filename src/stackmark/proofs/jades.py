"""JAdES baseline B seals: a JWS over exact bytes with the X.509 certificate of who sealed them.

ETSI TS 119 182-1 (JAdES), clause 6 level B-B: the protected header has ``alg``, the certificate by
``x5t#S256`` and ``x5c``, the claimed time in ``iat`` (V1.2.1; ``sigT`` in V1.1.1 and in what was
sealed by its rules, read here too) and ``crit`` where it asks for more. Read are the compact form,
the flattened and the general JSON form with one signature (RFC 7515), and an unencoded payload
(RFC 7797), as European Digital Credentials have it. Time stamps and other unprotected material
(``etsiU``) are not looked at; they belong to the higher levels.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from stackmark.errors import CheckFailed, CouldNotTell, ReadError, StackmarkError, UsageError
from stackmark.keys import certificates
from stackmark.keys.certificates import Certificate
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.limits import MAX_DOCUMENT_BYTES
from stackmark.model.strict_json import parse_json
from stackmark.ports import Signer

# alg → the key it goes with, the bytes of the signature if they are fixed, PSS or not.
ALGORITHMS: Final[Mapping[str, tuple[str, int | None, bool]]] = {
    "ES256": ("P-256", 64, False),
    "ES384": ("P-384", 96, False),
    "RS256": ("RSA", None, False),
    "PS256": ("RSA", None, True),
}
_OF_KEY: Final = {"P-256": "ES256", "P-384": "ES384", "RSA": "RS256"}
_UNDERSTOOD: Final = frozenset({"b64", "sigT"})
_KNOWN: Final = frozenset(  # of JAdES, clause 5.2: not evaluated here
    {"x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "sigD"}
)
LEEWAY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal taken apart; nothing is verified yet. ``payload`` is what was sealed, as it came."""

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One question about a seal: outcome ``passed``, ``failed`` or ``could-not-tell``."""

    code: str
    outcome: str
    reason: str
    detail: str


def make(document: bytes, *, signer: Signer, chain: Sequence[Certificate], at: datetime) -> bytes:
    """Seal exact bytes; gives the flattened JSON form.

    ``chain`` begins with the certificate of the signer's key; the anchor may be left out. ``at`` is
    the claimed time of sealing. Raises ``UsageError`` ``usage.certificate`` or ``usage.key-type``.
    """
    if signer.algorithm not in _OF_KEY:
        raise UsageError(
            "usage.key-type",
            f"A seal is made with a P-256, P-384 or RSA key, not with {signer.algorithm}.",
        )
    _check_own(chain, signer, at)
    header = {
        "alg": _OF_KEY[signer.algorithm],
        "typ": "jose+json",
        "cty": "vc+ld+json",
        "x5t#S256": b64url_encode(certificates.thumbprint(chain[0])),
        "x5c": [_standard(certificates.der(one)) for one in chain],
        "iat": int(at.timestamp()),
    }
    protected, payload = b64url_encode(orjson.dumps(header)), b64url_encode(document)
    signature = signer.sign(f"{protected}.{payload}".encode(), digest=None)
    sealed = {
        "payload": payload,
        "protected": protected,
        "signature": b64url_encode(signature),
    }
    return orjson.dumps(sealed)


def _check_own(chain: Sequence[Certificate], signer: Signer, at: datetime) -> None:
    """Nothing is sealed with a certificate that others would refuse."""
    if not chain:
        raise UsageError("usage.certificate", "There is no certificate to seal with.")
    try:
        key = certificates.public_key(chain[0])
        certificates.check_use(chain[0])
        certificates.check_period(chain[0], at)
    except CheckFailed as error:
        raise UsageError("usage.certificate", error.detail) from None
    if key != signer.public_key:
        raise UsageError(
            "usage.certificate",
            "The first certificate is not that of the key; put the seal's own certificate first.",
        )


def _standard(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def is_seal(tree: Mapping[str, Any]) -> bool:
    """Whether a JSON object has the members of a JWS in JSON form."""
    return "payload" in tree and ("signatures" in tree or "signature" in tree)


def parse(data: bytes) -> Seal:
    """Take a seal apart: compact, flattened or general JSON form.

    Raises ``ReadError`` ``read.seal`` or ``read.too-large``, or what ``parse_json`` raises.
    """
    if len(data) > MAX_DOCUMENT_BYTES * 2:
        raise ReadError("read.too-large", f"The seal has {len(data):,} bytes.")
    text = data.strip(b" \t\r\n")
    if text[:1] == b"{":
        return from_tree(parse_json(text))
    parts = text.split(b".")
    if len(parts) != 3:
        raise ReadError("read.seal", "This is no seal: neither a JWS in JSON nor a compact one.")
    first, payload, signature = (part.decode("ascii", "replace") for part in parts)
    return _apart(first, payload, signature)


def from_tree(tree: Any) -> Seal:
    """A seal in JSON form, parsed already."""
    if not isinstance(tree, Mapping) or not isinstance(tree.get("payload"), str):
        raise ReadError("read.seal", "This is no seal: it has no payload that is text.")
    one = tree
    if "signatures" in tree:
        many = tree["signatures"]
        if not isinstance(many, list) or len(many) != 1 or not isinstance(many[0], Mapping):
            raise ReadError("read.seal", "Only documents with exactly one signature are read.")
        one = many[0]
        if "signature" in tree or "protected" in tree:
            raise ReadError("read.seal", "The seal has one signature beside a list of them.")
    protected, signature = one.get("protected"), one.get("signature")
    if not isinstance(protected, str) or not isinstance(signature, str):
        raise ReadError("read.seal", "The seal has no protected header or no signature.")
    return _apart(protected, tree["payload"], signature)


def _apart(protected: str, payload: str, signature: str) -> Seal:
    header = parse_json(_decode(protected, "header"))
    if not isinstance(header, dict):
        raise ReadError("read.seal", "The seal's header is no JSON object.")
    encoded = header.get("b64", True) is not False
    return Seal(
        header,
        _decode(payload, "payload") if encoded else payload.encode("utf-8", "surrogatepass"),
        _decode(signature, "signature"),
        f"{protected}.{payload}".encode("utf-8", "surrogatepass"),
    )


def _decode(text: str, name: str) -> bytes:
    try:
        return b64url_decode(text)
    except MultibaseError as error:
        raise ReadError("read.seal", f"The seal's {name} is not base64url: {error}") from None


def chain_of(seal: Seal) -> tuple[Certificate, ...]:
    """The certificates of ``x5c``; the first must be the one that ``x5t#S256`` names.

    Raises ``CheckFailed`` ``issuer-key.certificate`` or ``issuer-key.thumbprint``, ``CouldNotTell``
    ``issuer-key.no-certificate``.
    """
    given = seal.header.get("x5c")
    if given is None:
        raise CouldNotTell(
            "issuer-key.no-certificate", "The seal does not bring its certificate (x5c)."
        )
    if not isinstance(given, list) or not 0 < len(given) <= certificates.MAX_CHAIN:
        raise CheckFailed("issuer-key.certificate", "The header's x5c is no list of certificates.")
    chain = tuple(certificates.read_der(_certificate(one)) for one in given)
    wanted = seal.header.get("x5t#S256")
    if wanted is not None and wanted != b64url_encode(certificates.thumbprint(chain[0])):
        raise CheckFailed(
            "issuer-key.thumbprint",
            "The header names another certificate than it brings (x5t#S256).",
        )
    return chain


def _certificate(text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise CheckFailed(
            "issuer-key.certificate", "A certificate in the header is not base64."
        ) from None


def check_header(seal: Seal) -> None:
    """Whether the header is one that can be relied on.

    Raises ``CheckFailed``: ``proof.seal-algorithm``, ``proof.seal-crit``, ``proof.seal-header``;
    ``CouldNotTell`` ``proof.not-evaluated``.
    """
    algorithm = seal.header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise CheckFailed(
            "proof.seal-algorithm",
            f"The algorithm {str(algorithm)[:40]!r} is not accepted for seals; "
            f"{', '.join(ALGORITHMS)} are.",
        )
    _check_critical(seal.header)
    if not isinstance(seal.header.get("b64", True), bool):
        raise CheckFailed("proof.seal-header", "The header's b64 is neither true nor false.")
    if "b64" in seal.header and "b64" not in seal.header.get("crit", ()):
        raise CheckFailed(
            "proof.seal-crit", "The header has b64 without saying so in crit (RFC 7797)."
        )


def _check_critical(header: Mapping[str, Any]) -> None:
    named = header.get("crit", ["sigT"] if "sigT" in header else [])
    if not isinstance(named, list) or ("crit" in header and not named):
        raise CheckFailed(
            "proof.seal-crit", "The header's crit is no list of names (RFC 7515 §4.1.11)."
        )
    for name in named:
        if not isinstance(name, str) or name not in header:
            raise CheckFailed(
                "proof.seal-crit", f"crit names {str(name)[:40]!r}, which is not there."
            )
        if name not in _UNDERSTOOD | _KNOWN:
            raise CheckFailed(
                "proof.seal-crit", f"The header asks for {name[:40]!r}, which is not known here."
            )
    open_ = sorted((header.keys() & _KNOWN) & {*named, "sigD"})
    if open_:
        raise CouldNotTell(
            "proof.not-evaluated", f"The seal demands {open_[0]!r} of JAdES; it is not read here."
        )


def check_signature(seal: Seal, certificate: Certificate) -> None:
    """Whether the certificate's key made the signature.

    Raises ``CheckFailed``: ``proof.key-type``, ``proof.encoding``, ``proof.signature``, or what the
    key is refused for.
    """
    kind, length, pss = ALGORITHMS[seal.header["alg"]]
    key = certificates.public_key(certificate)
    if key.algorithm != kind:
        raise CheckFailed(
            "proof.key-type",
            f"The header says {seal.header['alg']}, but the certificate's key is {key.algorithm}.",
        )
    if length is not None and len(seal.signature) != length:
        raise CheckFailed(
            "proof.encoding", f"The signature has {len(seal.signature)} bytes, not {length}."
        )
    if not key.verify(seal.signature, seal.signing_input, pss=pss):
        raise CheckFailed(
            "proof.signature", "The seal does not fit: the document was changed after sealing."
        )


def sealed_at(seal: Seal) -> datetime:
    """The claimed time of sealing; raises ``CheckFailed`` ``key-time.claimed``."""
    claimed = [
        moment
        for moment in (_number(seal.header.get("iat")), _text(seal.header.get("sigT")))
        if moment is not None
    ]
    wanted = len(seal.header.keys() & {"iat", "sigT"})
    if not claimed or len(claimed) != wanted or len(set(claimed)) != 1:
        raise CheckFailed(
            "key-time.claimed", "The seal does not say clearly when it was made (iat or sigT)."
        )
    return claimed[0]


def _number(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**40:
        return None
    return datetime.fromtimestamp(value, UTC) if value < 253_402_300_800 else None


def _text(value: Any) -> datetime | None:
    """JAdES clause 5.2.1: UTC with a Z and whole seconds."""
    if not isinstance(value, str) or not value.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None


def check_time(seal: Seal, certificate: Certificate, now: datetime) -> datetime:
    """Whether the certificate was good when the seal was made, which was not in the future.

    Gives the time. Raises ``CheckFailed`` ``key-time.claimed``, ``key-time.future``,
    ``key-time.certificate``.
    """
    at = sealed_at(seal)
    if at > now + LEEWAY:
        raise CheckFailed("key-time.future", f"The seal says it is of {at:%Y-%m-%d %H:%M} UTC.")
    certificates.check_period(certificate, at)
    return at


def check(
    data: bytes, *, anchors: Sequence[Certificate], now: datetime
) -> tuple[Seal | None, tuple[Row, ...]]:
    """Everything that can be told about a seal: the seal, and a row a question.

    Codes are those of the report: ``read``, ``proof`` (does it fit), ``issuer-key`` (whose it is),
    ``key-time`` (was the certificate good then), ``status`` (is it revoked: never told here).
    Never raises for a bad seal.
    """
    try:
        seal = parse(data)
    except (CheckFailed, CouldNotTell) as error:
        return None, (_fault("read", error),)
    rows = [Row("read", "passed", "read.ok", "It can be read as a JWS with a header of its own.")]
    return seal, (*rows, *judge(seal, anchors=anchors, now=now))


def judge(seal: Seal, *, anchors: Sequence[Certificate], now: datetime) -> tuple[Row, ...]:
    """The rows on a seal that could be read."""
    try:
        check_header(seal)
        chain = chain_of(seal)
        check_signature(seal, chain[0])
    except (CheckFailed, CouldNotTell) as error:
        return (_fault("proof", error),)
    name = certificates.owner(chain[0])
    return (
        Row("proof", "passed", "proof.ok", "The seal fits: every byte is as it was sealed."),
        _run("issuer-key", lambda: _whose(seal, chain, anchors, name)),
        _run("key-time", lambda: _when(seal, chain[0], now)),
        Row(
            "status",
            "could-not-tell",
            "status.certificate",
            "Whether the certificate was revoked is not looked up.",
        ),
    )


def _whose(
    seal: Seal, chain: Sequence[Certificate], anchors: Sequence[Certificate], name: str
) -> str:
    certificates.check_use(chain[0])
    try:
        anchor = certificates.check_vouched(chain, anchors, sealed_at(seal))
    except CouldNotTell as error:
        raise CouldNotTell(error.reason, f"The certificate names {name}. {error.detail}") from None
    return f"The certificate is that of {name}; {certificates.owner(anchor)} vouches for it."


def _when(seal: Seal, certificate: Certificate, now: datetime) -> str:
    at = check_time(seal, certificate, now)
    return f"The certificate was good at {at:%Y-%m-%dT%H:%M:%SZ}, the claimed time of sealing."


def _run(code: str, step: Callable[[], str]) -> Row:
    try:
        return Row(code, "passed", f"{code}.ok", step())
    except (CheckFailed, CouldNotTell) as error:
        return _fault(code, error)


def _fault(code: str, error: StackmarkError) -> Row:
    outcome = "could-not-tell" if isinstance(error, CouldNotTell) else "failed"
    return Row(code, outcome, error.reason, error.detail)
