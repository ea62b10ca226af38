"""System checks: what would make a server unsafe or broken, each with an id and a hint.

Those that ask the database carry the tag ``database`` and run at the start of a server or worker
and in ``stackmark-web check --database default``; the others run before every command.
"""

from __future__ import annotations

import ipaddress
import math
import os
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, connection

from stackmark.rendering.fonts import font_folder
from stackmark_web.operations import (
    connecting,
    facts,
    instance,
    places,
    schema,
    sqlite_file,
    starting,
)

_KNOWN: Final = frozenset(
    [
        "changeme",
        "change-me",
        "change_me",
        "secret",
        "password",
        "demo",
        "stackmark",
        "test",
        "example",
        "insecure",
    ]
)
_LOOPBACK: Final = ("localhost", ".localhost")
Check = Callable[..., list[CheckMessage]]


def is_public(url: str) -> bool:
    """Whether people other than those on this machine reach an address."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(_LOOPBACK[1]):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


@register(Tags.security)
def never_in_public(**_: Any) -> list[CheckMessage]:
    """E001, E002: the demo world and full errors are for one's own machine."""
    found: list[CheckMessage] = []
    if settings.DEMO and is_public(settings.PUBLIC_URL):
        found.append(
            _error(
                "E001",
                f"STACKMARK_DEMO is True at {settings.PUBLIC_URL}: anybody may be anybody.",
                "Take STACKMARK_DEMO away, and begin with an empty database.",
            )
        )
    if settings.DEBUG and is_public(settings.PUBLIC_URL):
        found.append(
            _error(
                "E002",
                "STACKMARK_DEBUG is True on a public server: errors would show settings and data.",
                "Take STACKMARK_DEBUG away.",
            )
        )
    return found


@register(Tags.security)
def strong_secrets(**_: Any) -> list[CheckMessage]:
    """E003, E004: secrets that can be guessed."""
    found: list[CheckMessage] = []
    if why := weakness(str(settings.SECRET_KEY), bits=128):
        found.append(
            _error(
                "E003",
                f"STACKMARK_SECRET_KEY {why}.",
                "Take the setting away: one is made and kept in the data folder. Or set 50 random "
                "characters.",
            )
        )
    if settings.SIGNER == "file" and (why := weakness(str(settings.KEY_PASSPHRASE), bits=60)):
        found.append(
            _error(
                "E004",
                f"STACKMARK_KEY_PASSPHRASE {why}.",
                "Choose 20 random characters before the first key is made. Keys that are there: "
                "replace them under the new passphrase.",
            )
        )
    return found


def weakness(secret: str, *, bits: float) -> str:
    """Why a secret can be guessed, as the rest of a sentence; empty when it cannot."""
    plain = secret.lower().removeprefix("django-insecure-")
    if any(plain.strip("0123456789!-_. ") == word for word in _KNOWN) or plain != secret.lower():
        return "is one that everybody knows"
    counts = Counter(secret)
    length = len(secret)
    entropy = -sum(n * math.log2(n / length) for n in counts.values()) if length else 0.0
    return "" if entropy >= bits else f"is too easy to guess ({length} characters)"


@register(Tags.security)
def private_files(**_: Any) -> list[CheckMessage]:
    """E005: keys and secrets that others on this machine can read."""
    if os.name != "posix":
        return []
    open_to_others = [
        path
        for path in _secret_files()
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if not open_to_others:
        return []
    names = ", ".join(map(str, open_to_others[:5]))
    return [
        _error(
            "E005",
            f"Others on this machine may read {names}.",
            f"chmod go-rwx {' '.join(map(str, open_to_others[:5]))}",
        )
    ]


def _secret_files() -> Iterator[Path]:
    yield from (places.data() / name for name in places.SECRETS)
    if settings.SIGNER == "file":
        yield places.keys()
        yield from sorted(places.keys().glob("*.key"))


@register()
def folders(**_: Any) -> list[CheckMessage]:
    """E007, E008: places that must take files."""
    found: list[CheckMessage] = []
    if why := _unwritable(places.data()):
        found.append(
            _error(
                "E007",
                f"The data folder {places.data()} cannot be written: {why}.",
                "Let the user that runs the server own it, or set STACKMARK_DATA to another.",
            )
        )
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        why = "there is none"
    else:
        why = _unwritable(folder)
    if why:
        found.append(
            _error(
                "E008",
                f"The folder for temporary files cannot be used: {why}.",
                "Mount /tmp, or set TMPDIR to a folder that can be written.",
            )
        )
    return found


def _unwritable(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


@register()
def fonts(**_: Any) -> list[CheckMessage]:
    """E009: certificates cannot be set without our fonts."""
    folder = font_folder()
    if folder.is_dir() and any(one.name.endswith((".ttf", ".otf")) for one in folder.iterdir()):
        return []
    return [
        _error(
            "E009",
            "The fonts of Stackmark are missing: no certificate can be drawn.",
            "The installation is incomplete. Install the package stackmark again.",
        )
    ]


@register(Tags.database)
def tables(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """E010, E011, E014, E018: no database, or tables that do not belong to the code."""
    if not databases:
        return []
    try:
        state = schema.state()
    except DatabaseError as error:
        return [_no_database(error)]
    found: list[CheckMessage] = []
    if state.pending:
        found.append(
            _error(
                "E010",
                f"The database lacks {len(state.pending)} migrations, first {state.pending[0]}.",
                "Make a backup, then run: stackmark-web migrate",
            )
        )
    if state.unknown:
        found.append(
            _error(
                "E011",
                f"The database is newer than this version: it has {state.unknown[0]}.",
                "Start the version that the database was used with, everywhere.",
            )
        )
    return found


def _no_database(error: DatabaseError) -> CheckMessage:
    if damage := connecting.damage(error):
        return _error("E018", damage, connecting.PUT_BACK)
    told = " ".join(str(error).split())[:200]
    return _error(
        "E014",
        f"The database {connecting.named(connection.settings_dict)} cannot be reached: {told}",
        "Is it running, and is DATABASE_URL right? Host, port, user and password stand in it.",
    )


@register(Tags.database)
def same_system(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """E006, E012, E017, W013: another file, address or key store than before, or half a move."""
    if not databases:
        return []
    try:
        if not schema.state().fits:
            return []
        return [*_whole_file(), *_same_identity(), *_same_instance()]
    except DatabaseError:
        return []


def _whole_file() -> Iterator[CheckMessage]:
    if connection.vendor == "sqlite" and sqlite_file.is_copied_alone():
        yield _error(
            "E006",
            f"{sqlite_file.path()} was copied without its write-ahead file (-wal) while a server "
            "worked on it: the newest changes are missing.",
            "Copy the -wal file too, or use stackmark-web backup and restore. To go on without "
            "what is missing: stackmark-web take-over",
        )


def _same_identity() -> Iterator[CheckMessage]:
    before = facts.get(starting.IDENTITY)
    if before is not None and before != str(settings.IDENTITY_URL):
        yield _error(
            "E012",
            f"STACKMARK_IDENTITY_URL is {settings.IDENTITY_URL}, but this system signs for "
            f"{before}. That address stands in every credential.",
            f"Set STACKMARK_IDENTITY_URL={before}",
        )


def _same_instance() -> Iterator[CheckMessage]:
    instance.ask_anew()
    if instance.is_unfinished():
        yield _error("E017", instance.why_not(), "See “Cut off” in how-to/move-to-postgresql.")
    elif why := instance.why_not():
        yield Caution(
            why,
            hint="See “Two copies” in how-to/back-up-and-restore. If a restore was cut off: run it "
            "again, with --replace.",
            id="stackmark.W013",
        )


@register()
def mail(**_: Any) -> list[CheckMessage]:
    """W015: letters that reach nobody."""
    kind = str(settings.EMAIL_BACKEND)
    if is_public(settings.PUBLIC_URL) and kind.endswith(
        ("filebased.EmailBackend", "console.EmailBackend")
    ):
        return [
            Caution(
                "Letters are written to a folder or to the terminal and reach nobody.",
                hint="Set EMAIL_URL to your mail server.",
                id="stackmark.W015",
            )
        ]
    return []


@register(Tags.security)
def encrypted(**_: Any) -> list[CheckMessage]:
    """W016: passwords in the clear."""
    if is_public(settings.PUBLIC_URL) and not settings.PUBLIC_URL.startswith("https:"):
        return [
            Caution(
                f"{settings.PUBLIC_URL} is not https: passwords and sessions travel in the clear.",
                hint="Put a reverse proxy with a certificate in front of it.",
                id="stackmark.W016",
            )
        ]
    return []


def _error(number: str, text: str, hint: str) -> CheckMessage:
    return Error(text, hint=hint, id=f"stackmark.{number}")
