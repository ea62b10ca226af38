"""What becomes of an uploaded file: taken as it is, re-encoded, put into quarantine, or refused.

Told by its bytes, never by what the browser says; the ending of its name must agree with them.
Quarantine is for what may hurt whoever opens it: a person at the desk looks at it and releases it
or not. Refused is what could not be opened anyway: nothing, too much, an unknown kind.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from stackmark.adapters.raster import reencode_image, sanitise_svg
from stackmark.errors import ReadError
from stackmark.reading.svg_safety import active_content
from stackmark_web.assessing import intake_archives, intake_documents
from stackmark_web.assessing.models import Artefact
from stackmark_web.assessing.refusing import Problem

MAX_FILE_BYTES: Final = 25 * 1024 * 1024
MAX_PICTURE_BYTES: Final = 15 * 1024 * 1024
MAX_PICTURE_SIDE: Final = 2_400  # pixels: a page of a scan stays readable
KEPT, REENCODED, QUARANTINED = (
    Artefact.State.KEPT,
    Artefact.State.REENCODED,
    Artefact.State.QUARANTINED,
)

# Endings by kind: what may be handed in, as the page says it.
PICTURES: Final = ("png", "jpg", "jpeg", "webp", "gif", "svg")
OFFICE: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
SOUND: Final = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
TEXTS: Final = {
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "ipynb": "application/x-ipynb+json",
    **dict.fromkeys(
        (
            *("py", "java", "c", "h", "cpp", "cs", "go", "rs", "rb", "r", "sql", "kt", "swift"),
            *("ts", "tsx", "jsx", "php", "tex", "bib", "yaml", "yml", "toml", "xml", "css", "log"),
        ),
        "text/plain",
    ),
}
# A double click on one of these may run it.
EXECUTABLE: Final = frozenset(
    (
        *("exe", "com", "scr", "pif", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse"),
        *("mjs", "wsf", "wsh", "hta", "msi", "msp", "cpl", "dll", "sys", "lnk", "url", "reg"),
        *("inf", "chm", "jar", "class", "app", "dmg", "pkg", "deb", "rpm", "apk", "sh", "bash"),
        *("zsh", "fish", "command", "desktop", "run", "elf", "so", "dylib", "docm", "dotm"),
        *("xlsm", "xltm", "xlam", "pptm", "potm", "ppam", "ppsm", "sldm", "xll", "iso", "img"),
        *("vhd", "appimage"),
    )
)
_MACHINE: Final = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\x00asm",
        b"dex\n",
        b"#!",
        b"L\x00\x00\x00\x01\x14",
    ),
)
_TEST_VIRUS: Final = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_UNFIT: Final = re.compile(
    '[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f/\\\\:*?"<>|]+'
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as it is kept. ``uploaded_sha256`` is of what was sent, if that was another thing."""

    name: str
    media_type: str
    data: bytes
    state: str
    why: str = ""
    uploaded_sha256: str = ""


Found = tuple[str, str]  # media type, and why it goes into quarantine (empty: it does not)


def examine(name: str, data: bytes) -> Taken:
    """Look at an upload. Raises ``Problem`` at ``file`` for what is not taken at all."""
    name = clean_name(name)
    _check_size(name, data)
    ending = ending_of(name)
    why = _runs(ending, data)
    if why:
        return Taken(name, "application/octet-stream", data, QUARANTINED, why)
    picture = _kind_of_picture(data)
    if picture:
        return _picture(name, ending, data, picture)
    media_type, why = _document(name, ending, data)
    return Taken(name, media_type, data, QUARANTINED if why else KEPT, why)


def clean_name(name: str) -> str:
    """A file name that is one: no folders, no controls, nothing that turns the direction."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = " ".join(_UNFIT.sub(" ", name).split()).strip(". ") or "file"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:150]
    return f"{stem.strip()[:138] or 'file'}.{ending}"


def ending_of(name: str) -> str:
    """The ending in lower case; empty without one."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _check_size(name: str, data: bytes) -> None:
    if not data:
        raise Problem("file", _("%s is empty. Choose the file once more.") % name)
    if len(data) > MAX_FILE_BYTES:
        raise Problem("file", too_large(name))


def too_large(name: str) -> str:
    """What is said of a file that is."""
    return _("%(name)s is too large: at most %(most)d MB. Hand in a link to it instead.") % {
        "name": name,
        "most": MAX_FILE_BYTES // 1024**2,
    }


def _runs(ending: str, data: bytes) -> str:
    """Why it may run when it is opened."""
    if data.startswith(_MACHINE) or data[:68].find(_TEST_VIRUS) >= 0 or _TEST_VIRUS in data[:256]:
        return _("It is a program.")
    if ending in EXECUTABLE:
        return _("Opening a file with this ending may run it.")
    return ""


def _kind_of_picture(data: bytes) -> str:
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")):
        return "pixels"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "pixels"
    return "svg" if intake_documents.is_svg(data) else ""


def _picture(name: str, ending: str, data: bytes, picture: str) -> Taken:
    """A picture made anew: whatever hung on to its pixels is gone."""
    if ending not in PICTURES:
        return Taken(name, "application/octet-stream", data, QUARANTINED, _contradicts(ending))
    sent = hashlib.sha256(data).hexdigest()
    stem = name.rpartition(".")[0]
    try:
        if picture == "svg":
            found = active_content(data)
            if found:
                why = _("The drawing does more than draw: %s.") % found[0]
                return Taken(name, "application/octet-stream", data, QUARANTINED, why[:300])
            clean = sanitise_svg(data)
            return Taken(f"{stem}.svg", "image/svg+xml", clean, REENCODED, "", sent)
        png = reencode_image(data, max_side=MAX_PICTURE_SIDE, max_bytes=MAX_PICTURE_BYTES)
    except ReadError as error:
        raise Problem(
            "file", _("%(name)s: %(why)s") % {"name": name, "why": error.detail}
        ) from None
    return Taken(f"{stem}.png", "image/png", png, REENCODED, "", sent)


def _document(name: str, ending: str, data: bytes) -> Found:
    """Media type and reason for a quarantine of everything that is no picture."""
    for matches, judge in _KINDS:
        if matches(data):
            return judge(name, ending, data)
    return _text(name, ending, data)


def _pdf(name: str, ending: str, data: bytes) -> Found:
    del name
    if ending not in ("pdf", ""):
        return "application/octet-stream", _contradicts(ending)
    return "application/pdf", intake_documents.pdf_danger(data)


def _zip(name: str, ending: str, data: bytes) -> Found:
    del name
    if ending not in (*OFFICE, "zip"):
        return "application/octet-stream", _contradicts(ending)
    try:
        found = intake_archives.examine(data, EXECUTABLE)
    except intake_archives.TooMuch:
        raise Problem(
            "file", _("This archive unpacks to far more than can be looked at; take a smaller one.")
        ) from None
    if found.danger:
        return "application/octet-stream", found.danger
    if found.kind != ending:
        return "application/octet-stream", _contradicts(ending)
    return OFFICE.get(ending, "application/zip"), ""


def _old_office(name: str, ending: str, data: bytes) -> Found:
    del name, ending, data
    return "application/octet-stream", _(
        "Old Office files and locked ones may hold programs that cannot be seen from outside."
    )


def _sealed(name: str, ending: str, data: bytes) -> Found:
    del name, ending, data
    return "application/octet-stream", _(
        "This kind of archive cannot be looked into here; a ZIP without password can."
    )


def _sound(name: str, ending: str, data: bytes) -> Found:
    del name
    if ending not in SOUND or not intake_documents.sound_fits(ending, data):
        return "application/octet-stream", _contradicts(ending)
    return SOUND[ending], intake_documents.trailing_archive(data)


def _text(name: str, ending: str, data: bytes) -> Found:
    text = intake_documents.readable(data)
    if text is None:
        if ending in (*PICTURES, *OFFICE, *SOUND, *TEXTS, "pdf", "zip", "html", "htm", "rtf"):
            return "application/octet-stream", _contradicts(ending)
        raise Problem("file", _("%s is of a kind that is not taken here.") % name)
    if intake_documents.is_html(text) or ending in ("html", "htm", "xhtml"):
        fits = ending in ("html", "htm", "xhtml", "txt", "md")
        danger = intake_documents.html_danger(text) or ("" if fits else _contradicts(ending))
        return "text/plain" if not danger else "application/octet-stream", danger
    if text.startswith("{\\rtf"):
        return "application/rtf", intake_documents.rtf_danger(text) or (
            "" if ending == "rtf" else _contradicts(ending)
        )
    if ending in (*PICTURES, *OFFICE, *SOUND, "pdf", "zip", "rtf"):
        return "application/octet-stream", _contradicts(ending)
    if ending not in TEXTS:
        raise Problem("file", _("%s is of a kind that is not taken here.") % name)
    danger = intake_documents.formulas(text) if ending in ("csv", "tsv") else ""
    return TEXTS[ending], danger


def _contradicts(ending: str) -> str:
    return _("What is inside is something other than its ending says (.%s).") % (ending or "?")


_KINDS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[str, str, bytes], Found]], ...]] = (
    (intake_documents.is_pdf, _pdf),
    (lambda data: data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")), _zip),
    (lambda data: data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), _old_office),
    (
        lambda data: (
            data.startswith(
                (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
            )
            or data[257:262] == b"ustar"
        ),
        _sealed,
    ),
    (intake_documents.is_sound, _sound),
)
