"""Whether the SQLite file is the one that was worked on, or a copy without its journal (F38).

While a server runs, the newest changes are in the write-ahead file beside the database. The
database itself says which file it is (its inode) and that it is open. A copy of the main file
alone says "open" under another inode, and has no write-ahead file beside it.
"""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from stackmark_web.operations import facts

FACT = "file"


def path() -> Path | None:
    """The database file; None for one in memory, or none at all."""
    if connection.vendor != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    return None if name == ":memory:" or name.startswith("file:") else Path(name)


def note_open() -> None:
    """A server begins to work on this file."""
    _note(open_now=True)


def note_closed() -> None:
    """The last one has ended: a copy of the main file alone is whole from now on."""
    _note(open_now=False)


def _note(*, open_now: bool) -> None:
    here = path()
    if here is None or not here.exists():
        return
    told = {"inode": here.stat().st_ino, "open": open_now}
    if facts.get(FACT) != told:
        facts.put(FACT, told)
    with connection.cursor() as cursor:  # into the main file, so that a copy of it says so
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def is_copied_alone() -> bool:
    """Whether the newest changes may be missing."""
    here, told = path(), facts.get(FACT)
    if here is None or not here.exists() or not isinstance(told, dict):
        return False
    return bool(told.get("open")) and told.get("inode") != here.stat().st_ino and not _had_wal(here)


def _had_wal(here: Path) -> bool:
    """Whether a write-ahead file came along; opening the database makes an empty one."""
    wal = here.with_name(here.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0
