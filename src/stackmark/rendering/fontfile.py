"""What a font file can draw and how wide: just enough of OpenType to fit text.

Read are ``cmap`` (formats 4 and 12), ``head``, ``hhea`` and ``hmtx`` of TrueType and OpenType
files, and of each face of a collection. Shaping is left to those who draw.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stackmark.errors import ReadError

_KINDS: Final = (b"\0\1\0\0", b"OTTO", b"true")
_UNICODE: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))  # platform, encoding; widest first
MAX_GROUPS: Final = 20_000  # runs of one character map; the largest known font has fewer


@dataclass(frozen=True, slots=True)
class FontFace:
    """One face: characters to glyphs, glyphs to widths."""

    units: int
    glyphs: dict[int, int]
    widths: tuple[int, ...]

    def advance(self, character: int) -> float | None:
        """The width of a character in ems, or nothing when the face cannot draw it."""
        glyph = self.glyphs.get(character)
        if glyph is None:
            return None
        return self.widths[min(glyph, len(self.widths) - 1)] / self.units


def read_faces(data: bytes) -> list[FontFace]:
    """The faces of a font file. Raises ``ReadError`` ``read.font`` for anything else."""
    try:
        return [_read_face(data, start) for start in _starts(data)]
    except (struct.error, KeyError, IndexError, ZeroDivisionError) as error:
        raise ReadError("read.font", f"The font file is damaged ({error!r}).") from None


def _starts(data: bytes) -> list[int]:
    if data[:4] == b"ttcf":
        (count,) = struct.unpack_from(">I", data, 8)
        return list(struct.unpack_from(f">{min(count, 64)}I", data, 12))
    if data[:4] in _KINDS:
        return [0]
    raise ReadError("read.font", "This is no TrueType or OpenType font (TTF, OTF or TTC).")


def _read_face(data: bytes, start: int) -> FontFace:
    (count,) = struct.unpack_from(">H", data, start + 4)
    tables = {}
    for number in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        tables[tag] = offset
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (measures,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    pairs = struct.unpack_from(f">{measures * 2}H", data, tables[b"hmtx"])
    glyphs = _character_map(data, tables[b"cmap"])
    return FontFace(units or 1000, glyphs, pairs[::2] or (units,))


def _character_map(data: bytes, cmap: int) -> dict[int, int]:
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        found[platform, encoding] = cmap + offset
    at = next(found[key] for key in _UNICODE if key in found)
    (form,) = struct.unpack_from(">H", data, at)
    runs = _runs_12(data, at) if form == 12 else _runs_4(data, at)
    return {character: glyph for run in runs for character, glyph in run if glyph}


def _runs_12(data: bytes, at: int) -> Iterator[Iterator[tuple[int, int]]]:
    (count,) = struct.unpack_from(">I", data, at + 12)
    for number in range(min(count, MAX_GROUPS)):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * number)
        size = min(last - first, 0xFFFF) + 1
        yield zip(range(first, first + size), range(glyph, glyph + size), strict=True)


def _runs_4(data: bytes, at: int) -> Iterator[Iterator[tuple[int, int]]]:
    (doubled,) = struct.unpack_from(">H", data, at + 6)
    lasts, firsts = at + 14, at + 16 + doubled
    for step in range(0, doubled, 2):
        (last,) = struct.unpack_from(">H", data, lasts + step)
        first, delta, reach = (
            struct.unpack_from(">H", data, firsts + plane * doubled + step)[0] for plane in range(3)
        )
        place = firsts + 2 * doubled + step
        yield _run_4(data, (first, last), delta, place + reach if reach else 0)


def _run_4(data: bytes, span: tuple[int, int], delta: int, place: int) -> Iterator[tuple[int, int]]:
    first, last = span
    for character in range(first, min(last, 0xFFFE) + 1):
        if not place:
            yield character, (character + delta) & 0xFFFF
            continue
        (glyph,) = struct.unpack_from(">H", data, place + 2 * (character - first))
        yield character, (glyph + delta) & 0xFFFF if glyph else 0
