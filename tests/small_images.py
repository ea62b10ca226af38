"""Small badge images made by hand, for when the shared vectors are absent."""

from __future__ import annotations

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
JSON = '{"type":["OpenBadgeCredential"],"name":"Æsthetics ]]> & <b>"}'.encode()
JWS = b"eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2ln"

SVG = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- > drawn by hand <svg> -->
<svg xmlns="http://www.w3.org/2000/svg" aria-label='a > b' viewBox="0 0 9 9">
  <rect width="9" height="9" fill="url(#p)"/>
</svg>
"""


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def header(width: int = 1, height: int = 1) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return chunk(b"IHDR", size + b"\x08\0\0\0\0")


PIXELS = chunk(b"IDAT", zlib.compress(b"\0\x80"))
END = chunk(b"IEND")


def itxt(
    text: bytes, *, keyword: bytes = b"openbadgecredential", middle: bytes = bytes(5)
) -> bytes:
    return chunk(b"iTXt", keyword + middle + text)


def png(*extra: bytes, first: bytes | None = None) -> bytes:
    """A one-pixel PNG with these chunks between header and pixels."""
    return b"".join((SIGNATURE, header() if first is None else first, *extra, PIXELS, END))


def svg(inside: str = "", *, attributes: str = "") -> bytes:
    """An SVG of this content, with the prefixes ``ob`` and ``old`` bound."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0" '
        f'xmlns:old="http://openbadges.org" {attributes}>{inside}<path d="M0 0"/></svg>'
    ).encode()
