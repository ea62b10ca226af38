"""A certification authority of our own, and certificates for seals."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from stackmark.keys import PrivateKey

START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def name(text, number=None):
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "IE"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{text} seal"),
    ]
    if number:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, number))
    return x509.Name(parts)


def usage(*, ca=False, sealing=True):
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    on = {"key_cert_sign", "crl_sign"} if ca else {"content_commitment"} if sealing else set()
    on |= set() if sealing or ca else {"key_agreement"}
    return x509.KeyUsage(**{one: one in on for one in names})


class Authority:
    """A CA: ``certificate``, and others it vouches for."""

    def __init__(self, text="Test CA", issuer=None, start=START, end=END):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = certify(
            self.key.public_key(),
            name(text),
            issuer or self,
            text,
            ca=True,
            start=start,
            end=end,
        )

    def leaf(self, key, *, start=START, end=END, sealing=True, ca=False):
        subject = name("Northfield University", "VATIE-1234567A")
        return certify(key, subject, self, "leaf", start=start, end=end, sealing=sealing, ca=ca)


def certify(key, subject, issuer, text, *, start, end, ca=False, sealing=True):
    by = getattr(issuer, "certificate", None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.subject if by is not None else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage(ca=ca, sealing=sealing), critical=True)
        .sign(issuer.key, hashes.SHA256())
    )


def new_key(kind="p256"):
    """A raw key and our signer for it."""
    made = {
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "rsa": lambda: rsa.generate_private_key(65_537, 2048),
    }[kind]()
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made, PrivateKey.from_pem(pem)


def pem(*chain):
    return b"".join(one.public_bytes(Encoding.PEM) for one in chain)
