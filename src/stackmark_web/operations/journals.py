"""What was issued and which letters left, noted outside the database (F22).

``DATA/journal/issued-YYYY-MM.jsonl``: one line a credential: its list, index, id and SHA-256.
``DATA/journal/letters.bin``: sixteen bytes a letter, a hash of its key. No personal data, about
200 bytes a credential. A restore reads both: the first to list what the database lost, the second
so that no letter leaves twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from stackmark.adapters.files import write_atomic
from stackmark.status.allocate import Allocation, allocate
from stackmark_web import clock
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.operations import facts, places

LETTERS: Final = "letters.bin"
SENT_BEFORE: Final = "letters-before-restore.bin"
CURSOR: Final = "issued.cursor"
COUNT: Final = "issued"
SIZE: Final = 16  # bytes of a letter's hash
_BATCH: Final = 500
_PATIENCE: Final = 3600  # seconds an index that was given may wait for its signature
_MOST_WAITING: Final = 20_000  # more is a list that was closed, not given to its end


# -- credentials -----------------------------------------------------------------------------


def note_issued() -> int:
    """Note every index given since the last time, with what was signed for it. How many."""
    folder = _folder()
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _note_issued(folder)
    except BlockingIOError:
        return 0  # another worker is at it
    finally:
        os.close(handle)


def _note_issued(folder: Path) -> int:
    before = _cursor(folder)
    cursor = {pk: dict(mark) for pk, mark in before.items()}
    lines = [line for row in StatusList.everywhere.all() for line in _of_list(row, cursor)]
    if lines:
        append(folder / f"issued-{clock.now():%Y-%m}.jsonl", b"".join(lines), sync=True)
        facts.put(COUNT, int(facts.get(COUNT) or 0) + len(lines))
    if cursor != before:
        write_atomic(folder / CURSOR, orjson.dumps(cursor), mode=0o600)
    return len(lines)


def _of_list(row: StatusList, cursor: dict[str, Any]) -> Iterator[bytes]:
    """The lines of one list, ``cursor`` moved past them."""
    mark = cursor.setdefault(str(row.pk), {"next": 0, "waiting": {}})
    if row.next <= mark["next"] and not mark["waiting"]:
        return
    now = int(clock.now().timestamp())
    waiting = {int(index): since for index, since in mark["waiting"].items()}
    waiting |= dict.fromkeys(_given(row, mark["next"]), now)
    mark["next"] = max(row.next, mark["next"])
    still: dict[str, int] = {}
    for some in _batches(sorted(waiting)):
        signed = _signed(row, some)
        for index in some:
            if index in signed:
                yield _line(row, index, signed[index])
            elif now - waiting[index] < _PATIENCE:
                still[str(index)] = waiting[index]
    mark["waiting"] = still if len(still) <= _MOST_WAITING else {}


def _given(row: StatusList, since: int) -> list[int]:
    """The indexes given since a position."""
    if row.next <= since:
        return []
    _, indexes = allocate(Allocation(row.entries, row.seed, since), row.next - since)
    return list(indexes)


def _signed(row: StatusList, indexes: list[int]) -> dict[int, tuple[str, str]]:
    rows = Award.everywhere.filter(status_list=row, status_index__in=indexes).exclude(sha256="")
    found = rows.values_list("status_index", "pk", "sha256")
    return {int(index): (str(pk), sha256) for index, pk, sha256 in found}


def _line(row: StatusList, index: int, award: tuple[str, str]) -> bytes:
    told = {"at": clock.stamp_now(), "list": str(row.pk), "index": index}
    return orjson.dumps({**told, "id": award[0], "sha256": award[1]}) + b"\n"


def issued(folder: Path | None = None) -> Iterator[dict[str, Any]]:
    """Every line of every month, oldest first; a line cut by a crash is left out."""
    for path in sorted((folder or places.journal()).glob("issued-*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                try:
                    tree = orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue
                if isinstance(tree, dict) and "list" in tree:
                    yield tree


def begin_anew() -> None:
    """At a restore: what every list has given counts as noted; only what comes is news."""
    rows = StatusList.everywhere.values_list("pk", "next")
    cursor = {str(pk): {"next": given, "waiting": {}} for pk, given in rows}
    write_atomic(_folder() / CURSOR, orjson.dumps(cursor), mode=0o600)


def _cursor(folder: Path) -> dict[str, Any]:
    try:
        tree = orjson.loads((folder / CURSOR).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return tree if isinstance(tree, dict) else {}


# -- letters ---------------------------------------------------------------------------------


def may_send(key: str) -> bool:
    """Whether a letter may leave; noted as sent. Not when it left before a restore."""
    mark = letter_mark(key)
    if was_sent_before(mark):
        return False
    append(_folder() / LETTERS, mark, sync=False)
    return True


def letter_mark(key: str) -> bytes:
    """What the journal holds of a letter."""
    return hashlib.sha256(key.encode()).digest()[:SIZE]


def was_sent_before(mark: bytes) -> bool:
    """Whether it is among the letters that had left before the last restore."""
    path = places.journal() / SENT_BEFORE
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as rows:
        return _found(rows, mark)


def _found(rows: mmap.mmap, mark: bytes) -> bool:
    """Search in rows of ``SIZE`` bytes that are in order."""
    low, high = 0, len(rows) // SIZE
    while low < high:
        middle = (low + high) // 2
        if rows[middle * SIZE : (middle + 1) * SIZE] < mark:
            low = middle + 1
        else:
            high = middle
    return rows[low * SIZE : (low + 1) * SIZE] == mark


def freeze_letters(more: Iterable[bytes] = ()) -> int:
    """At a restore: what has left so far is never sent again. How many letters those are."""
    folder = _folder()
    found = {mark for name in (LETTERS, SENT_BEFORE) for mark in letters_in(folder / name)}
    found.update(more)
    write_atomic(folder / SENT_BEFORE, b"".join(sorted(found)), mode=0o600)
    (folder / LETTERS).unlink(missing_ok=True)
    return len(found)


def letters_in(path: Path) -> Iterator[bytes]:
    """What a journal of letters holds; nothing when it is not there."""
    data = path.read_bytes() if path.exists() else b""
    return (data[at : at + SIZE] for at in range(0, len(data) - SIZE + 1, SIZE))


# -- files -----------------------------------------------------------------------------------


def append(path: Path, data: bytes, *, sync: bool) -> None:
    """Add bytes at the end of a private file."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, data)
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)


def _folder() -> Path:
    path = places.journal()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _batches(values: list[int]) -> Iterator[list[int]]:
    return (values[at : at + _BATCH] for at in range(0, len(values), _BATCH))
