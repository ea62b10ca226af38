"""Baked PNG: the credential in a text chunk (Open Badges 3.0 section 5.3.1).

The chunks are walked with own code: image libraries read text from chunks that are no carrier,
inflate what the standard forbids to compress, and take the last of two. Pixels are never decoded.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from stackmark.errors import ReadError
from stackmark.limits import MAX_IMAGE_BYTES, MAX_PNG_CHUNKS
from stackmark.reading.baked import PNG_SIGNATURE, Baked, Standard, check_size, form_of, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PIXELS: Final = 100_000_000  # pixels; three bytes each are 300 MB when decoded
KEYWORDS: Final[dict[bytes, Standard]] = {b"openbadgecredential": "ob3", b"openbadges": "ob2"}

_TEXT_KINDS: Final = frozenset((b"iTXt", b"tEXt", b"zTXt"))
_MAX_KEYWORD: Final = 79  # bytes (PNG section 11.3.3.2)


class Chunk(NamedTuple):
    """One chunk: its four-letter type and where the whole of it and its data stand."""

    kind: bytes
    number: int
    start: int
    stop: int

    def body(self, data: bytes) -> bytes:
        """The data field."""
        return data[self.start + 8 : self.stop - 4]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A text chunk whose keyword is one of ours."""

    chunk: Chunk
    standard: Standard
    keyword: bytes

    @property
    def place(self) -> str:
        """Where it stands, for people; the header is chunk 1."""
        return f'chunk {self.chunk.number} ({self.chunk.kind.decode()} "{self.keyword.decode()}")'


@dataclass(frozen=True, slots=True)
class PngLayout:
    """What a walk over the chunks found; ``first_end`` is the byte after the header chunk."""

    width: int
    height: int
    first_end: int
    carriers: tuple[Carrier, ...]
    has_pixels: bool

    @property
    def size_is_sane(self) -> bool:
        """Whether a decoder may be let near the pixels."""
        return 0 < self.width * self.height <= MAX_PIXELS


def read_png(data: bytes) -> Baked:
    """The credential text of a baked PNG, without decoding or inflating anything.

    An Open Badges 3 carrier wins over an Open Badges 2 one; ``Baked.standard`` names it.
    Raises ``ReadError``: ``read.not-png``, ``read.too-large``, ``read.png-order``,
    ``read.png-length``, ``read.png-truncated``, ``read.png-crc``, ``read.png-chunks``,
    ``read.png-tail``, ``read.png-malformed``, ``read.png-two``, ``read.png-chunk-type``,
    ``read.png-compressed``, ``read.png-encoding``, ``read.no-credential``.
    """
    layout = lay_out(data)
    texts = {carrier.standard: _text(data, carrier) for carrier in _one_each(layout.carriers)}
    standard: Standard = "ob3" if "ob3" in texts else "ob2"
    text = texts.get(standard, b"")
    if not text.strip():
        raise ReadError(
            "read.no-credential",
            'This PNG carries no credential: it has no text chunk "openbadgecredential".',
        )
    warnings = [] if layout.size_is_sane else ["png-size"]
    if len(texts) > 1:
        warnings.append("ob2-ignored")
    place = next(carrier.place for carrier in layout.carriers if carrier.standard == standard)
    form = form_of(text)
    return Baked("png", standard, tidy(text, form), form, tuple(warnings), place)


def lay_out(data: bytes) -> PngLayout:
    """The shape of a PNG, its critical chunks and carriers checked (PNG sections 5.2 to 5.6).

    Raises the structural reasons of ``read_png``.
    """
    check_size(data)
    chunks = _walk(data)
    header = next(chunks)
    carriers: list[Carrier] = []
    has_pixels = False
    for chunk in chain((header,), chunks):
        if chunk is header or chunk.kind == b"IHDR":
            _check_header(data, chunk)
        has_pixels |= chunk.kind == b"IDAT"
        carrier = _carrier(data, chunk)
        if carrier:
            carriers.append(carrier)
        if carrier or not chunk.kind[0] & 0x20:  # bit 5 of the first letter: ancillary
            _check_crc(data, chunk)
    size = header.body(data)
    width, height = int.from_bytes(size[:4], "big"), int.from_bytes(size[4:8], "big")
    return PngLayout(width, height, header.stop, tuple(carriers), has_pixels)


def _walk(data: bytes) -> Iterator[Chunk]:
    """Every chunk up to IEND, which must end the file."""
    if not data.startswith(PNG_SIGNATURE):
        raise ReadError("read.not-png", "These bytes are no PNG: the signature is missing.")
    start = len(PNG_SIGNATURE)
    for number in range(1, MAX_PNG_CHUNKS + 1):
        chunk = _chunk_at(data, start, number)
        yield chunk
        start = chunk.stop
        if chunk.kind == b"IEND":
            if start != len(data):
                raise ReadError(
                    "read.png-tail",
                    f"{len(data) - start:,} bytes follow the end of the PNG; save it again.",
                )
            return
    raise ReadError("read.png-chunks", f"The PNG has over {MAX_PNG_CHUNKS:,} chunks.")


def _chunk_at(data: bytes, start: int, number: int) -> Chunk:
    if start + 12 > len(data):
        raise ReadError(
            "read.png-truncated", f"The PNG stops before its end mark, after chunk {number - 1}."
        )
    length = int.from_bytes(data[start : start + 4], "big")
    kind = data[start + 4 : start + 8]
    if length > MAX_IMAGE_BYTES:
        raise ReadError(
            "read.png-length", f"Chunk {number} claims {length:,} bytes, more than any image read."
        )
    if not (kind.isalpha() and kind.isascii()):
        raise ReadError("read.png-malformed", f"Chunk {number} has no type of four letters.")
    if start + 12 + length > len(data):
        raise ReadError(
            "read.png-truncated",
            f"Chunk {number} ({kind.decode()}) runs past the end: the file was cut off.",
        )
    return Chunk(kind, number, start, start + 12 + length)


def _check_header(data: bytes, chunk: Chunk) -> None:
    if (chunk.kind == b"IHDR") != (chunk.number == 1):
        raise ReadError(
            "read.png-order",
            f"Chunk {chunk.number} is {chunk.kind.decode()}; a PNG has IHDR first and only there.",
        )
    if len(chunk.body(data)) != 13:
        raise ReadError("read.png-malformed", "The header chunk must have 13 bytes.")


def _check_crc(data: bytes, chunk: Chunk) -> None:
    told = int.from_bytes(data[chunk.stop - 4 : chunk.stop], "big")
    if zlib.crc32(memoryview(data)[chunk.start + 4 : chunk.stop - 4]) != told:
        raise ReadError(
            "read.png-crc",
            f"Chunk {chunk.number} ({chunk.kind.decode()}) is damaged: its CRC does not match.",
        )


def _carrier(data: bytes, chunk: Chunk) -> Carrier | None:
    """The chunk as a carrier, when its keyword is exactly one of ours."""
    if chunk.kind not in _TEXT_KINDS:
        return None
    front = data[chunk.start + 8 : min(chunk.stop - 4, chunk.start + 8 + _MAX_KEYWORD + 1)]
    keyword, found, _ = front.partition(b"\0")
    if found:
        standard = KEYWORDS.get(keyword)
        return Carrier(chunk, standard, keyword) if standard else None
    if any(front.startswith(word) for word in KEYWORDS):
        raise ReadError(
            "read.png-malformed",
            f"Chunk {chunk.number} ({chunk.kind.decode()}) has no NUL after its keyword.",
        )
    return None


def _one_each(carriers: Sequence[Carrier]) -> Sequence[Carrier]:
    """The carriers, at most one of each keyword (Open Badges 3.0 section 5.3.1.1)."""
    for carrier in carriers:
        same = [other.chunk.number for other in carriers if other.standard == carrier.standard]
        if len(same) > 1:
            raise ReadError(
                "read.png-two",
                f'The PNG has {len(same)} chunks "{carrier.keyword.decode()}" (chunks {same[0]} '
                f"and {same[1]}); which one counts is not for a reader to choose.",
            )
    return carriers


def _text(data: bytes, carrier: Carrier) -> bytes:
    """The text of a carrier, from the one chunk type its standard allows."""
    kind = carrier.chunk.kind
    after_keyword = carrier.chunk.body(data)[len(carrier.keyword) + 1 :]
    if kind == b"iTXt":
        return _checked(_international(after_keyword, carrier), carrier)
    if carrier.standard == "ob3":
        raise ReadError(
            "read.png-chunk-type",
            f"A credential stands in {carrier.place}; the standard allows iTXt only.",
        )
    if kind == b"zTXt":
        raise _compressed(carrier)
    return _checked(after_keyword, carrier)


def _international(rest: bytes, carrier: Carrier) -> bytes:
    """The text of an iTXt chunk after its keyword (PNG section 11.3.3.4)."""
    if rest[:1] == b"\1":
        raise _compressed(carrier)
    if rest[:2] != b"\0\0":
        raise _malformed(carrier, "has unknown compression bytes")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:
        raise _malformed(carrier, "lacks the NUL after its language or keyword")
    return parts[2]


def _checked(text: bytes, carrier: Carrier) -> bytes:
    if b"\0" in text:
        raise _malformed(carrier, "has a NUL inside its text")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(
            "read.png-encoding", f"Byte {error.start} of the text in {carrier.place} is not UTF-8."
        ) from None
    return text


def _malformed(carrier: Carrier, what: str) -> ReadError:
    return ReadError("read.png-malformed", f"The text chunk {carrier.place} {what}.")


def _compressed(carrier: Carrier) -> ReadError:
    return ReadError(
        "read.png-compressed",
        f"The credential in {carrier.place} is compressed, which Open Badges forbids; "
        "bake it again uncompressed.",
    )
