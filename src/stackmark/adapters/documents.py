"""Fetchers that need no network, and wrappers that count and remember.

The usual stack for one run is ``CachingFetcher(CountingFetcher(HttpFetcher()))``.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from stackmark.adapters.files import read_limited
from stackmark.adapters.urls import shorten
from stackmark.errors import CouldNotTell, StackmarkError, UsageError
from stackmark.limits import MAX_FETCH_BYTES, MAX_FETCHES
from stackmark.model.strict_json import parse_json
from stackmark.reading.archives import (
    INDEX_NAME,
    MAP_NAME,
    MAX_TOTAL_BYTES,
    documents_map,
    is_zip,
    made_at,
    made_of_index,
    read_zip,
)

if TYPE_CHECKING:
    from stackmark.ports import Fetcher

CACHE_BYTES: Final = 64 * 1024 * 1024  # bodies and addresses kept by one run
_ENTRY_COST: Final = 512  # bytes counted for an entry besides its body and address
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")


class DocumentsFetcher:
    """A ``ports.Fetcher`` that knows what it was given and nothing else.

    ``mapping``: absolute URL → body. A fragment in an asked URL is ignored, as on the network.
    """

    def __init__(self, mapping: Mapping[str, bytes]) -> None:
        self._mapping = mapping

    @property
    def mapping(self) -> Mapping[str, bytes]:
        """What was given: absolute URL → body."""
        return self._mapping

    def fetch(self, url: str) -> bytes:
        """The given body. Raises ``CouldNotTell`` with reason ``fetch.not-given``."""
        for key in (url, url.partition("#")[0]):
            if key in self._mapping:
                return self._mapping[key]
        raise CouldNotTell(
            "fetch.not-given", f'"{shorten(url)}" is not among the given documents; add it there.'
        )


def load_map(path: str | Path) -> DocumentsFetcher:
    """The documents named by a map file: a JSON object from URL to file path or inline object.

    A zip with such a map in it, as a passport makes it, gives what its map names.

    Paths are relative to the map's folder and stay inside it. A key ``did:web:…`` means the
    URL of its document. Files are looked for now and read when asked for.

    Raises ``UsageError`` with reasons ``usage.map`` (not such an object), ``usage.map-path`` (a
    path leads outside the folder), ``usage.map-file`` (no such file), ``usage.file``.
    """
    where = Path(path)
    if _is_zip(where):
        return _map_in_zip(where)
    folder = where.parent.resolve()
    bodies: dict[str, bytes | Path] = {}
    for key, value in _read_map(where).items():
        url = _url_of(where, key)
        if url in bodies:
            raise UsageError("usage.map", f"{where} names {shorten(url)} twice; keep one of them.")
        bodies[url] = _body_of(where, folder, key, value)
    return DocumentsFetcher(_Lazy(bodies))


def passport_map(path: Path) -> Path | None:
    """The map of documents of an exported passport; None if it is none.

    ``path`` is its zip, which is a map as well, or the folder it was unpacked into.
    """
    if path.is_dir():
        return path / MAP_NAME if (path / MAP_NAME).is_file() else None
    if not _is_zip(path):
        return None
    try:
        entries = read_zip(read_limited(path, MAX_TOTAL_BYTES))
    except StackmarkError:
        return None  # reading it as a source says what is wrong
    return path if documents_map(entries) is not None else None


def map_made_at(path: Path) -> str | None:
    """When the export that a map belongs to says it was made; None where nothing says so."""
    try:
        if _is_zip(path):
            return made_at(read_zip(read_limited(path, MAX_TOTAL_BYTES)))
        index = path.with_name(INDEX_NAME)
        if path.name == MAP_NAME and index.is_file():
            return made_of_index(read_limited(index, MAX_FETCH_BYTES))
    except StackmarkError:
        pass
    return None


def files_of_map(path: str | Path) -> list[Path]:
    """The files a map names, wherever they are; of a zip none."""
    where = Path(path)
    if _is_zip(where):
        return []
    return [where.parent / one for one in _read_map(where).values() if isinstance(one, str)]


def _is_zip(where: Path) -> bool:
    try:
        with where.open("rb") as file:
            return is_zip(file.read(4))
    except (OSError, ValueError):
        return False  # reading it as a map says what is wrong


def _map_in_zip(where: Path) -> DocumentsFetcher:
    try:
        entries = read_zip(read_limited(where, MAX_TOTAL_BYTES))
    except StackmarkError as error:
        raise UsageError("usage.map", f"The map {where} cannot be read: {error.detail}") from error
    named = documents_map(entries)
    if named is None:
        raise UsageError("usage.map", f"The zip {where} holds no {MAP_NAME} that fits it.")
    bodies = {one.name: one.data for one in entries}
    return DocumentsFetcher({_url_of(where, key): bodies[name] for key, name in named.items()})


class _Lazy(Mapping[str, bytes]):
    """Bodies, some of which are still in their files."""

    def __init__(self, bodies: dict[str, bytes | Path]) -> None:
        self._bodies = bodies

    def __getitem__(self, url: str) -> bytes:
        body = self._bodies[url]
        return read_limited(body, MAX_FETCH_BYTES) if isinstance(body, Path) else body

    def __contains__(self, url: object) -> bool:
        return url in self._bodies

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


def _read_map(where: Path) -> dict[str, Any]:
    try:
        tree = parse_json(read_limited(where, MAX_FETCH_BYTES), max_bytes=MAX_FETCH_BYTES)
    except UsageError:
        raise
    except StackmarkError as error:
        raise UsageError("usage.map", f"The map {where} cannot be read: {error.detail}") from error
    if not isinstance(tree, dict):
        raise UsageError("usage.map", f"The map {where} is not a JSON object from URL to file.")
    return tree


def _url_of(where: Path, key: str) -> str:
    """The URL a key of the map stands for."""
    if key.startswith("did:web:"):
        from stackmark.keys.did import did_web_url

        try:
            return did_web_url(key)
        except StackmarkError as error:
            raise UsageError(
                "usage.map", f'The map {where} has the key "{shorten(key)}": {error.detail}'
            ) from error
    if not _ABSOLUTE.fullmatch(key):
        raise UsageError(
            "usage.map", f'The map {where} has the key "{shorten(key)}", not an absolute URL.'
        )
    return key


def _body_of(where: Path, folder: Path, key: str, value: object) -> bytes | Path:
    if isinstance(value, dict):
        return orjson.dumps(value)
    if not isinstance(value, str) or not value or "\0" in value:
        raise UsageError(
            "usage.map",
            f'The map {where} gives "{shorten(key)}" neither a file path nor a JSON object.',
        )
    if Path(value).is_absolute() or "\\" in value:
        raise _bad_path(where, value)
    try:
        found = (folder / value).resolve()
        present = found.is_file()
    except (OSError, RuntimeError):  # a name too long, a circle of links
        found, present = folder / value, False
    if not found.is_relative_to(folder):
        raise _bad_path(where, value)
    if not present:
        raise UsageError(
            "usage.map-file", f"The map {where} names {folder / value}, which is not a file."
        )
    return found


def _bad_path(where: Path, value: str) -> UsageError:
    return UsageError(
        "usage.map-path",
        f'The map {where} names "{shorten(value)}"; paths are relative and stay in its folder.',
    )


class OfflineFetcher:
    """A ``ports.Fetcher`` for runs that must not touch the network."""

    def fetch(self, url: str) -> bytes:
        """Never returns. Raises ``CouldNotTell`` with reason ``fetch.offline``."""
        raise CouldNotTell(
            "fetch.offline", f'"{shorten(url)}" was not fetched: this run works offline.'
        )


class CountingFetcher:
    """Lets at most ``limit`` requests through to ``inner``; failed ones count too."""

    def __init__(self, inner: Fetcher, *, limit: int = MAX_FETCHES) -> None:
        self._inner = inner
        self._limit = limit
        self.count = 0

    def fetch(self, url: str) -> bytes:
        """What ``inner`` answers. Raises also ``CouldNotTell`` with ``fetch.too-many``."""
        if self.count >= self._limit:
            raise CouldNotTell(
                "fetch.too-many",
                f'"{shorten(url)}" was not fetched: {self._limit} requests were made already.',
            )
        self.count += 1
        return self._inner.fetch(url)


class CachingFetcher:
    """Asks ``inner`` once per URL and run, successes and failures alike.

    Keeps at most ``limit`` bytes, the longest unused go first. For one thread and one run: an
    answer never gets older than the run.
    """

    def __init__(self, inner: Fetcher, *, limit: int = CACHE_BYTES) -> None:
        self._inner = inner
        self._limit = limit
        self._kept: OrderedDict[str, bytes | tuple[str, str]] = OrderedDict()
        self._size = 0

    def fetch(self, url: str) -> bytes:
        """What ``inner`` answered the first time. Raises the same ``CouldNotTell`` again."""
        answer = self._kept.get(url)
        if answer is None:
            answer = self._ask(url)
            self._keep(url, answer)
        else:
            self._kept.move_to_end(url)
        if isinstance(answer, bytes):
            return answer
        raise CouldNotTell(*answer)

    def _ask(self, url: str) -> bytes | tuple[str, str]:
        try:
            return self._inner.fetch(url)
        except CouldNotTell as error:
            return (error.reason, error.detail)

    def _keep(self, url: str, answer: bytes | tuple[str, str]) -> None:
        self._kept[url] = answer
        self._size += _cost(url, answer)
        while self._size > self._limit:
            oldest, dropped = self._kept.popitem(last=False)
            self._size -= _cost(oldest, dropped)


def _cost(url: str, answer: bytes | tuple[str, str]) -> int:
    body = answer if isinstance(answer, bytes) else answer[1]
    return _ENTRY_COST + 4 * len(url) + len(body)
