"""Looking into ZIP files, Office documents among them, without unpacking them to anywhere."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

MAX_ENTRIES: Final = 2_000
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 200  # of the whole; ordinary text packs to a tenth
MAX_PART: Final = 4 * 1024 * 1024  # bytes of one part that is read
_ENCRYPTED: Final = 0x1
_MACROS: Final = re.compile(
    r"(?i)(vbaproject|vbadata)[^/]*\.bin$|/activex/|/embeddings/.*\.bin$|^basic/|^scripts/"
    r"|/macrosheets/|/externallinks/"
)
_OUTSIDE: Final = re.compile(
    rb"(?i)(attachedTemplate|oleObject|frame|subDocument)\"[^>]*TargetMode\s*=\s*\"External\""
    rb"|TargetMode\s*=\s*\"External\"[^>]*(attachedTemplate|oleObject|frame|subDocument)\""
)
_NESTED: Final = ("zip", "7z", "rar", "gz", "tar", "tgz", "bz2", "xz", "cab", "arj", "lzh")
_CONTENT: Final = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
_OPEN: Final = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}


class TooMuch(Exception):  # noqa: N818 - says what it is
    """It unpacks to more than anybody hands in: a bomb, or a mistake."""


@dataclass(frozen=True, slots=True)
class Archive:
    """``kind`` is the ending it ought to have; ``danger`` why it goes into quarantine."""

    kind: str
    danger: str = ""


def examine(data: bytes, executable: Collection[str]) -> Archive:
    """What a ZIP file holds. Raises ``TooMuch``."""
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Archive("zip", _("The archive is not whole."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _examine(archive, executable, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError):
        return Archive("zip", _("The archive is damaged or made in an unusual way."))


def _examine(archive: zipfile.ZipFile, executable: Collection[str], size: int) -> Archive:
    entries = archive.infolist()
    whole = sum(one.file_size for one in entries)
    if len(entries) > MAX_ENTRIES or whole > MAX_UNPACKED or whole > MAX_RATIO * max(size, 5_000):
        raise TooMuch
    if any(one.flag_bits & _ENCRYPTED for one in entries):
        return Archive("zip", _("The archive is locked with a password."))
    names = [one.filename for one in entries]
    danger = _danger_of_names(names, executable)
    if danger:
        return Archive("zip", danger)
    _unpack(archive, entries)
    kind = _kind(archive, set(names))
    return Archive(kind, _danger_of_office(archive, names) if kind != "zip" else "")


def _danger_of_names(names: list[str], executable: Collection[str]) -> str:
    if len(set(names)) != len(names):
        return _("The archive holds two files of one name.")
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\x00" in name:
            return _("The archive would write outside of its folder.")
        ending = parts[-1].rpartition(".")[2].lower() if "." in parts[-1] else ""
        if _MACROS.search(name):
            return _("It holds macros or embedded programs.")
        if ending in executable:
            return _("It holds a file that may run when it is opened: %s") % parts[-1][:80]
        if ending in _NESTED:
            return _("It holds another archive: %s") % parts[-1][:80]
    return ""


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read every part once: sizes in the directory may lie, and sums must agree."""
    left = MAX_UNPACKED
    for one in entries:
        with archive.open(one) as part:
            while piece := part.read(1 << 16):
                left -= len(piece)
                if left < 0:
                    raise TooMuch
                if piece.startswith((b"MZ", b"\x7fELF")) and part.tell() <= 1 << 16:
                    raise ValueError("a program under another name")


def _kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "[Content_Types].xml" in names:
        types = _part(archive, "[Content_Types].xml")
        return next((kind for mark, kind in _CONTENT.items() if mark in types), "office")
    if "mimetype" in names:
        return _OPEN.get(_part(archive, "mimetype").strip(), "zip")
    return "zip"


def _danger_of_office(archive: zipfile.ZipFile, names: list[str]) -> str:
    if any(
        mark in _part(archive, name)
        for name in names
        if name == "[Content_Types].xml"
        for mark in (b"macroEnabled", b"vbaProject")
    ):
        return _("It holds macros or embedded programs.")
    for name in names:
        if name.endswith(".rels") and _OUTSIDE.search(_part(archive, name)):
            return _("It fetches a part from outside when it is opened.")
        if name == "META-INF/manifest.xml" and b"encryption-data" in _part(archive, name):
            return _("The document is locked with a password.")
        if (
            name.startswith("word/")
            and name.endswith(".xml")
            and b"DDEAUTO" in _part(archive, name)
        ):
            return _("It starts another program when it is opened.")
    return ""


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(MAX_PART)
