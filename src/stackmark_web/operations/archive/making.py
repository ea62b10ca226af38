"""Write a backup: one moment of the database, and the files that belong to it.

The database comes first and the files after it, so that lists and journals are never older than
what the database says of them; the heads of the audit log come before it, for they must not know
of more than it does. The server may go on meanwhile.
"""

from __future__ import annotations

import hashlib
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import erasure_journal
from stackmark_web.awarding.models import Award
from stackmark_web.operations import (
    connecting,
    facts,
    instance,
    leftovers,
    marks,
    places,
    rows,
    schema,
)
from stackmark_web.operations.archive.members import Manifest, Writer

SQLITE: Final = "database/stackmark.sqlite3"
ROWS: Final = "database/rows/"
COUNTERS: Final = "database/counters.json"
LAST: Final = "last-backup"
_MAX_FILE: Final = 64 * 1024 * 1024  # of a small file that is read in one piece


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: where it is, what is in it, and sentences for whoever made it."""

    path: Path
    manifest: Manifest
    sentences: tuple[str, ...]


def make(target: Path, *, passphrase: bytes | None, with_keys: bool) -> Made:
    """Write a backup to ``target``; nothing stands there until it is complete.

    Raises ``UsageError``: ``usage.exists``, ``usage.busy``, ``usage.file``, ``backup.schema``.
    """
    _check(target)
    at = clock.now()
    try:
        with (
            leftovers.part(target) as out,
            leftovers.scratch("backup") as scratch,
            _writing(out, passphrase) as writer,
        ):
            _folder(writer, places.data() / places.HEADS, places.HEADS)
            about = _database(writer, scratch)
            _files(writer)
            keys = _keys(writer, sealed=passphrase is not None) if with_keys else ()
            manifest = writer.finish(
                {"made_at": at.isoformat(), **_about(), **about, "keys": list(keys)}
            )
    except OSError as error:
        raise UsageError(
            "usage.file",
            f"{target} could not be written, or the copy that is made for it in {places.data()}: "
            f"{error.strerror}. Both need room, and the right to write. No backup was made.",
        ) from None
    except sqlite3.Error as error:
        told = f"The database cannot be copied into {places.data()}: {error}."
        raise _none_made(error, told) from None
    except DatabaseError as error:
        if not connecting.damage(error):
            raise
        raise _none_made(error, "") from None
    facts.put(LAST, {"at": at.isoformat(), "rows": about["credentials"]["rows"]})
    return Made(target, manifest, tuple(_sentences(keys, passphrase, with_keys=with_keys)))


def _none_made(error: Exception, told: str) -> UsageError:
    if damage := connecting.damage(error):
        told = f"{damage} {connecting.PUT_BACK}"
    return UsageError("backup.database", f"{told} No backup was made.")


def _check(target: Path) -> None:
    leftovers.refuse_taken(target)
    if not target.parent.is_dir():
        raise UsageError("usage.file", f"There is no folder {target.parent}; make it first.")
    state = schema.state()
    if not state.fits:
        raise UsageError(
            "backup.schema",
            "The database does not fit this version. Run “stackmark-web migrate” first, or use "
            "the version that the database was used with.",
        )


@contextmanager
def _writing(out: Any, passphrase: bytes | None) -> Iterator[Writer]:
    writer = Writer(out, passphrase)
    try:
        yield writer
    except BaseException:
        writer.abandon()
        raise


# -- the database ----------------------------------------------------------------------------


def _database(writer: Writer, scratch: Path) -> dict[str, Any]:
    if connection.vendor == "sqlite":
        return _sqlite(writer, scratch)
    return _rows(writer, scratch)


def _sqlite(writer: Writer, scratch: Path) -> dict[str, Any]:
    """A copy by SQLite itself: one moment, whoever writes meanwhile."""
    copy = scratch / "copy.sqlite3"
    copy_sqlite(copy)
    with connecting.beside(connecting.sqlite_at(copy)):
        about = {"database": "sqlite", "credentials": credentials(connecting.OTHER).told()}
        about["tables"] = {
            one._meta.db_table: _count(one, connecting.OTHER) for one in rows.tables()
        }
    settle(copy)
    writer.add_file(SQLITE, copy)
    return about


def copy_sqlite(target: Path) -> None:
    """The database in use, as it stands at one moment, in a file of its own."""
    connection.ensure_connection()
    other = sqlite3.connect(target)
    try:
        connection.connection.backup(other)
    finally:
        other.close()
    settle(target)


def settle(path: Path) -> None:
    """One file, with no write-ahead file beside it."""
    other = sqlite3.connect(path)
    try:
        other.execute("PRAGMA journal_mode=DELETE")
    finally:
        other.close()


def _rows(writer: Writer, scratch: Path) -> dict[str, Any]:
    """Every row, read in one transaction that sees one moment (REPEATABLE READ)."""
    tables: dict[str, int] = {}
    with rows.one_moment(DEFAULT_DB_ALIAS):
        numbers = rows.counters(DEFAULT_DB_ALIAS)
        signed = credentials(DEFAULT_DB_ALIAS).told()
        for model in rows.tables():
            path = scratch / "rows"
            with path.open("wb") as file:
                done = rows.Sum()
                for row in rows.read(model):
                    line = rows.encode(model, row)
                    done.count += 1
                    file.write(line + b"\n")
            writer.add_file(f"{ROWS}{model._meta.label_lower}.jsonl", path)
            tables[model._meta.db_table] = done.count
    writer.add_bytes(COUNTERS, orjson.dumps(numbers))
    return {"database": "rows", "credentials": signed, "tables": tables}


def _count(model: Any, using: str) -> int:
    return int(model._base_manager.using(using).count())


def credentials(using: str) -> rows.Sum:
    """Count and digest of all signed credentials: their ids with their exact bytes."""
    done = rows.Sum()
    signed = Award.everywhere.using(using).filter(signed__isnull=False).order_by()
    for pk, data in signed.values_list("pk", "signed").iterator(chunk_size=100):
        done.add(str(pk).encode() + hashlib.sha256(bytes(data)).digest())
    return done


# -- files -----------------------------------------------------------------------------------


def _files(writer: Writer) -> None:
    marks.note_all()
    for name in (places.LISTS, places.JOURNAL, places.MARKS, f"{places.VC_API}/status"):
        _folder(writer, places.data() / name, name)
    if places.media().is_dir():
        _folder(writer, places.media(), "media")
    journal = places.data() / erasure_journal.NAME
    if journal.exists():
        writer.add_bytes(erasure_journal.NAME, journal.read_bytes())


def _folder(writer: Writer, folder: Path, name: str) -> None:
    """Files as they are when they are read: all of ours are replaced whole or only grow."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        inside = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or any(p.startswith(".") for p in inside.parts):
            continue
        try:
            if path.stat().st_size <= _MAX_FILE:
                writer.add_bytes(f"{name}/{inside.as_posix()}", path.read_bytes())
            else:
                writer.add_file(f"{name}/{inside.as_posix()}", path)
        except FileNotFoundError:  # taken away since the folder was listed
            continue


def _keys(writer: Writer, *, sealed: bool) -> tuple[str, ...]:
    """Sealed key files; what opens them only when the backup is sealed itself."""
    done = []
    for path in sorted(places.keys().glob("*.key")):
        writer.add_bytes(f"{places.KEYS}/{path.name}", path.read_bytes())
        done.append(path.name)
    for path in sorted((places.data() / places.VC_API).glob("*.key")):  # sealed as well
        writer.add_bytes(f"{places.VC_API}/{path.name}", path.read_bytes())
        done.append(f"{places.VC_API}/{path.name}")
    for name in places.SECRETS if sealed else ():
        path = places.data() / name
        if path.exists():
            writer.add_bytes(f"secrets/{name}", path.read_bytes())
            done.append(name)
    return tuple(done)


def _about() -> dict[str, Any]:
    here = instance.in_keys()
    return {
        "product": schema.product_version(),
        "identity": str(settings.IDENTITY_URL),
        "instance": here.number if here else 0,
        "migrations": sorted(f"{app}.{name}" for app, name in schema.applied()),
        "data": str(places.data()),
        "host": socket.gethostname(),
        "signer": str(settings.SIGNER).partition(":")[0],
    }


def _sentences(
    keys: tuple[str, ...], passphrase: bytes | None, *, with_keys: bool
) -> Iterator[str]:
    kind = str(settings.SIGNER).partition(":")[0]
    if kind != "file":
        yield f"The private keys are held by the signer ({kind}:…) and are not in the backup."
    elif not with_keys:
        yield (
            f"The private keys are not in it: they are in {places.keys()}, and what opens them in "
            f"{places.data() / 'key-passphrase'} or STACKMARK_KEY_PASSPHRASE. Keep copies, or use "
            "--with-keys."
        )
    elif passphrase is None:
        yield (
            "The sealed keys are in it. What opens them (key-passphrase) and secret-key are "
            "not: keep them somewhere else, or seal the backup with --passphrase-file."
        )
    else:
        missing = [name for name in places.SECRETS if name not in keys]
        yield "The keys and what opens them are in it; whoever has its passphrase can sign."
        if missing:
            yield f"Not in it, for they are set by the environment: {', '.join(missing)}."


def check_readable(path: Path) -> None:
    """Raises ``UsageError`` when there is nothing to read at a path."""
    if not path.is_file():
        raise UsageError("usage.file", f"There is no file {path}.")


def read_passphrase(path: Path) -> bytes:
    """The passphrase in a file, without the end of its line. Raises ``UsageError``."""
    try:
        found = path.read_bytes().strip(b"\r\n")
    except OSError as error:
        raise UsageError("usage.file", f"{path} could not be read: {error.strerror}.") from None
    if len(found) < 8:
        raise UsageError("backup.passphrase", f"The passphrase in {path} is shorter than 8 bytes.")
    return found
