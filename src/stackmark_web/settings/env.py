"""The only reader of the environment. Every variable is listed here with its meaning.

A wrong value is refused at start with its name; a secret may come from a file named by the same
variable with ``_FILE`` at its end.
"""

from __future__ import annotations

import os
import secrets
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

VARIABLES = {
    "STACKMARK_DATA": "Folder of the database, keys and published lists (default: ./var).",
    "STACKMARK_PUBLIC_URL": "Where people reach this server (default: http://127.0.0.1:8000).",
    "STACKMARK_IDENTITY_URL": "The https address that credentials and DIDs name (default: the "
    "public address, or https://demo.stackmark.example where that is not https).",
    "STACKMARK_SECRET_KEY": "Secret of sessions and links (default: made once, kept in the data "
    "folder).",
    "STACKMARK_KEY_PASSPHRASE": "Passphrase of the signing keys on disk (default: made once, kept "
    "in the data folder).",
    "STACKMARK_SIGNER": "Where private keys are: file, command:PROGRAM, unix:SOCKET or "
    "pkcs11:TOKEN (default: file, encrypted in the data folder).",
    "STACKMARK_KEY_TYPE": "Kind of new signing keys: ed25519 or p256 (default: ed25519).",
    "STACKMARK_TRUSTED_PROXIES": "How many reverse proxies stand before this server and add "
    "X-Forwarded-For (default: 0).",
    "STACKMARK_VERIFY_LIMIT": "How many checks one network without an account may ask for in ten "
    "minutes (default: 2000).",
    "STACKMARK_FONT_FOLDERS": "Folders of further fonts for certificates, separated by colons, for "
    "scripts that ours do not draw (default: none).",
    "STACKMARK_VERIFY_PER_MINUTE": "How many documents one network may have checked in a minute "
    "through the API without a token; 0 for no limit (default: 120).",
    "STACKMARK_DEBUG": "True shows errors in full; never on a public server (default: False).",
    "STACKMARK_ALLOWED_HOSTS": "Further host names, separated by commas.",
    "STACKMARK_MAIL_FROM": "Sender of all mail (default: stackmark@ and the public host).",
    "STACKMARK_APPLE_PASS_CERT": "PEM file of Apple's pass type certificate; with the four "
    "below, passes for Apple's Wallet are signed (default: none, previews only).",
    "STACKMARK_APPLE_PASS_KEY": "PEM file of that certificate's private key, not encrypted.",
    "STACKMARK_APPLE_PASS_WWDR": "File of Apple's intermediate certificate (WWDR), PEM or DER.",
    "STACKMARK_APPLE_PASS_TEAM": "Team identifier, ten letters and digits.",
    "STACKMARK_APPLE_PASS_TYPE": "Pass type identifier, such as pass.org.example.credential.",
    "STACKMARK_GOOGLE_PASS_KEY": "JSON key file of a service account; with the issuer id, "
    "links for Google's wallet are signed (default: none, previews only).",
    "STACKMARK_GOOGLE_PASS_ISSUER": "Issuer id of the Google Wallet console.",
    "STACKMARK_DEMO": "True for the demo world: sign-in buttons for its people (default: False).",
    "STACKMARK_LOG": "Form of the log: text, or json with one object a line (default: text).",
    "STACKMARK_METRICS_TOKEN": "Bearer token that opens /metrics from other machines (default: "
    "none, only this machine may ask).",
    "STACKMARK_DEV_TLS": "1 is the same as serve --dev-tls: HTTPS with a certificate made "
    "here, for trying out (default: 0).",
    "STACKMARK_VC_API": "1 switches on the VC API for conformance suites (default: 0).",
    "STACKMARK_VC_API_TOKEN": "Token that callers of the VC API must send; a must on a host that "
    "others reach (default: none).",
    "STACKMARK_VC_API_RESOURCES": "Map file of related resources for the VC API: their digests are "
    "compared with these files (default: none).",
    "PROMETHEUS_MULTIPROC_DIR": "Where the processes of a server share their figures; serve sets "
    "it for those it starts.",
    "DATABASE_URL": "postgres://user:password@host:port/name, or sqlite:FILE (default: SQLite in "
    "the data folder).",
    "STACKMARK_AGE_OF_CONSENT": "Age under which a guardian has to agree; 0 asks nobody for their "
    "age (default: 16).",
    "STACKMARK_OPERATOR": "Who runs this server, by name and postal address, for the privacy "
    "notice (default: the address of STACKMARK_MAIL_FROM).",
    "STACKMARK_OIDC": "File (TOML) that lists institutions people sign in with by OpenID Connect "
    "(default: none).",
    "STACKMARK_SAML": "File (TOML) that lists institutions people sign in with by SAML 2.0 "
    "(default: none).",
    "EMAIL_URL": "smtp://user:password@host:port, smtps://…, or console:, file:FOLDER "
    "(default: file: in the data folder).",
}

_SIGNS = "Signs such as / @ # in a password are written as %2F %40 %23."


def text(name: str, default: str = "") -> str:
    """A variable, or what the file named by its ``_FILE`` twin holds."""
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return os.environ.get(name, default)
    try:
        found = Path(file).read_text("utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which cannot be read: {error.strerror}. The user that runs "
            "this needs the right to read it."
        ) from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which is no text (UTF-8). Write the value itself into it."
        ) from None
    if not found:  # a secret that did not arrive: going on without it would be another system
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which is empty. Write the value into it, or take the "
            "setting away."
        )
    return found


def flag(name: str) -> bool:
    """A variable that is True or False, or 1 or 0; False when it is not set."""
    value = text(name) or "False"
    if value not in ("True", "1", "False", "0"):
        raise ImproperlyConfigured(f'{name} is "{value}"; write True or False.')
    return value in ("True", "1")


def vc_api_token(name: str, *, needed: bool) -> str:
    """The token of the VC API; ``needed`` where others can reach it."""
    value = text(name)
    if not value and needed:
        raise ImproperlyConfigured(
            "STACKMARK_VC_API is on, and others can reach this server: whoever asks would be given "
            f"signatures. Set {name} (openssl rand -hex 32), or switch the VC API off."
        )
    if value and (len(value) < 20 or not value.isascii() or not value.isprintable()):
        raise ImproperlyConfigured(
            f"{name} is shorter than 20 characters or no plain text; make one with: "
            "openssl rand -hex 32"
        )
    return value


def choice(name: str, choices: tuple[str, ...]) -> str:
    """A variable that is one of some words; the first when it is not set."""
    value = text(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f'{name} is "{value}"; write {" or ".join(choices)}.')
    return value


def together(found: dict[str, str]) -> dict[str, str]:
    """Variables that go together, by name: all of them by their last word, or nothing."""
    missing = [name for name, value in found.items() if not value]
    if len(missing) == len(found):
        return {}
    if missing:
        raise ImproperlyConfigured(f"{', '.join(missing)}: set all of {', '.join(found)} or none.")
    return {name.rpartition("_")[2]: value for name, value in found.items()}


def signer(name: str) -> str:
    """Where private keys are; the value is not repeated, for it may hold a PIN."""
    value = text(name) or "file"
    kind, _, rest = value.partition(":")
    if value != "file" and not (kind in ("command", "unix", "pkcs11") and rest):
        raise ImproperlyConfigured(
            f"{name} is not file, command:PROGRAM, unix:PATH or pkcs11:TOKEN (RFC 7512)."
        )
    return value


def count(name: str, default: int) -> int:
    """A variable that is a whole number, zero or more."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f'{name} is "{value}"; write a whole number.')
    return int(value)


def folder(name: str, default: str) -> Path:
    """A folder, made if it is not there."""
    path = Path(text(name) or default).resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's data are in it
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is the folder {path}, which is not there and cannot be made: "
            f"{error.strerror}. Make it, and let the user that runs this own it."
        ) from None
    return path


def for_children(**more: str) -> dict[str, str]:
    """The environment of a process we start: ours, and ``more``."""
    return {**os.environ, **more}


def metrics_folder(data: Path) -> Path | None:
    """Where processes of a server share their figures; prometheus_client wants it in this variable.

    Only ``serve`` sets it, for the processes it starts: other commands leave no files behind.
    """
    value = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not value:
        return None
    path = Path(value) if Path(value).is_absolute() else data / value
    path.mkdir(parents=True, exist_ok=True)
    return path


def folders(name: str) -> tuple[Path, ...]:
    """Folders that are there, separated as on the path of programs."""
    named = [Path(one) for one in text(name).split(os.pathsep) if one]
    for one in named:
        if not one.is_dir():
            raise ImproperlyConfigured(f"{name} names {one}, which is no folder.")
    return tuple(named)


def url(name: str, default: str) -> str:
    """An http(s) address without a path."""
    value = (text(name) or default).rstrip("/")
    parts = _split(value)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or any((parts.path, parts.query, parts.fragment, parts.username))
    ):
        raise ImproperlyConfigured(f'{name} is "{value}"; write it like https://badges.example.org')
    return value


def sender(name: str, default: str) -> str:
    """An address of mail, with or without a name before it."""
    value = text(name) or default
    address = parseaddr(value)[1]
    if not all(address.partition("@")) or " " in address or not value.isprintable():
        raise ImproperlyConfigured(
            f'{name} is "{value}"; write it like Badges <badges@badges.example.org>'
        )
    return value


def _split(value: str) -> SplitResult | None:
    """The parts of an address; None when it is none, or its port is no number."""
    try:
        parts = urlsplit(value)
        fits = parts.port != 0  # asked here, for it is read only now
    except ValueError:
        return None
    return parts if fits else None


def kept_secret(name: str, where: Path) -> str:
    """A secret variable, or one made at the first start and kept in a private file."""
    value = text(name)
    if value:
        return value
    try:
        if not where.exists():
            _make_secret(where)
        return where.read_text("ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{where} holds {name} and cannot be read or made: {error.strerror}. The data folder "
            "and all in it belong to the user that runs the server; run this as that user."
        ) from None


def _make_secret(where: Path) -> None:
    draft = where.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secrets.token_urlsafe(48), "ascii")
        os.link(draft, where)
    except FileExistsError:  # another process was first: take its secret
        pass
    finally:
        draft.unlink()


# SQLite's own 2 MB and 1,000 pages are too little for a run: its indexes over hashes are read and
# written in no order, and pages that do not stay in memory are written many times.
_ROOMY: Final = "PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000;"


def database(name: str, data: Path) -> dict[str, object]:
    """Django's description of the database."""
    return database_at(name, text(name), data)


def database_at(name: str, value: str, data: Path) -> dict[str, object]:
    """As ``database``, for a value that came another way; ``name`` is for what is said of it."""
    kind, _, file = value.partition(":")
    if not value or kind == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(file).resolve() if file else data / "stackmark.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA foreign_keys=ON; " + _ROOMY,
            },
        }
    parts = _split(value)
    if parts is None or parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"{name} is not like postgres://user:password@host:port/name or sqlite:FILE. {_SIGNS}"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def mail(name: str, data: Path) -> dict[str, object]:
    """Django's mail settings."""
    value = text(name) or f"file:{data / 'mail'}"
    scheme, _, rest = value.partition(":")
    if scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": rest,
        }
    parts = _split(value)
    if parts is None or scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is not like smtp://user:password@host:587. {_SIGNS}")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": scheme == "smtps",
        "EMAIL_USE_TLS": scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }
