"""Where a bulk run writes: one file of lines, or a folder of files; with a manifest either way.

Documents are written before the manifest names them, so the manifest never says too much. After
a stop, ``recover`` keeps what is there and whole, by hash, and cuts off the rest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, Self

import orjson

from stackmark.adapters.locks import hold
from stackmark.batch.worker import SignedChunk
from stackmark.errors import StackmarkError, UsageError

_SYNC_SECONDS: Final = 1.0  # how much work a power cut may cost; a killed process loses none


class Output(Protocol):
    """What a run writes to."""

    def recover(self) -> int:
        """How many rows are done and whole; what lies behind them is cut off."""

    def append(self, chunk: SignedChunk) -> None:
        """Keep a chunk; every document is read back and compared by its hash."""

    def close(self) -> None:
        """Make all of it last and let go."""


class _Appending:
    """A file that only grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise UsageError(
                "usage.file", f"{path} could not be written: {error.strerror}."
            ) from error
        self.size = os.fstat(self.fd).st_size

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self.fd, rest) :]
        except OSError as error:
            raise StackmarkError(
                "run.output",
                f"{self.path} could not be written: {error.strerror}. "
                "Mend that and go on with --resume.",
            ) from error
        self.size += len(data)

    def cut(self, size: int) -> None:
        os.ftruncate(self.fd, size)
        self.size = size

    def sync(self) -> None:
        os.fsync(self.fd)

    def close(self) -> None:
        os.close(self.fd)


class _WithManifest:
    """The manifest, and the rhythm of making things last."""

    def __init__(self, manifest: Path) -> None:
        self.manifest = _Appending(manifest)
        hold(self.manifest.fd, f"{manifest} is being written by another run.")
        self._last_sync = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def due(self) -> bool:
        """Whether it is time to make what was written last."""
        now = time.monotonic()
        if now - self._last_sync < _SYNC_SECONDS:
            return False
        self._last_sync = now
        return True

    def close(self) -> None:
        self.manifest.sync()
        self.manifest.close()


class LinesOutput(_WithManifest):
    """One file, a document a line; the manifest stands beside it as ``NAME.manifest.jsonl``."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.with_name(f"{path.name}.manifest.jsonl"))
        self._lines = _Appending(path)

    def recover(self) -> int:
        """See ``Output``."""
        done = size = listed = 0
        with self.manifest.path.open("rb") as manifest, self._lines.path.open("rb") as lines:
            for entry, line in zip(manifest, lines, strict=False):
                if not _is_whole(entry, line[:-1]) or not line.endswith(b"\n"):
                    break
                done, size, listed = done + 1, size + len(line), listed + len(entry)
        self._lines.cut(size)
        self.manifest.cut(listed)
        return done

    def append(self, chunk: SignedChunk) -> None:
        """See ``Output``."""
        first = self._lines.size
        self._lines.write(b"\n".join((*chunk.bodies, b"")))
        there = memoryview(os.pread(self._lines.fd, self._lines.size - first, first))
        place = 0
        for body, digest in zip(chunk.bodies, chunk.digests, strict=True):
            _compare(there[place : place + len(body)], digest, self._lines.path)
            place += len(body) + 1
        if self.due():
            self._lines.sync()
            self.manifest.sync()
        self.manifest.write(b"".join(chunk.manifest))

    def close(self) -> None:
        """See ``Output``."""
        self._lines.sync()
        self._lines.close()
        super().close()


class FolderOutput(_WithManifest):
    """A folder with a file a document and ``manifest.jsonl``."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._folder = path
        super().__init__(path / "manifest.jsonl")

    def recover(self) -> int:
        """See ``Output``."""
        done = listed = 0
        with self.manifest.path.open("rb") as manifest:
            for entry in manifest:
                if not _is_whole(entry, self._read(entry)):
                    break
                done, listed = done + 1, listed + len(entry)
        self.manifest.cut(listed)
        return done

    def _read(self, entry: bytes) -> bytes:
        try:
            name: str = orjson.loads(entry)["file"]
            return (self._folder / name).read_bytes()
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            return b""

    def append(self, chunk: SignedChunk) -> None:
        """See ``Output``."""
        for name, body, digest in zip(chunk.names, chunk.bodies, chunk.digests, strict=True):
            path = self._folder / name
            try:
                path.write_bytes(body)
                found = path.read_bytes()
            except OSError as error:
                raise StackmarkError(
                    "run.output",
                    f"{path} could not be written: {error.strerror}. "
                    "Mend that and go on with --resume.",
                ) from error
            _compare(found, digest, path)
        if self.due():
            self.manifest.sync()
        self.manifest.write(b"".join(chunk.manifest))

    def close(self) -> None:
        """See ``Output``; the files last when this returns."""
        os.sync()
        super().close()


def _is_whole(entry: bytes, body: bytes) -> bool:
    """Whether a manifest line is complete and ``body`` is what it names."""
    if not entry.endswith(b"\n"):
        return False
    try:
        wanted = orjson.loads(entry)["sha256"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return bool(sha256(body).hexdigest() == wanted)


def _compare(found: bytes | memoryview, digest: str, path: Path) -> None:
    if sha256(found).hexdigest() != digest:
        raise StackmarkError(
            "run.output", f"{path} does not hold what was written; the disk may be failing."
        )


def read_manifest(path: Path) -> Sequence[dict[str, object]]:
    """The lines of a manifest; raises ``UsageError`` ``usage.file``."""
    try:
        return [orjson.loads(line) for line in path.read_bytes().splitlines()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError("usage.file", f"{path} could not be read as a manifest.") from error
