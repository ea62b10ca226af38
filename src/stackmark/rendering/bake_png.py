"""The PNG side of baking: one iTXt chunk right after the header."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stackmark.errors import ReadError, UsageError
from stackmark.reading.png import MAX_PIXELS, PngLayout, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

# Keyword, NUL, no compression, method 0, no language, no translated keyword (PNG 11.3.3.4).
_FRONT: Final = b"iTXt" + b"openbadgecredential" + bytes(5)
_FRONT_CRC: Final = zlib.crc32(_FRONT)


@dataclass(frozen=True, slots=True)
class PreparedPng:
    """A PNG without carriers, cut where the carrier belongs."""

    head: bytes
    tail: bytes

    def with_text(self, text: bytes, _form: str) -> bytes:
        """The file with ``text`` as its credential; JSON and tokens stand alike."""
        length = (len(_FRONT) - 4 + len(text)).to_bytes(4, "big")
        crc = zlib.crc32(text, _FRONT_CRC).to_bytes(4, "big")
        return b"".join((self.head, length, _FRONT, text, crc, self.tail))


def prepare_png(image: bytes, *, replace: bool) -> PreparedPng:
    """Take a PNG apart; raises as ``Baker`` says."""
    layout = lay_out(image)
    _check_pixels(layout)
    if layout.carriers and not replace:
        raise UsageError(
            "usage.already-baked",
            f"The image carries a credential in {layout.carriers[0].place}; "
            "ask to replace it, or take the plain image.",
        )
    cuts = [(carrier.chunk.start, carrier.chunk.stop) for carrier in layout.carriers]
    return PreparedPng(image[: layout.first_end], without(image, layout.first_end, cuts))


def without(data: bytes, start: int, cuts: Iterable[tuple[int, int]]) -> bytes:
    """``data`` from ``start`` on, less the ``(start, stop)`` ranges, which are in order."""
    pieces = []
    for cut_start, cut_stop in cuts:
        pieces.append(data[start:cut_start])
        start = cut_stop
    return b"".join((*pieces, data[start:]))


def _check_pixels(layout: PngLayout) -> None:
    if not layout.size_is_sane:
        raise ReadError(
            "read.png-size",
            f"The PNG claims {layout.width:,} by {layout.height:,} pixels; a badge has between "
            f"1 and {MAX_PIXELS:,} in all.",
        )
    if not layout.has_pixels:
        raise ReadError("read.png-malformed", "The PNG holds no image data.")
