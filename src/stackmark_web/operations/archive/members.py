"""What is inside a backup: members with their digests, and a manifest that names them all."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import orjson

from stackmark.errors import StackmarkError, UsageError
from stackmark_web.operations.archive import frame

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_NAME: Final = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9._@+ -]{0,200}(?:/[A-Za-z0-9_][A-Za-z0-9._@+ -]{0,200}){0,8}"
)
_MAX_MANIFEST: Final = 256 * 1024 * 1024


@dataclass(slots=True)
class Manifest:
    """``members``: name → size in bytes and SHA-256; ``about``: everything else, plain JSON."""

    about: dict[str, Any]
    members: dict[str, dict[str, Any]] = field(default_factory=dict)


class Writer:
    """Writes members, then the manifest. What is not finished cannot be read."""

    def __init__(self, out: IO[bytes], passphrase: bytes | None) -> None:
        self._frame: Any = (
            frame.PlainWriter(out) if passphrase is None else frame.SealedWriter(out, passphrase)
        )
        self._zip = gzip.GzipFile("", "wb", 3, self._frame, mtime=0)
        self._tar = tarfile.open(fileobj=self._zip, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - finish() closes it
        self.members: dict[str, dict[str, Any]] = {}

    def add_bytes(self, name: str, data: bytes) -> None:
        """One member from memory."""
        digest = hashlib.sha256(data).hexdigest()
        self._tar.addfile(_entry(name, len(data)), io.BytesIO(data))
        self.members[name] = {"size": len(data), "sha256": digest}

    def add_file(self, name: str, path: Path) -> None:
        """One member from a file that nobody writes to any more."""
        size, digest = path.stat().st_size, hashlib.sha256()
        with path.open("rb") as file:
            self._tar.addfile(_entry(name, size), _Hashing(file, digest))  # type: ignore[arg-type]
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self, about: dict[str, Any]) -> Manifest:
        """The manifest, and the end."""
        made = Manifest({"format": FORMAT, **about}, dict(self.members))
        tree = {**made.about, "members": made.members}
        self.add_bytes(MANIFEST, orjson.dumps(tree, option=orjson.OPT_INDENT_2))
        self._tar.close()
        self._zip.close()
        self._frame.finish()
        return made

    def abandon(self) -> None:
        """What was begun is given up: nothing more is written."""
        stream: Any = self._tar.fileobj
        stream.closed = True
        self._zip.fileobj = None


class _Hashing:
    def __init__(self, inner: IO[bytes], digest: Any) -> None:
        self._inner, self._digest = inner, digest

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self._digest.update(data)
        return data


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def unpack(path: Path, passphrase: bytes | None, into: Path) -> Manifest:
    """Write every member below ``into`` and check all of them against the manifest.

    Raises ``UsageError`` ``backup.damaged``, ``backup.passphrase``, ``backup.format``.
    """
    found: dict[str, dict[str, Any]] = {}
    with _tar(path, passphrase, into) as tar:
        for entry in tar:
            _check_entry(entry, found)
            found[entry.name] = _extract(tar, entry, into / entry.name)
    if MANIFEST not in found:
        raise frame.damaged("it has no manifest")
    del found[MANIFEST]
    manifest = _manifest((into / MANIFEST).read_bytes())
    _compare(found, manifest)
    return manifest


@contextmanager
def _tar(path: Path, passphrase: bytes | None, into: Path) -> Iterator[tarfile.TarFile]:
    try:
        with frame.reader(path, passphrase) as inside:
            with (
                gzip.GzipFile(fileobj=inside) as unzipped,
                tarfile.open(fileobj=unzipped, mode="r|") as tar,
            ):  # type: ignore[call-overload]
                yield tar
                while unzipped.read(frame.PIECE):  # to the end, so that every check sum was seen
                    pass
            while inside.read(frame.PIECE):
                pass
    except StackmarkError:
        raise
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise UsageError(
                "usage.file",
                f"{path.name} could not be unpacked into {into}: {error.strerror}. It needs room "
                "there for all that is in it. Nothing was changed.",
            ) from None
        raise frame.damaged("it cannot be unpacked") from None


def _check_entry(entry: tarfile.TarInfo, found: dict[str, dict[str, Any]]) -> None:
    if not entry.isreg() or not _NAME.fullmatch(entry.name) or ".." in entry.name.split("/"):
        raise frame.damaged("it holds what no backup holds")
    if entry.name in found or MANIFEST in found:
        raise frame.damaged(f"{entry.name} comes twice or after the manifest")


def _extract(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> dict[str, Any]:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    inside = tar.extractfile(entry)
    if inside is None:
        raise frame.damaged(f"{entry.name} has no content")
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        target.chmod(0o600)
        while piece := inside.read(frame.PIECE):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def _manifest(data: bytes) -> Manifest:
    try:
        tree = orjson.loads(data)
        members, form = tree.pop("members"), tree["format"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise frame.damaged("its manifest cannot be read") from None
    if form != FORMAT:
        raise UsageError(
            "backup.format",
            f"The backup has the format {form}; this version reads {FORMAT}. Use the version of "
            "Stackmark that made it.",
        )
    return Manifest(tree, members)


def _compare(found: dict[str, dict[str, Any]], manifest: Manifest) -> None:
    for name in sorted({*found, *manifest.members}):
        if name not in found:
            raise frame.damaged(f"{name} is missing")
        if found[name] != manifest.members.get(name):
            raise frame.damaged(f"{name} is not as the manifest says")
