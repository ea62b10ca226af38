"""What a disk may hold after the power was cut, from a record of every write (``recording.c``).

The model is that of a journalling file system: names change in order, and what a flush of any
file or folder finds in the journal is durable with it. The bytes of a file are durable once it is
flushed; of what came after, each sector may be there or not, in any order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

_HEAD = struct.Struct("<cQqII")
_SECTOR = 512
_FORGOTTEN = "-shm"  # shared memory: nobody counts on it after a restart


@dataclass(frozen=True)
class Entry:
    """One line of the record."""

    what: str
    inode: int
    offset: int
    path: str
    data: bytes


def entries(record: Path) -> list[Entry]:
    """A whole record, in order."""
    data, at, found = record.read_bytes(), 0, []
    while at < len(data):
        what, inode, offset, path, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name, body = data[at : at + path], data[at + path : at + path + length]
        at += path + length
        found.append(Entry(what.decode(), inode, offset, name.decode(), body))
    return found


@dataclass
class Disk:
    """The state after some of the record, as far as it is certain, and what is under way."""

    names: dict[str, int | None]  # path → inode, None for a folder
    bytes: dict[int, bytearray]
    journal: list[Entry] = field(default_factory=list)
    pending: dict[int, list[Entry]] = field(default_factory=dict)
    promised: list[bytes] = field(default_factory=list)
    fed: int = 0

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """A folder that has been at rest."""
        names: dict[str, int | None] = {}
        held = {}
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            if path.is_dir():
                names[name] = None
            else:
                names[name] = path.stat().st_ino
                held[path.stat().st_ino] = bytearray(path.read_bytes())
        return cls(names, held)

    def feed(self, entry: Entry) -> None:
        """Go one entry on."""
        self.fed += 1
        if entry.what == "a":
            self.promised += entry.data.splitlines()
        elif entry.what == "f":
            for one in self.pending.pop(entry.inode, ()):
                _change(self.bytes.setdefault(entry.inode, bytearray()), one, one.data)
            for one in self.journal:
                _name(self.names, one)
            self.journal.clear()
        elif entry.what in "wt":
            self.pending.setdefault(entry.inode, []).append(entry)
        else:
            if entry.what == "c":  # an inode may be that of a file that is gone
                self.bytes[entry.inode] = bytearray()
                self.pending.pop(entry.inode, None)
            self.journal.append(entry)

    def after_a_cut(self, random: Random, folder: Path) -> None:
        """Write one of the states that may be found after the power is back."""
        names = dict(self.names)
        for one in self.journal[: random.randint(0, len(self.journal))]:
            _name(names, one)
        kept = random.choice((0.0, 0.5, 0.9, 1.0))
        folder.mkdir()
        for name, inode in sorted(names.items()):
            if name.endswith(_FORGOTTEN):
                continue
            path = folder / name
            if inode is None:
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self._torn(inode, random, kept))

    def _torn(self, inode: int, random: Random, kept: float) -> bytes:
        found = bytearray(self.bytes.get(inode, b""))
        for one in self.pending.get(inode, ()):
            if one.what == "t":
                if random.random() < kept:
                    _change(found, one, b"")
                continue
            for start in range(0, len(one.data), _SECTOR):
                if random.random() < kept:
                    part = one.data[start : start + _SECTOR]
                    _change(found, Entry("w", inode, one.offset + start, "", part), part)
        return bytes(found)


def _change(held: bytearray, entry: Entry, data: bytes) -> None:
    if entry.what == "t":
        del held[entry.offset :]
        held.extend(bytes(entry.offset - len(held)))
        return
    held.extend(bytes(max(0, entry.offset - len(held))))
    held[entry.offset : entry.offset + len(data)] = data


def _name(names: dict[str, int | None], entry: Entry) -> None:
    if entry.what == "c":
        names[entry.path] = entry.inode
    elif entry.what == "m":
        names[entry.path] = None
    elif entry.what in "ud":
        names.pop(entry.path, None)
    elif entry.what == "l":
        names[entry.data.decode()] = names[entry.path]
    elif entry.path in names:
        to = entry.data.decode()
        moved = {one for one in names if one == entry.path or one.startswith(f"{entry.path}/")}
        for one in moved:
            names[to + one.removeprefix(entry.path)] = names.pop(one)
