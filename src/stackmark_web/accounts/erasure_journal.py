"""Who was erased, kept outside the database, so that a restore does not bring them back (F22).

``DATA/erasures.jsonl`` has one line an erasure: a salt, SHA-256 of salt and id, and the day. The
file tells nobody who was here; with the ids of a restored database it tells who must go again.
A line is on the disk before the erasure is committed: one too many is harmless, one too few is not.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings

from stackmark.adapters.locks import folder_lock
from stackmark_web import clock

NAME: Final = "erasures.jsonl"
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: ``digest`` is SHA-256 of salt, a colon and the id, in hexadecimal."""

    salt: str
    digest: str
    day: str

    def is_of(self, user_id: object) -> bool:
        """Whether it is the erasure of this person."""
        return self.digest == self.hash(self.salt, user_id)

    @staticmethod
    def hash(salt: str, user_id: object) -> str:
        """What ``digest`` is for a person under a salt."""
        return hashlib.sha256(f"{salt}:{user_id}".encode()).hexdigest()


def append(user_id: object) -> None:
    """Note that this person is being erased; on the disk when this returns. Raises ``OSError``."""
    write([_entry(user_id)])


def write(new: Iterable[Entry], *, folder: Path | None = None) -> None:
    """Add entries that are not there yet, as lines of their own; a torn last line is closed."""
    where = folder or settings.DATA
    with folder_lock(where):
        known = {(one.salt, one.digest) for one in entries(folder=where)}
        lines = [_line(one) for one in new if (one.salt, one.digest) not in known]
        if lines:
            _append(where / NAME, b"".join(lines))


def entries(*, folder: Path | None = None) -> list[Entry]:
    """What was noted, oldest first; a line cut by a crash is left out."""
    path = (folder or settings.DATA) / NAME
    return parse(path.read_bytes()) if path.exists() else []


def parse(data: bytes) -> list[Entry]:
    """The entries of a journal's bytes."""
    found = (_read(line) for line in data.splitlines())
    return [one for one in found if one is not None]


def erased_among(user_ids: Iterable[object], journal: Iterable[Entry] | None = None) -> list[Any]:
    """Which of these people were erased once, as this journal (or the one here) says."""
    known: dict[str, set[str]] = {}
    for one in entries() if journal is None else journal:
        known.setdefault(one.salt, set()).add(one.digest)
    return [
        user_id
        for user_id in user_ids
        if any(Entry.hash(salt, user_id) in digests for salt, digests in known.items())
    ]


def _entry(user_id: object) -> Entry:
    """With the salt of the entry before, so that looking somebody up is one hash a salt."""
    before = entries()
    salt = before[-1].salt if before else secrets.token_hex(16)
    return Entry(salt, Entry.hash(salt, user_id), clock.today().isoformat())


def _line(entry: Entry) -> bytes:
    fields = {"salt": entry.salt, "sha256": entry.digest, "day": entry.day}
    return orjson.dumps(fields) + b"\n"


def _read(line: bytes) -> Entry | None:
    try:
        tree = orjson.loads(line)
        return Entry(str(tree["salt"]), str(tree["sha256"]), str(tree["day"]))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None


def _append(path: Path, data: bytes) -> None:
    handle = os.open(path, _FLAGS, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (b"\n" if torn else b"") + data)
        os.fsync(handle)
    finally:
        os.close(handle)
