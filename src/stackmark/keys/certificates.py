"""X.509 certificates (RFC 5280): reading, what they allow, and who vouches for them.

Thin over the wheel's own path building. Nothing is fetched: revocation is not looked at here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import verification
from cryptography.x509.oid import NameOID

from stackmark.errors import CheckFailed, CouldNotTell, UsageError
from stackmark.keys.public import PublicKey

MAX_CHAIN: Final = 10
MAX_ANCHORS: Final = 2_000
MAX_PEM_BYTES: Final = 8 * 1024 * 1024

Certificate = x509.Certificate
Kind = TypeVar("Kind", bound=x509.ExtensionType)


def read_pem(data: bytes, what: str, most: int = MAX_CHAIN) -> tuple[Certificate, ...]:
    """The certificates of a PEM file, in its order; ``what`` begins the sentences about it.

    Raises ``UsageError`` ``usage.certificate``.
    """
    if len(data) > MAX_PEM_BYTES:
        raise UsageError("usage.certificate", f"{what} has {len(data):,} bytes.")
    try:
        found = tuple(x509.load_pem_x509_certificates(data))
    except ValueError:
        raise UsageError(
            "usage.certificate", f"{what} holds no certificates in PEM, or broken ones."
        ) from None
    if len(found) > most:
        raise UsageError("usage.certificate", f"{what} has {len(found):,} certificates.")
    return found


def read_der(data: bytes) -> Certificate:
    """A certificate in DER; raises ``CheckFailed`` ``issuer-key.certificate``."""
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError:
        raise CheckFailed(
            "issuer-key.certificate", "A certificate is broken or of an odd form."
        ) from None


def der(certificate: Certificate) -> bytes:
    """The certificate as bytes."""
    return certificate.public_bytes(Encoding.DER)


def thumbprint(certificate: Certificate) -> bytes:
    """SHA-256 over the certificate in DER (RFC 7515 section 4.1.8)."""
    return hashlib.sha256(der(certificate)).digest()


def public_key(certificate: Certificate) -> PublicKey:
    """Its key; raises ``CheckFailed`` ``issuer-key.…`` for one that is weak or not supported."""
    try:
        found = certificate.public_key()
    except ValueError:
        raise CheckFailed("issuer-key.unsupported", "The certificate's key is not known.") from None
    return PublicKey.from_pem(found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def owner(certificate: Certificate) -> str:
    """Whom it names: organisation or person, its registered number, and the country."""
    parts = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    name = next(filter(None, (_name(certificate, oid) for oid in parts)), "")
    more = [_name(certificate, NameOID.ORGANIZATION_IDENTIFIER)]
    more.append(_name(certificate, NameOID.COUNTRY_NAME))
    rest = ", ".join(filter(None, more))
    return f"{name} ({rest})" if rest and name else name or certificate.subject.rfc4514_string()


def organisation(certificate: Certificate) -> tuple[str, str]:
    """The registered number (such as VATIE-1234567A) and the name of the organisation."""
    return (
        _name(certificate, NameOID.ORGANIZATION_IDENTIFIER),
        _name(certificate, NameOID.ORGANIZATION_NAME),
    )


def alternative_names(certificate: Certificate) -> tuple[frozenset[str], frozenset[str]]:
    """The addresses and the host names it is for (RFC 5280 section 4.2.1.6)."""
    found = _extension(certificate, x509.SubjectAlternativeName)
    if found is None:
        return frozenset(), frozenset()
    addresses = found.get_values_for_type(x509.UniformResourceIdentifier)
    return frozenset(addresses), frozenset(found.get_values_for_type(x509.DNSName))


def _name(certificate: Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value).strip()[:200] if found else ""


def check_use(certificate: Certificate) -> None:
    """Whether it may be used for seals and signatures: RFC 5280 section 4.2.1.3, EN 319 412-3.

    A certificate that vouches for itself is marked as an authority's by most tools (``openssl req
    -x509``), and need not be one; who trusts it has to name it itself.

    Raises ``CheckFailed`` ``issuer-key.key-usage``.
    """
    usage = _extension(certificate, x509.KeyUsage)
    if usage and not (usage.digital_signature or usage.content_commitment):
        raise CheckFailed(
            "issuer-key.key-usage", "The certificate's key is not for signatures or seals."
        )
    basic = _extension(certificate, x509.BasicConstraints)
    if basic and basic.ca and certificate.issuer != certificate.subject:
        raise CheckFailed(
            "issuer-key.key-usage", "The certificate is that of a certification authority."
        )


def _extension(certificate: Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except ValueError:
        raise CheckFailed(
            "issuer-key.certificate", "The certificate's extensions cannot be read."
        ) from None


def check_period(certificate: Certificate, at: datetime) -> None:
    """Whether it was in its period; raises ``CheckFailed`` ``key-time.certificate``."""
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= at <= end:
        raise CheckFailed(
            "key-time.certificate",
            f"The certificate is good from {start:%Y-%m-%d} to {end:%Y-%m-%d}, "
            f"but it was used on {at.astimezone(UTC):%Y-%m-%d}.",
        )


def check_vouched(
    chain: Sequence[Certificate], anchors: Sequence[Certificate], at: datetime
) -> Certificate:
    """The anchor that vouches for the first certificate of a chain (RFC 5280 section 6).

    Raises ``CouldNotTell`` ``issuer-key.anchor`` where no anchor vouches for it:
    that says nothing against the seal, only that its maker is not known.
    """
    leaf, *between = chain
    if leaf in anchors:
        return leaf
    if not anchors:
        raise CouldNotTell(
            "issuer-key.anchor", "No trust anchors were given, so nobody you know vouches for it."
        )
    try:
        found = _verifier(anchors, at).verify(leaf, list(between))
    except verification.VerificationError as error:
        text = str(error).splitlines()[0][:200]
        raise CouldNotTell(
            "issuer-key.anchor", f"None of your trust anchors vouches for it: {text}."
        ) from None
    anchor: Certificate = found.chain[-1]
    return anchor


def _verifier(anchors: Sequence[Certificate], at: datetime) -> Any:
    """The wheel's path building without the demands of the web (names, extended use)."""
    anything = verification.ExtensionPolicy.permit_all()
    authority = anything.require_present(
        x509.BasicConstraints, verification.Criticality.AGNOSTIC, None
    )
    builder = verification.PolicyBuilder().store(verification.Store(list(anchors))).time(at)
    policies = {"ca_policy": authority, "ee_policy": anything}
    return builder.extension_policies(**policies).build_client_verifier()
