"""Signs of danger in PDF, HTML, RTF, tables and plain text, and what tells these kinds apart."""

from __future__ import annotations

import re
import zlib
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

MAX_STREAM: Final = 16 * 1024 * 1024  # bytes one packed stream of a PDF may hold
MAX_STREAMS: Final = 64 * 1024 * 1024  # all of them that hold objects
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS: Final = re.compile(rb"<<(?:(?!>>\s*stream).){0,4000}?>>\s*stream\r?\n", re.DOTALL)
_END: Final = rb"(?=[\s/<>\[\](){}%]|$)"
_PDF: Final = (
    (re.compile(rb"/(?:JavaScript|JS)" + _END), _lazy("The PDF holds a script.")),
    (re.compile(rb"/Launch" + _END), _lazy("The PDF starts another program.")),
    (
        re.compile(rb"/(?:EmbeddedFiles?|FileAttachment)" + _END),
        _lazy("The PDF holds other files."),
    ),
    (
        re.compile(rb"/(?:RichMedia|XFA|SubmitForm|ImportData|GoToE|GoToR)" + _END),
        _lazy("The PDF does more than show pages."),
    ),
    (re.compile(rb"/Encrypt" + _END), _lazy("The PDF is locked or encrypted.")),
)
_HTML: Final = re.compile(
    r"<\s*(?:script|iframe|frame|object|embed|applet|base|form|link|portal)\b"
    r"|<[^>]{0,2000}\son[a-z]{3,}\s*=|(?:javascript|vbscript)\s*:|data\s*:\s*text/html"
    r"|<\s*meta[^>]{0,500}http-equiv|@import|expression\s*\(",
    re.IGNORECASE,
)
_IS_HTML: Final = re.compile(
    r"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|svg|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_IS_SVG: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml.{0,200}?\?>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"(?:<!DOCTYPE\s+svg.{0,2000}?>\s*)?<(?:\w+:)?svg\b",
    re.IGNORECASE | re.DOTALL,
)
_RTF: Final = re.compile(r"\\(?:object|objdata|objupdate|objautlink|ddeauto|template)\b")
_FORMULA: Final = re.compile(r"(?im)(?:^|[,;\t])\s*\"?\s*[=+@-]\s*(?:[a-z_.]+\s*\(|[a-z]+\s*\|)")
_SOUND: Final = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"OggS", b"\x1a\x45\xdf\xa3")


def is_pdf(data: bytes) -> bool:
    """Whether it is, or could be taken for, a PDF: readers look through the first 1,024 bytes."""
    return b"%PDF-" in data[:1_024]


def pdf_danger(data: bytes) -> str:
    """Why a PDF goes into quarantine; packed objects and escaped names are looked into."""
    if not data.startswith(b"%PDF-"):
        return _("The PDF begins with something else.")
    if b"%%EOF" not in data[-2_048:]:
        return _("The PDF is not whole, or something hangs on to it.")
    danger = trailing_archive(data)
    if danger:
        return danger
    packed = _packed_objects(data)
    if packed is None:
        return _("The PDF is packed in a way that cannot be looked into.")
    for piece in (data, *packed):
        plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece)
        for sign, why in _PDF:
            if sign.search(plain):
                return str(why)
    return ""


def _packed_objects(data: bytes) -> list[bytes] | None:
    """The object streams of a PDF, unpacked; None when one cannot be."""
    found, left = [], MAX_STREAMS
    for match in _OBJECTS.finditer(data):
        head = _ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), match[0])
        if b"/ObjStm" not in head:
            continue
        if b"/Filter" not in head:
            continue  # it stands in the open and is searched with the rest
        plain = (
            _inflated(data[match.end() :], min(MAX_STREAM, left))
            if b"/FlateDecode" in head
            else None
        )
        if plain is None:
            return None
        left -= len(plain)
        found.append(plain)
    return found


def _inflated(data: bytes, most: int) -> bytes | None:
    engine = zlib.decompressobj()
    try:
        plain = engine.decompress(data, most)
    except zlib.error:
        return None
    return plain if engine.eof else None


def trailing_archive(data: bytes) -> str:
    """A ZIP that hangs on to the end of something else: two files in one."""
    tail = data[-66_000:]
    if b"PK\x05\x06" in tail and b"PK\x01\x02" in data:
        return _("It is two files in one: an archive hangs on to its end.")
    return ""


def is_svg(data: bytes) -> bool:
    """Whether it is a drawing."""
    return bool(_IS_SVG.match(data[:8_000]))


def readable(data: bytes) -> str | None:
    """The text of a text file in UTF-8, UTF-16 with its mark, or Latin-1; else None."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if b"\x00" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    odd = sum(1 for one in text[:65_536] if ord(one) < 32 and one not in "\t\n\r\f\x1b")
    strange = sum(1 for one in text[:65_536] if 0x7F <= ord(one) < 0xA0)
    return None if odd or strange > len(text[:65_536]) // 100 else text


def is_html(text: str) -> bool:
    """Whether a browser would take it for a page."""
    return bool(_IS_HTML.match(text[:8_000]))


def html_danger(text: str) -> str:
    """Why a page goes into quarantine."""
    return _("The page holds a script or fetches something.") if _HTML.search(text) else ""


def rtf_danger(text: str) -> str:
    """Why a rich text goes into quarantine."""
    return _("The document holds or fetches other files.") if _RTF.search(text) else ""


def formulas(text: str) -> str:
    """A table whose cells a spreadsheet would run."""
    return (
        _("The table holds formulas that a spreadsheet would run.") if _FORMULA.search(text) else ""
    )


def is_sound(data: bytes) -> bool:
    """Whether it is one of the sounds and films that are taken."""
    wave = data.startswith(b"RIFF") and data[8:12] == b"WAVE"
    return wave or data.startswith(_SOUND) or data[4:8] == b"ftyp"


def sound_fits(ending: str, data: bytes) -> bool:
    """Whether a sound or film is of the kind that its ending says."""
    if ending in ("mp4", "m4a"):
        return data[4:8] == b"ftyp"
    if ending == "webm":
        return data.startswith(b"\x1a\x45\xdf\xa3")
    if ending == "ogg":
        return data.startswith(b"OggS")
    if ending == "wav":
        return data[8:12] == b"WAVE"
    return data.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"))
