"""From the bytes of a CSV file to rows of cells, a bounded piece at a time (RFC 4180)."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from stackmark import limits
from stackmark.errors import UsageError
from stackmark.issuing.columns import pick_separator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BLOCK: Final = 64 * 1024  # bytes decoded at a time
_MAX_ROW: Final = limits.MAX_CSV_COLUMNS * (limits.MAX_CSV_CELL + 3)  # characters, quotes included
_NOT_TEXT: Final = {  # first bytes of what people upload by mistake
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF",
    b"PK\x03\x04": "an Excel workbook or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"\xff\xfe\x00\x00": "text in UTF-32",
    b"\x00\x00\xfe\xff": "text in UTF-32",
}
# A spreadsheet program takes a cell for a formula by its first character, and may take other
# separators than ours, so every place where a cell could begin is guarded.
_STARTS: Final = r"(?:\A|(?<=[,;\t\r\n|\"]))"
_FORMULA: Final = re.compile(_STARTS + "(?=[=+\\-@\t\r\n'\uff1d\uff0b\uff0d\uff20])")
_GUARD: Final = re.compile(_STARTS + "'")


@dataclass(frozen=True, slots=True)
class Broken:
    """A row whose cells could not be told apart: why, in one word and in one sentence.

    ``place`` is the column in which it shows, from 0.
    """

    place: int
    reason: str
    detail: str


def read_cells(chunks: Iterable[bytes]) -> Iterator[tuple[int, list[str] | Broken]]:
    """The rows of the file, header included, each with the line it starts on (from 1).

    Empty lines are passed over. UTF-8 with or without mark, or UTF-16 with one; separator from
    the first line. Raises ``UsageError`` when the file as a whole cannot be trusted any further:
    ``usage.csv-encoding``, ``usage.csv-quote``, ``usage.csv-line``.
    """
    lines = _lines(_decode(_blocks(chunks)))
    start: list[str] = []
    for line in lines:
        start.append(line)
        if line.strip():
            break
    separator = pick_separator("".join(start))
    row: list[str] = []
    reader = csv.reader(_remember(chain(start, lines), row), delimiter=separator, strict=True)
    number = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield number, _explain("".join(row), number, separator)
        else:
            if cells is None:
                return
            if cells:
                yield number, cells
        row.clear()
        number = reader.line_num + 1


def neutralise(cell: str) -> str:
    """The cell with an apostrophe wherever a spreadsheet could see a formula begin.

    For files that go out. ``restore`` gives the very same text back; what is safe already stays
    as it is. Write such cells through ``csv`` as always.
    """
    return _FORMULA.sub("'", cell)


def restore(cell: str) -> str:
    """The text that ``neutralise`` was given."""
    return _GUARD.sub("", cell)


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of a sensible size, whatever size they come in."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        for start in range(0, len(chunk), _BLOCK):
            waiting.append(chunk[start : start + _BLOCK])
            size += len(waiting[-1])
            if size >= _BLOCK:
                yield b"".join(waiting)
                waiting, size = [], 0
    yield b"".join(waiting)


def _decode(blocks: Iterator[bytes]) -> Iterator[str]:
    first = next(blocks)
    encoding = _encoding(first)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = 1
    for block in chain([first], blocks, [b""]):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            line = lines + _line_ends(error.object[: error.start].decode("latin-1"))
            raise _bad_encoding(error, line) from None
        yield text
        lines += _line_ends(text)


def _encoding(first: bytes) -> str:
    for magic, what in _NOT_TEXT.items():
        if first.startswith(magic):
            raise UsageError(
                "usage.csv-encoding",
                f'This file is not text but {what}; save the table as "CSV UTF-8" and try again.',
            )
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in first.partition(b"\n")[0].partition(b"\r")[0]:
        raise UsageError(
            "usage.csv-encoding",
            "The first line holds NUL bytes, so this file is not text, or is UTF-16 without its "
            'mark; save the table as "CSV UTF-8" and try again.',
        )
    return "utf-8-sig"


def _bad_encoding(error: UnicodeDecodeError, line: int) -> UsageError:
    byte = error.object[error.start]
    name = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8"
    return UsageError(
        "usage.csv-encoding",
        f"The file's encoding is not {name}: byte 0x{byte:02X} on line {line} belongs to another "
        'one or is cut off. Save the table as "CSV UTF-8" and try again.',
    )


def _line_ends(text: str) -> int:
    return max(text.count("\n"), text.count("\r"))


def _lines(texts: Iterator[str]) -> Iterator[str]:
    """Lines with their ends, be they LF, CR LF or CR."""
    tail = ""
    for text in chain(texts, [None]):
        whole = tail + (text or "")
        # A CR at the very end may be half of a CR LF; after the last text it is whole.
        last = len(whole) - 1
        cut = (
            max(whole.rfind("\n"), whole.rfind("\r", 0, max(0, last))) if text is not None else last
        )
        tail = whole[cut + 1 :]
        if len(tail) > _MAX_ROW:
            raise _endless()
        yield from io.StringIO(whole[: cut + 1], newline="")


def _remember(lines: Iterable[str], row: list[str]) -> Iterator[str]:
    """The same lines; ``row`` collects those of the row being read until it is cleared."""
    size = 0
    for line in lines:
        size = size + len(line) if row else len(line)
        if size > _MAX_ROW:
            raise _endless()
        row.append(line)
        yield line


def _endless() -> UsageError:
    return UsageError(
        "usage.csv-line",
        f"One row has more than {_MAX_ROW:,} characters: a line end or a closing quotation mark "
        "is missing, or this is not a CSV file.",
    )


def _explain(raw: str, line: int, separator: str) -> Broken:
    """Why a row could not be split, when it is certain where the next one starts."""
    ends = re.escape(separator) + "\r\n"
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*("?))?([^{ends}]*)')
    start, place = 0, 0
    while found := cell.match(raw, start):
        quoted, closed, rest = found.groups()
        if quoted and (rest or not closed):
            certain = closed and not _line_ends(quoted) and raw.count('"', found.end(1)) % 2 == 0
            if not certain:
                raise _open_quote(line + _line_ends(raw[:start]))
            return Broken(
                place,
                "quote",
                "Text follows a closed quotation mark; double every one inside the cell.",
            )
        if len(found[0]) > limits.MAX_CSV_CELL:
            return Broken(
                place, "too-long", f"The cell has more than {limits.MAX_CSV_CELL:,} characters."
            )
        if not raw.startswith(separator, found.end()):
            break
        start, place = found.end() + 1, place + 1
    raise _endless()


def _open_quote(line: int) -> UsageError:
    return UsageError(
        "usage.csv-quote",
        f"The quotation mark that opens a cell on line {line} is not closed where the cell ends. "
        "Close it, or double every quotation mark inside the cell.",
    )
