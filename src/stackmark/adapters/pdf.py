"""Certificates as PDF/UA-1 and PDF/A-3a, set by Typst, with the signed credential inside.

Typst sees one fresh folder with our template and this certificate's files, and no package.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stackmark.errors import UsageError
from stackmark.rendering import fonts
from stackmark.rendering.certificate import CertificateData, Marks, payload
from stackmark.rendering.fontfile import read_faces

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARDS: Final = ("a-3a", "ua-1")
MAX_SIGNED: Final = 4 * 1024 * 1024  # bytes of the attached credential
# A letter and a mark may each be in some font and still not in the same one; PDF/UA refuses that.
_ATTEMPTS: Final[tuple[Marks, ...]] = ("all", "scripts", "none")
_MISSING: Final = "could not be displayed"
_TYPES: Final = {".json": "application/json", ".jwt": "application/jwt"}
_FONT_ENDINGS: Final = (".ttf", ".otf", ".ttc")


def certificate_pdf(
    data: CertificateData,
    *,
    signed_json: bytes,
    signed_name: str,
    created: datetime,
    font_folders: Sequence[Path] = (),
) -> bytes:
    """The certificate; the same bytes for the same arguments.

    ``signed_json`` is attached under ``signed_name`` (ending ``.json`` or ``.jwt``) as the source
    of what is shown. Characters that neither our fonts nor those of ``font_folders`` draw become
    a small square; ask ``rendering.lettering.undrawable`` first to warn. Raises ``UsageError``:
    ``usage.certificate``, ``usage.extra`` without Typst, and ``ReadError`` ``read.font``.
    """
    _check(signed_json, signed_name, created)
    folders = tuple(font_folders)
    with _folder_with(data, signed_json) as folder:
        for marks in _ATTEMPTS:
            facts = payload(
                data, covered=_coverage(folders), families=_families(folders), marks=marks
            )
            facts["attachment"] = {"name": signed_name, "type": _TYPES[Path(signed_name).suffix]}
            made = _set(folder, facts, created, folders, is_last=marks == _ATTEMPTS[-1])
            if made:
                return made
    raise AssertionError  # the last attempt returns or raises


def _check(signed: bytes, name: str, created: datetime) -> None:
    if not 0 < len(signed) <= MAX_SIGNED:
        raise UsageError("usage.certificate", f"signed_json: must have 1 to {MAX_SIGNED:,} bytes.")
    stem = Path(name).stem.replace("-", "").replace("_", "").replace(".", "")
    if Path(name).suffix not in _TYPES or not stem.isalnum() or not name.isascii():
        raise UsageError(
            "usage.certificate",
            "signed_name: letters, digits, hyphens and dots, ending .json or .jwt.",
        )
    if created.tzinfo is None:
        raise UsageError("usage.certificate", "created: the time must have a time zone.")


@contextmanager
def _folder_with(data: CertificateData, signed: bytes) -> Iterator[Path]:
    """A private folder that holds what the template may read; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="stackmark-pdf-"))
    try:
        template = files("stackmark.rendering") / "data" / "certificate.typ"
        (folder / "main.typ").write_bytes(template.read_bytes())
        (folder / "qr.svg").write_text(data.qr_svg, encoding="utf-8")
        (folder / "signed").write_bytes(signed)
        for name, png in data.pictures().items():
            if png:
                (folder / name).write_bytes(png)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set(
    folder: Path,
    facts: dict[str, Any],
    created: datetime,
    folders: tuple[Path, ...],
    *,
    is_last: bool,
) -> bytes | None:
    """The PDF; nothing when a letter is missing and another attempt remains."""
    typst = _typst()
    text = json.dumps(facts, ensure_ascii=False)
    (folder / "data.json").write_text(text, encoding="utf-8")
    try:
        made: bytes = typst.compile(
            str(folder / "main.typ"),
            root=str(folder),
            font_paths=_typst_fonts(folders),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=list(STANDARDS),
            timestamp=created,
            package_path=str(folder / "none"),
            package_cache_path=str(folder / "none"),
        )
    except typst.TypstError as error:
        if _MISSING in error.message and not is_last:
            return None
        raise UsageError(
            "usage.certificate", f"The certificate cannot be set: {error.message}."
        ) from None
    return made


@cache
def _typst_fonts(folders: tuple[Path, ...]) -> Any:
    """Font files read once a process; system and built-in fonts stay out, for the same bytes."""
    with as_file(fonts.font_folder()) as own:
        paths = [str(own), *map(str, folders)]
        return _typst().Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=paths
        )


def _families(folders: tuple[Path, ...]) -> tuple[str, ...]:
    own = {fonts.SERIF, *fonts.SERIF_STACK}
    return tuple(name for name in _typst_fonts(folders).families() if name not in own)


@cache
def _coverage(folders: tuple[Path, ...]) -> frozenset[int]:
    found = set(fonts.coverage())
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in _FONT_ENDINGS:
                for face in read_faces(path.read_bytes()):
                    found.update(face.glyphs)
    return frozenset(found)


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise UsageError("usage.extra", "Making PDF needs typst. Install stackmark[web].") from None
    return typst
