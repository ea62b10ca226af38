"""Read a zip somebody brought: into memory, within limits, or not at all.

Nothing is ever written to a path from the archive. An archive with anything odd about it is
refused as a whole (security goal A74): names that lead elsewhere, links, doubles, encryption,
overlaps, a local header that disagrees with the directory, more than the limits.

The zip of a passport carries besides the credentials what a check would fetch: ``documents.json``
is a map from URL to the entry that holds the answer. Nothing of it is believed by itself.
``index.json`` says when it was made; ``data``, ``pictures`` and ``evidence`` hold no credentials.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from stackmark.errors import ReadError, StackmarkError
from stackmark.limits import MAX_IMAGE_BYTES
from stackmark.model.strict_json import parse_json

MAX_ENTRIES: Final = 1_200  # 500 credentials, their folders, and what computers add by themselves
MAX_ENTRY_BYTES: Final = MAX_IMAGE_BYTES
MAX_TOTAL_BYTES: Final = 64 * 1024 * 1024  # unpacked, all entries together
MAX_RATIO: Final = 200  # unpacked to packed, of entries over a kilobyte
MAX_NAME: Final = 200  # characters of an entry's name
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED: Final = 0x1 | 0x40  # flag bits: entry, strong encryption
_SIZES_LATER: Final = 0x8  # flag bit: sizes stand after the data
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAP_NAME: Final = "documents.json"
NOTE_NAME: Final = "README.txt"
INDEX_NAME: Final = "index.json"
PAGE_NAME: Final = "index.html"
SIDE_FOLDERS: Final = ("data/", "pictures/", "evidence/")  # of a passport, beside its credentials
_BY_COMPUTERS: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")  # put into archives unasked


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive."""

    name: str
    data: bytes


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip does."""
    return data.startswith(_ZIP_MARKS)


def read_zip(data: bytes) -> list[Entry]:
    """Every file of an archive, in its own order.

    Raises ``ReadError`` ``read.archive`` with a sentence that names the entry.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_whole(archive, entries, data)
            for entry in entries:
                _check_entry(entry, data)
            _check_places(entries)
            return _unpacked(archive, entries)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError) as error:
        raise _refused("it is damaged or of an unknown kind") from error


def credentials_of(entries: list[Entry]) -> list[Entry]:
    """The entries that are there to be judged.

    Left out is what computers add by themselves, and in the zip of a passport the map of
    documents, the documents it names and the note beside it.
    """
    own = [one for one in entries if not _is_added(one.name)]
    named = documents_map(own)
    if named is None:
        return own
    besides = {MAP_NAME, NOTE_NAME, INDEX_NAME, PAGE_NAME, *named.values()}
    return [one for one in own if one.name not in besides and not _is_beside(one.name)]


def made_at(entries: list[Entry]) -> str | None:
    """When a passport says it was made, as it stands there; None when it does not say."""
    found = next((one for one in entries if one.name == INDEX_NAME), None)
    return None if found is None else made_of_index(found.data)


def made_of_index(data: bytes) -> str | None:
    """The time in an ``index.json``, as it stands there."""
    try:
        tree = parse_json(data, max_bytes=MAX_ENTRY_BYTES)
    except StackmarkError:
        return None
    made = tree.get("made") if isinstance(tree, dict) else None
    return made if isinstance(made, str) else None


def _is_beside(name: str) -> bool:
    return name.startswith(SIDE_FOLDERS)


def _is_added(name: str) -> bool:
    return name.startswith(_BY_COMPUTERS[0]) or name.endswith(_BY_COMPUTERS[1:])


def documents_map(entries: list[Entry]) -> dict[str, str] | None:
    """URL → entry, as the zip of a passport has it; None when this is no such zip."""
    names = {one.name for one in entries}
    found = next((one for one in entries if one.name == MAP_NAME), None)
    if found is None:
        return None
    try:
        tree = parse_json(found.data)
    except StackmarkError:
        return None
    # All of it under one folder: a credential lying elsewhere cannot be hidden by being named.
    fits = isinstance(tree, dict) and all(
        isinstance(name, str) and name.startswith("documents/") and name in names
        for name in tree.values()
    )
    return dict(tree) if fits else None


def _refused(why: str, name: str = "") -> ReadError:
    where = f" ({name[:80]!r})" if name else ""
    return ReadError("read.archive", f"The zip was not opened: {why}{where}.")


def _check_whole(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], data: bytes) -> None:
    if len(entries) > MAX_ENTRIES:
        raise _refused(f"it has {len(entries):,} entries; at most {MAX_ENTRIES} are read")
    if archive.comment:
        raise _refused("it carries a comment, in which a second archive could hide")
    if entries and min(entry.header_offset for entry in entries) != 0:
        raise _refused("something stands before its first entry")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise _refused(f"it would unpack to more than {MAX_TOTAL_BYTES:,} bytes")
    seen: set[str] = set()
    for entry in entries:
        folded = entry.filename.casefold()
        if folded in seen:
            raise _refused("it has this name twice", entry.filename)
        seen.add(folded)
    if not data.rstrip(b"\0")[-22:].startswith(b"PK\x05\x06") and data[-22:-18] != b"PK\x05\x06":
        raise _refused("something stands after its end")


def _check_entry(entry: zipfile.ZipInfo, data: bytes) -> None:
    # ``orig_filename`` is the name as it stands there; zipfile cuts its own at a NUL.
    _check_name(entry.orig_filename)
    mode = entry.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused("an entry is a link or a device", entry.filename)
    if entry.flag_bits & _ENCRYPTED:
        raise _refused("an entry is encrypted; export without a password", entry.filename)
    if entry.compress_type not in _METHODS:
        raise _refused("an entry is packed in a way that is not read", entry.filename)
    if entry.file_size > MAX_ENTRY_BYTES:
        raise _refused(f"an entry has more than {MAX_ENTRY_BYTES:,} bytes", entry.filename)
    if entry.file_size > 1024 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise _refused("an entry would unpack to far more than it is", entry.filename)
    _check_local(entry, data)


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if not name or len(name) > MAX_NAME:
        raise _refused("an entry's name is empty or too long", name)
    if "\\" in name or "\0" in name or ":" in parts[0] or not name.isprintable():
        raise _refused("an entry's name holds a character that leads elsewhere", name)
    if name.startswith("/") or ".." in parts or "." in parts:
        raise _refused("an entry's name leads out of the archive", name)


def _check_local(entry: zipfile.ZipInfo, data: bytes) -> None:
    """The entry's own header must say what the directory says: one archive, one reading."""
    at = entry.header_offset
    mark, _, flags, method, _, _, crc, packed, size, name_length, _ = _LOCAL.unpack_from(data, at)
    name = data[at + _LOCAL.size : at + _LOCAL.size + name_length]
    encoding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
    same = (
        mark == _ZIP_MARKS[0]
        and method == entry.compress_type
        and flags == entry.flag_bits
        and name == entry.orig_filename.encode(encoding, "replace")
    )
    if not flags & _SIZES_LATER:
        same = same and (crc, packed, size) == (entry.CRC, entry.compress_size, entry.file_size)
    if not same:
        raise _refused("an entry's two headers disagree", entry.filename)


def _check_places(entries: list[zipfile.ZipInfo]) -> None:
    """No two entries may share bytes."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise _refused("entries overlap", entry.filename)
        end = entry.header_offset + _LOCAL.size + entry.compress_size


def _unpacked(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[Entry]:
    found: list[Entry] = []
    left = MAX_TOTAL_BYTES
    for entry in entries:
        if entry.is_dir():
            continue
        with archive.open(entry) as file:
            data = file.read(min(left, MAX_ENTRY_BYTES) + 1)
        left -= len(data)
        if left < 0 or len(data) > MAX_ENTRY_BYTES:
            raise _refused("it unpacks to more than it says", entry.filename)
        if is_zip(data):
            raise _refused("there is a zip inside the zip; unpack that one first", entry.filename)
        found.append(Entry(entry.filename, data))
    return found
