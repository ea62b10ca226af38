"""The institutions people can sign in with, read from the files the settings name (TOML).

A file that cannot be used stops the start (``checks.py``) with its name, the provider and what to
write. Which addresses of a provider count as verified is said here and nowhere else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NAME: Final = re.compile(r"[a-z0-9-]{1,40}")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]{2,}")


@dataclass(frozen=True, slots=True)
class Provider:
    """One institution. ``domains``: of which mail domains it vouches for an address."""

    name: str
    title: str
    kind: str  # oidc or saml
    issuer: str  # OIDC issuer, or entity id of the SAML identity provider
    domains: frozenset[str]
    client_id: str = ""
    client_secret: str = ""
    client_auth: str = "basic"
    scopes: tuple[str, ...] = ()
    sso_url: str = ""
    certificates: tuple[str, ...] = ()
    subject: str = ""  # SAML attribute that identifies a person
    mail: str = ""
    called: str = ""

    def vouches_for(self, email: str) -> bool:
        """Whether an address this provider names counts as shown."""
        return email.rpartition("@")[2].lower() in self.domains


def providers() -> tuple[Provider, ...]:
    """All of them, in the order of the files."""
    return _read(settings.OIDC_FILE, "oidc") + _read(settings.SAML_FILE, "saml")


def provider(name: str) -> Provider | None:
    """One by its word in addresses."""
    return next((one for one in providers() if one.name == name), None)


@lru_cache(maxsize=8)
def _read(path: str, kind: str) -> tuple[Provider, ...]:
    if not path:
        return ()
    variable = f"STACKMARK_{kind.upper()}"
    try:
        tree = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError:
        raise ImproperlyConfigured(f"{variable} names {path}, which cannot be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{variable}: {path} is no TOML: {error}") from None
    rows = tree.get("provider", [])
    if not isinstance(rows, list) or not rows or set(tree) != {"provider"}:
        raise ImproperlyConfigured(f"{variable}: {path} has to hold tables [[provider]] only.")
    found = tuple(_one(row, kind, f"{variable}, provider {n}") for n, row in enumerate(rows, 1))
    if len({one.name for one in found}) != len(found):
        raise ImproperlyConfigured(f"{variable}: two providers have the same name.")
    return found


def _one(row: Mapping[str, Any], kind: str, where: str) -> Provider:
    known = _OIDC if kind == "oidc" else _SAML
    odd = sorted(set(row) - known)
    if odd:
        raise ImproperlyConfigured(f"{where}: {odd[0]} is not known; known are {sorted(known)}.")
    name = _text(row, "name", where)
    if not _NAME.fullmatch(name):
        raise ImproperlyConfigured(f"{where}: name is written with a-z, 0-9 and -.")
    common = {
        "name": name,
        "title": _text(row, "title", where),
        "kind": kind,
        "domains": _domains(row, where),
    }
    return _oidc(row, common, where) if kind == "oidc" else _saml(row, common, where)


_OIDC: Final = frozenset(
    {"name", "title", "issuer", "client_id", "client_secret", "client_secret_file"}
    | {"client_auth", "scopes", "mail_domains"}
)
_SAML: Final = frozenset(
    {"name", "title", "entity_id", "sso_url", "certificates", "subject"}
    | {"mail", "called", "mail_domains"}
)


def _oidc(row: Mapping[str, Any], common: dict[str, Any], where: str) -> Provider:
    auth = str(row.get("client_auth", "basic"))
    if auth not in ("basic", "post"):
        raise ImproperlyConfigured(f"{where}: client_auth is basic or post.")
    return Provider(
        **common,
        issuer=_https(row, "issuer", where),
        client_id=_text(row, "client_id", where),
        client_secret=_secret(row, where),
        client_auth=auth,
        scopes=tuple(row.get("scopes", ("openid", "email", "profile"))),
    )


def _saml(row: Mapping[str, Any], common: dict[str, Any], where: str) -> Provider:
    paths = row.get("certificates", [])
    if not isinstance(paths, list) or not paths:
        raise ImproperlyConfigured(f"{where}: certificates lists PEM files of the provider.")
    return Provider(
        **common,
        issuer=_text(row, "entity_id", where),
        sso_url=_https(row, "sso_url", where),
        certificates=tuple(_certificate(str(path), where) for path in paths),
        subject=str(row.get("subject", "urn:oasis:names:tc:SAML:attribute:subject-id")),
        mail=str(row.get("mail", "urn:oid:0.9.2342.19200300.100.1.3")),
        called=str(row.get("called", "urn:oid:2.16.840.1.113730.3.1.241")),
    )


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise ImproperlyConfigured(f"{where}: {key} is missing.")
    return value.strip()


def _https(row: Mapping[str, Any], key: str, where: str) -> str:
    value = _text(row, key, where)
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.fragment or parts.query:
        raise ImproperlyConfigured(f"{where}: {key} is an https address.")
    return value


def _domains(row: Mapping[str, Any], where: str) -> frozenset[str]:
    given = row.get("mail_domains", [])
    if not isinstance(given, list) or not all(
        isinstance(one, str) and _DOMAIN.fullmatch(one.lower()) for one in given
    ):
        raise ImproperlyConfigured(f"{where}: mail_domains lists names like uni.example.")
    return frozenset(one.lower() for one in given)


def _secret(row: Mapping[str, Any], where: str) -> str:
    if "client_secret" in row:
        return _text(row, "client_secret", where)
    path = _text(row, "client_secret_file", where)
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError:
        raise ImproperlyConfigured(f"{where}: {path} cannot be read.") from None


def _certificate(path: str, where: str) -> str:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        data = Path(path).read_bytes()
        load_pem_x509_certificate(data)
    except (OSError, ValueError):
        raise ImproperlyConfigured(f"{where}: {path} is no certificate in PEM.") from None
    return data.decode("ascii")
