"""What a baked image gives back, whatever its container."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from stackmark.errors import ReadError
from stackmark.limits import MAX_IMAGE_BYTES

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

Container = Literal["png", "svg", "pdf"]
Standard = Literal["ob3", "ob2"]
Form = Literal["json", "jws", "url", "other"]

_JSON_START: Final = re.compile(rb"[ \t\r\n]*\{")
_JWS: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_URL: Final = re.compile(rb"https?://[^\s]+", re.IGNORECASE)
_XML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<|\xff\xfe|\xfe\xff")


@dataclass(frozen=True, slots=True)
class Baked:
    """The text an image or a PDF carries (Open Badges 3.0 section 5.3, Open Badges 2.0 baking).

    ``text`` is never fetched, inflated or parsed here. JSON stands as the bytes that were
    embedded; all else, such as a token or a URL, stands without the white space around it.
    ``warnings`` are stable words: ``png-size`` (no decoder should touch the pixels),
    ``ob2-ignored`` (an Open Badges 2 carrier stands beside the one read). ``place`` says where
    the text was found.
    """

    container: Container
    standard: Standard
    text: bytes
    form: Form
    warnings: tuple[str, ...]
    place: str


def recognise(data: bytes) -> Container | None:
    """Which reader is for these bytes: told by the bytes, never by a file name."""
    if data.startswith(PNG_SIGNATURE):
        return "png"
    return "svg" if _XML_START.match(data) else None


def form_of(text: bytes) -> Form:
    """What kind of text this looks like; a look at the surface, not a check."""
    if _JSON_START.match(text):
        return "json"
    word = text.strip()
    if _JWS.fullmatch(word):
        return "jws"
    return "url" if _URL.fullmatch(word) else "other"


def tidy(text: bytes, form: Form) -> bytes:
    """``text`` as it is handed on: white space around a token or URL is not part of it."""
    return text if form == "json" else text.strip()


def check_size(data: bytes) -> None:
    """Raises ``ReadError`` ``read.too-large`` above ``limits.MAX_IMAGE_BYTES``."""
    if len(data) > MAX_IMAGE_BYTES:
        raise ReadError(
            "read.too-large",
            f"The image has {len(data):,} bytes; at most {MAX_IMAGE_BYTES:,} are read.",
        )
