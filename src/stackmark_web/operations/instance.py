"""One database, one key store: a number in both says that they belong together (F23).

``keys/instance.json`` holds the number and which folder it was written for. A copy of the whole
data folder is another folder, an old database has a lower number or older lists than the key
store has seen, and a restored one knows where its original was: each of them refuses to sign.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.errors import StackmarkError, UsageError
from stackmark_web.operations import facts, marks, places
from stackmark_web.tenancy.models import SigningKey

LOCK: Final = "running.lock"
FACT: Final = "instance"
MOVING: Final = "moving"  # a copy that does not count yet, until it has taken over
_FRESH: Final = 5.0  # seconds an answer stands; a signature in between asks nothing
_asked: Final[dict[str, tuple[float, str]]] = {}


@dataclass(frozen=True, slots=True)
class Instance:
    """``number`` grows with every restore; ``token`` tells two of the same number apart."""

    number: int
    token: str
    folder: int = 0  # the inode of the key folder it was written for
    origin: str = ""  # data folder of the system a restored one was made from
    host: str = ""  # … and the machine that was on


def in_keys(folder: Path | None = None) -> Instance | None:
    """What the key store says; None where it says nothing."""
    try:
        tree = orjson.loads(read_limited((folder or places.keys()) / places.INSTANCE, 4096))
        return _read(tree)
    except (StackmarkError, orjson.JSONDecodeError):
        return None


def in_database(using: str = DEFAULT_DB_ALIAS) -> Instance | None:
    """What the database says; None where it says nothing."""
    return _read(facts.get(FACT, using=using))


def lives(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether a database is the one that the key store belongs to."""
    return _fit(in_keys(), in_database(using))


def _fit(here: Instance | None, there: Instance | None) -> bool:
    one, other = ((side.number, side.token) if side else None for side in (here, there))
    return one is not None and one == other


def is_unfinished(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether a database is a copy whose move was cut off: nobody has worked on it."""
    return facts.get(MOVING, using=using) is not None and not lives(using)


def _read(tree: Any) -> Instance | None:
    try:
        return Instance(
            int(tree["number"]),
            str(tree["token"]),
            int(tree.get("folder", 0)),
            str(tree.get("origin", "")),
            str(tree.get("host", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def found() -> None:
    """At a start: a system that has no number yet gets one; what has one is left as it is."""
    here, there = in_keys(), in_database()
    if here is None:
        here = there or Instance(1, secrets.token_hex(8))
        _write_keys(here)
    elif there is None and SigningKey.everywhere.exists():
        return  # keys of before the number, beside a key store that has one: somebody must look
    if there is None:
        write_database(here)


def take_over(*, at_least: int = 1, origin: str = "", host: str = "") -> Instance:
    """A higher number than either side has, written to both: others may not sign any more."""
    numbers = [one.number + 1 for one in (in_keys(), in_database()) if one is not None]
    fresh = Instance(max([at_least, *numbers]), secrets.token_hex(8), 0, origin, host)
    write_database(fresh)
    _write_keys(fresh)
    facts.remove(MOVING)
    _asked.clear()
    return fresh


def disown(number: int, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """The database belongs to no key store until ``take_over``: a restore is under way."""
    write_database(Instance(number, secrets.token_hex(8)), using=using)


def disown_copy(using: str) -> None:
    """The same for a copy that is being moved to; ``is_unfinished`` until it takes over."""
    facts.put(MOVING, {}, using=using)
    disown(0, using=using)


def write_database(one: Instance | None, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Note the number in the database."""
    if one is not None:
        facts.put(FACT, {"number": one.number, "token": one.token}, using=using)


def _write_keys(one: Instance) -> None:
    folder = places.keys()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tree = {
        "number": one.number,
        "token": one.token,
        "folder": folder.stat().st_ino,
        "origin": one.origin,
        "host": one.host,
    }
    write_atomic(folder / places.INSTANCE, orjson.dumps(tree), mode=0o600)


def why_not() -> str:
    """Why this system must not sign, as a sentence; empty when it may. Asked anew every 5 s."""
    where = str(places.keys())
    at, answer = _asked.get(where, (float("-inf"), ""))
    if time.monotonic() - at > _FRESH:
        answer = _why_not()
        _asked[where] = time.monotonic(), answer
    return answer


def ask_anew() -> None:
    """Forget the last answer."""
    _asked.clear()


def _why_not() -> str:
    here = in_keys()
    if here is None:
        return ""  # never started as a server: a library of tests, or the first start to come
    if here.folder != places.keys().stat().st_ino:
        return _(
            "The key store is a copy: it was made for another folder. If the other system is "
            "switched off for good, run “stackmark-web take-over” here."
        )
    if is_unfinished():
        return _(
            "This database is a copy whose move was cut off. Set DATABASE_URL to the database it "
            "was moved from, which is as it was, and run “stackmark-web move-database” again."
        )
    if not _fit(here, in_database()):
        return _(
            "The database and the key store do not belong together: another system has taken "
            "over, or one of them is from an old copy. Nothing is signed."
        )
    if marks.behind(marks.read()):
        return _(
            "The database is older than what was published with these keys. It was put back "
            "without “stackmark-web restore”. Nothing is signed."
        )
    return _original_runs(here)


def _original_runs(here: Instance) -> str:
    if not here.origin or here.host != socket.gethostname():
        return ""
    if Path(here.origin) == places.data() or not runs(Path(here.origin)):
        return ""
    return (
        _(
            "The system this one was restored from is still running in %s. Stop it first; two of "
            "them must not sign."
        )
        % here.origin
    )


def runs(folder: Path) -> bool:
    """Whether a server or worker runs on a data folder of this machine."""
    try:
        handle = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def running() -> Iterator[None]:
    """While a server or worker runs: many may, and nothing is restored under them."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """While the whole system is exchanged. Raises ``UsageError`` when a server or worker runs."""
    with _locked(fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    handle = os.open(places.data() / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, kind)
        yield
    finally:
        os.close(handle)


def _take(handle: int, kind: int) -> None:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError("usage.busy", _still_running(kind)) from None


def _still_running(kind: int) -> str:
    if kind == fcntl.LOCK_SH:
        return f"A restore or move is going on in {places.data()}. Wait until it has ended."
    return (
        f"A server or worker runs on {places.data()}. Stop it first (SIGTERM, or "
        "“systemctl stop stackmark”), then try again."
    )
