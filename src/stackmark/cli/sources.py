"""What ``verify`` was pointed at: files, folders, zips, addresses, stdin, files of many lines."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.limits import MAX_IMAGE_BYTES

if TYPE_CHECKING:
    from stackmark.ports import Fetcher

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_LINE: Final = 2 * 1024 * 1024  # bytes of a line that are looked at; documents have fewer
_GAP: Final = 100  # empty lines that may stand between the first and the second document
_TOKEN: Final = re.compile(
    rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:~[A-Za-z0-9_.-]*)*\Z"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One document to judge: where it came from, and its bytes or why there are none."""

    source: str
    data: bytes | StackmarkError


def is_many(sources: Iterable[str]) -> bool:
    """Whether the answer is a list: several sources, a folder, a zip, or a file of lines."""
    names = list(sources)
    if len(names) != 1:
        return True
    name = names[0]
    if name == "-" or _WEB.match(name):
        return False
    path = Path(name)
    return path.is_dir() or (path.is_file() and (_file_is_zip(path) or _file_is_lines(path)))


def find(
    sources: Iterable[str], fetcher: Fetcher, *, besides: Path | None = None
) -> Iterator[Found]:
    """Every document in order of its path; lines of one file in their own order.

    ``besides``: the map of what may be fetched. In a folder it is no document, nor is what it
    names, nor the note beside it in an unpacked passport.

    Raises ``UsageError`` ``usage.file`` before the first one when a file is missing.
    """
    from stackmark.adapters.files import walk_sources

    aside = _set_aside(besides, sources := list(sources))
    entries: list[tuple[str, Path | None]] = []
    for name in dict.fromkeys(sources):
        if name == "-" or _WEB.match(name):
            entries.append((name, None))
        else:
            inside = Path(name).is_dir()
            entries += (
                (str(path), path)
                for path in walk_sources([name])
                if not (inside and (_is_manifest(path) or path.resolve() in aside))
            )
    if not entries:
        raise UsageError("usage.file", "There is no file in the folder.")
    for name, path in sorted(entries, key=lambda entry: entry[0]):
        if path is not None:
            yield from _of_file(name, path)
        elif name == "-":
            yield Found(name, _stdin())
        else:
            yield Found(name, _fetched(name, fetcher))


def _set_aside(besides: Path | None, sources: list[str]) -> frozenset[Path]:
    """The files of folders that belong to a map of documents, the map itself among them."""
    from stackmark.adapters.documents import files_of_map
    from stackmark.reading.archives import INDEX_NAME, MAP_NAME, NOTE_NAME, PAGE_NAME, SIDE_FOLDERS

    maps = [Path(name) / MAP_NAME for name in sources]  # of an unpacked passport
    found = [] if besides is None else [besides, *files_of_map(besides)]
    for one in [*maps, *([] if besides is None else [besides])]:
        named = _unpacked(one, files_of_map)
        if named:
            found += [one, *named]
            found += [one.with_name(name) for name in (NOTE_NAME, INDEX_NAME, PAGE_NAME)]
            beside = (one.with_name(name.rstrip("/")) for name in SIDE_FOLDERS)
            found += [path for folder in beside for path in folder.rglob("*")]
    return frozenset(path.resolve() for path in found)


def _unpacked(where: Path, files_of_map: Callable[[Path], list[Path]]) -> list[Path]:
    """What the map of an unpacked passport names; nothing when it is another file."""
    try:
        named = files_of_map(where) if where.is_file() else []
    except (StackmarkError, OSError, ValueError):
        return []
    return named if all(path.parent == where.parent / "documents" for path in named) else []


def _fetched(url: str, fetcher: Fetcher) -> bytes | StackmarkError:
    try:
        return fetcher.fetch(url)
    except StackmarkError as error:
        return error


def _stdin() -> bytes | StackmarkError:
    data = sys.stdin.buffer.read(MAX_IMAGE_BYTES + 1)
    if len(data) > MAX_IMAGE_BYTES:
        return ReadError("read.too-large", f"Over {MAX_IMAGE_BYTES:,} bytes came in.")
    return data


def _of_file(name: str, path: Path) -> Iterator[Found]:
    from stackmark.adapters.files import read_limited

    if _file_is_zip(path):
        yield from _of_zip(name, path)
        return
    if _file_is_lines(path):
        yield from _lines(name, path)
        return
    try:
        yield Found(name, read_limited(path, MAX_IMAGE_BYTES))
    except StackmarkError as error:
        # What is there but cannot be read is an answer about this source, not about the run.
        yield Found(name, ReadError("read.file", error.detail))


def _file_is_zip(path: Path) -> bool:
    from stackmark.reading.archives import is_zip

    try:
        with path.open("rb") as file:
            return is_zip(file.read(4))
    except OSError:
        return False


def _of_zip(name: str, path: Path) -> Iterator[Found]:
    """Each entry by itself; an archive that is not opened is one answer."""
    from stackmark.adapters.files import read_limited
    from stackmark.reading.archives import MAX_TOTAL_BYTES, credentials_of, read_zip

    try:
        entries = credentials_of(read_zip(read_limited(path, MAX_TOTAL_BYTES)))
    except StackmarkError as error:
        yield Found(name, ReadError("read.archive", error.detail))
        return
    for entry in sorted(entries, key=lambda one: one.name):
        yield Found(f"{name}/{entry.name}", entry.data)


def _file_is_lines(path: Path) -> bool:
    """Whether each line is a document: by what the first two lines hold, or by the name."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LINE).strip()
            second = next(
                (line for _ in range(_GAP) if (line := file.readline(_LINE).strip())), b""
            )
    except OSError:
        return False
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return True
    return bool(second) and _is_document(first) and (second[:1] == b"{" or _is_document(second))


def _is_document(line: bytes) -> bool:
    return (line.startswith(b"{") and line.endswith(b"}") and len(line) > 2) or bool(
        _TOKEN.match(line)
    )


def _lines(name: str, path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for number, line in _bounded_lines(file):
            if isinstance(line, bytes):
                if line.strip():
                    yield Found(f"{name}:{number}", line.strip(b" \t\r\n"))
            else:
                yield Found(f"{name}:{number}", line)


def _bounded_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | ReadError]]:
    number = 0
    while line := file.readline(_LINE):
        number += 1
        if len(line) < _LINE or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_LINE)
        yield number, ReadError("read.too-large", f"Line {number} has over {_LINE:,} bytes.")


def lines_of(path: Path) -> Iterator[tuple[int, bytes | ReadError]]:
    """The lines of a file that hold something, each with its number from 1.

    A line that is too long is a ``ReadError`` in its place. Raises ``UsageError`` ``usage.file``.
    """
    try:
        with path.open("rb") as file:
            for number, line in _bounded_lines(file):
                if not isinstance(line, bytes):
                    yield number, line
                elif line.strip():
                    yield number, line.strip(b" \t\r\n\xef\xbb\xbf")
    except OSError as error:
        raise UsageError("usage.file", f"{path}: {error.strerror}.") from None


def _is_manifest(path: Path) -> bool:
    """The list that ``issue`` leaves in its folder is no credential."""
    if path.name != "manifest.jsonl":
        return False
    try:
        with path.open("rb") as file:
            first = file.readline(_LINE)
    except OSError:
        return False
    return b'"sha256":' in first and b'"@context"' not in first
