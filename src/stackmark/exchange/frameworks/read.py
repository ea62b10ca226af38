"""Which framework a file is, by what is in it: a text file, JSON, or a package (zip)."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO, BinaryIO, Final, cast

from stackmark.exchange.frameworks import esco, onet
from stackmark.exchange.frameworks.case import open_case
from stackmark.exchange.frameworks.rows import lines
from stackmark.exchange.frameworks.shapes import NamedFile, Opened, fault

MAX_PACKAGE_FILES: Final = 2_000
MAX_UNPACKED: Final = 512 * 1024 * 1024  # bytes of one file of a package
_ZIP: Final = b"PK\x03\x04"


def open_framework(one: NamedFile) -> Opened:
    """The framework of a file; its skills are read when they are asked for, row by row.

    Raises ``UsageError`` ``framework.…``, with the file, line and column of what is wrong.
    """
    with one.open() as stream:
        head = stream.read(64 * 1024)
    if head.startswith(_ZIP):
        return _from_package(one)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return open_case(one, one.name)
    return _from_text(one, head)


def _from_text(one: NamedFile, head: bytes) -> Opened:
    header = next(lines(io.BytesIO(head[: head.find(b"\n") + 1] or head), one.name), "")
    if not header.strip():
        raise fault("empty", one.name, "is empty.")
    if esco.knows(header):
        return esco.open_esco([one], [one], one.name)
    layout = onet.layout_of(header)
    if layout is not None:
        return onet.open_onet(one, layout, one.name)
    sentence = "is not the header of ESCO's or O*NET's files (conceptUri; Element ID)."
    raise fault("header", f"{one.name}, line 1", sentence)


def _from_package(package: NamedFile) -> Opened:
    """ESCO in all its languages, or O*NET's skills."""
    files = _files(package)
    chosen = esco.skill_files(files)
    if chosen:
        return esco.open_esco(sorted(chosen, key=lambda one: one.name), files, package.name)
    for one in onet.skill_files(files):
        with one.open() as stream:
            layout = onet.layout_of(next(lines(stream, one.name), ""))
        if layout is not None:
            return onet.open_onet(one, layout, package.name)
    sentence = "has no skills_….csv of ESCO and no Skills.txt of O*NET in it."
    raise fault("package", package.name, sentence)


def _files(package: NamedFile) -> list[NamedFile]:
    try:
        with package.open() as stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, RuntimeError, ValueError):
        raise fault("package", package.name, "is no zip file that can be opened.") from None
    if len(infos) > MAX_PACKAGE_FILES:
        raise fault("package", package.name, f"has over {MAX_PACKAGE_FILES:,} files.")
    large = next((one for one in infos if one.file_size > MAX_UNPACKED), None)
    if large is not None:
        where = f"{package.name}, {large.filename}"
        raise fault("size", where, f"unpacks to over {MAX_UNPACKED:,} bytes.")
    return [_member(package, one) for one in infos if not one.is_dir()]


def _member(package: NamedFile, info: zipfile.ZipInfo) -> NamedFile:
    return NamedFile(info.filename, lambda: _Member(package, info).stream())


class _Member:
    """A file of a package: the package stays open as long as it is read."""

    def __init__(self, package: NamedFile, info: zipfile.ZipInfo) -> None:
        self._package, self._info = package, info

    def stream(self) -> BinaryIO:
        """The unpacked bytes, as they are read; a damaged file is named."""
        source = self._package.open()
        try:
            archive = zipfile.ZipFile(source)
            inner = archive.open(self._info)
        except (zipfile.BadZipFile, RuntimeError, ValueError):
            source.close()
            where = f"{self._package.name}, {self._info.filename}"
            raise fault("package", where, "cannot be unpacked.") from None
        return cast("BinaryIO", io.BufferedReader(_Checked(inner, source, self._info.filename)))


class _Checked(io.RawIOBase):
    """Unpacked bytes; what zlib or the checksum refuses is a fault of the package."""

    def __init__(self, inner: IO[bytes], source: BinaryIO, name: str) -> None:
        self._inner, self._source, self._name = inner, source, name

    def readable(self) -> bool:
        """It is read only."""
        return True

    def readinto(self, buffer: object) -> int:
        """The next bytes."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            data = self._inner.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise fault("package", self._name, f"is damaged: {error}.") from None
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """The file and its package."""
        self._inner.close()
        self._source.close()
        super().close()
