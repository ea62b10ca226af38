"""Take the files attached to a PDF out of it, as far as they may be signed credentials.

This is a finder and not a PDF reader: it looks for streams that call themselves embedded files.
What it finds is judged by its own signature, so nothing is believed because of where it stood.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from stackmark.errors import ReadError
from stackmark.limits import MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES

MAX_STREAMS: Final = 20_000  # streams looked at
MAX_ATTACHMENTS: Final = 20
_DICTIONARY: Final = 4_096  # bytes before "stream" in which its dictionary must begin
_STREAM: Final = re.compile(rb"(?<![A-Za-z])stream\r?\n")
_EMBEDDED: Final = re.compile(rb"/Type\s*/EmbeddedFile\b")
_FLATE: Final = re.compile(rb"/Filter\s*(?:\[\s*)?/FlateDecode\b(?:\s*\])?")
_FILTER: Final = re.compile(rb"/Filter\b")


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does."""
    return data.startswith(b"%PDF-")


def attachments(data: bytes) -> list[bytes]:
    """The attached files that begin like JSON or a token, in their order.

    Raises ``ReadError``: ``read.too-large``, ``read.pdf-empty`` when there is none.
    """
    if len(data) > MAX_IMAGE_BYTES:
        raise ReadError("read.too-large", f"The PDF has {len(data):,} bytes.")
    found: list[bytes] = []
    for number, start in enumerate(_STREAM.finditer(data)):
        if number >= MAX_STREAMS or len(found) >= MAX_ATTACHMENTS:
            break
        body = _embedded(data, start.start(), start.end())
        if body is not None and body.lstrip()[:1] in (b"{", b"e"):
            found.append(body)
    if not found:
        raise ReadError(
            "read.pdf-empty",
            "The PDF carries no credential; a signed certificate has one attached to it.",
        )
    return found


def _embedded(data: bytes, word: int, begin: int) -> bytes | None:
    """The content of the stream at ``word`` if it is an embedded file that can be unpacked."""
    head = data[max(0, word - _DICTIONARY) : word]
    dictionary = head[head.rfind(b" obj") + 1 :]
    if not _EMBEDDED.search(dictionary):
        return None
    end = data.find(b"endstream", begin)
    body = data[begin : end if end >= 0 else len(data)]
    if _FLATE.search(dictionary):
        return _inflated(body)
    if _FILTER.search(dictionary):
        return None
    return body.rstrip(b"\r\n") if len(body) <= MAX_DOCUMENT_BYTES else None


def _inflated(body: bytes) -> bytes | None:
    """At most one document's bytes; a bomb is no document."""
    unpacker = zlib.decompressobj()
    try:
        out = unpacker.decompress(body, MAX_DOCUMENT_BYTES + 1)
    except zlib.error:
        return None
    return out if len(out) <= MAX_DOCUMENT_BYTES else None
