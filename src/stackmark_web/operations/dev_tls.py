"""A certificate for trying things out over HTTPS on one's own machine; nobody else trusts it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stackmark.adapters.files import write_atomic, write_private
from stackmark.adapters.locks import folder_lock

_LIFE: Final = timedelta(days=90)
_LEFT: Final = timedelta(days=7)
_HERE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Pair:
    """Where certificate and key are, and the SHA-256 of the certificate to compare by eye."""

    certificate: Path
    key: Path
    fingerprint: str


def pair(folder: Path, *, now: datetime, hosts: Iterable[str] = ()) -> Pair:
    """The certificate kept in ``folder``; a new one when there is none that will do.

    For this machine's own names and ``hosts``, 90 days from ``now``. Its key is readable by its
    owner only.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = list(dict.fromkeys([*_HERE, *(host.strip("[]") for host in hosts if host)]))
    where = folder / "certificate.pem", folder / "key.pem"
    with folder_lock(folder):
        found = _kept(*where)
        if found is None or not _serves(found, wanted, now):
            found = _make(*where, wanted, now)
    return Pair(*where, found.fingerprint(hashes.SHA256()).hex(":"))


def _kept(certificate: Path, key: Path) -> x509.Certificate | None:
    """The certificate that lies there, if its key lies beside it; what is broken is none."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None
    return found if private.public_key() == found.public_key() else None


def _serves(found: x509.Certificate, wanted: list[str], now: datetime) -> bool:
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    told = set(names.get_values_for_type(x509.DNSName))
    told |= {str(one) for one in names.get_values_for_type(x509.IPAddress)}
    return found.not_valid_before_utc <= now < found.not_valid_after_utc - _LEFT and told >= set(
        wanted
    )


def _make(certificate: Path, key: Path, wanted: list[str], now: datetime) -> x509.Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stackmark, for trying out")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(int.from_bytes(os.urandom(16)) | 1 << 126)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in wanted]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(key, pem, force=True)
    write_atomic(certificate, made.public_bytes(Encoding.PEM))
    return made


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text.encode("idna").decode("ascii"))
