"""Rows of CSV (RFC 4180) and of tab-separated text, one at a time, each with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from stackmark.exchange.frameworks.shapes import fault

MAX_LINE: Final = 1024 * 1024  # bytes of one line
MAX_CELL: Final = 20_000  # characters of one cell
MAX_ROWS: Final = 2_000_000
_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
Row = tuple[int, dict[str, str]]


def lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """The lines of UTF-8 text, with their ends.

    Raises ``UsageError`` ``framework.encoding``, ``framework.long-line``, ``framework.text``.
    """
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            raise fault("long-line", f"{name}, line {number}", f"has over {MAX_LINE:,} bytes.")
        yield _decoded(raw, name, number)


def _decoded(raw: bytes, name: str, number: int) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"{name}, line {number}, byte {error.start + 1}"
        raise fault("encoding", where, "is no UTF-8 text; save the file as UTF-8.") from None
    if number == 1:
        text = text.removeprefix(_BOM)
    found = _UNFIT.search(text)
    if found:
        where = f"{name}, line {number}, column {found.start() + 1}"
        raise fault("text", where, f"holds U+{ord(found[0]):04X}, which is no text.")
    return text


def comma_rows(stream: BinaryIO, name: str, needed: tuple[str, ...]) -> Iterator[Row]:
    """Rows by column name, with the line each begins in; all needed columns are there.

    Raises ``UsageError`` ``framework.empty``, ``framework.header``, ``framework.csv``,
    ``framework.row``, ``framework.long-cell`` and those of ``lines``.
    """
    reader = csv.reader(lines(stream, name), strict=True)
    header: list[str] | None = None
    for line, cells in _parsed(reader, name):
        if header is None:
            header = _header(cells, name, needed)
        elif cells:
            yield line, _row(header, cells, name, line)
    if header is None:
        raise fault("empty", name, "has no line at all.")


def _parsed(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    count = 0
    while True:
        line = int(getattr(reader, "line_num", 0)) + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            where = f"{name}, line {line}"
            sentence = f"is no CSV row: {error}; is a quotation mark open?"
            raise fault("csv", where, sentence) from None
        count += 1
        if count > MAX_ROWS:
            raise fault("rows", name, f"has over {MAX_ROWS:,} rows.")
        yield line, cells


def tab_rows(stream: BinaryIO, name: str, needed: tuple[str, ...]) -> Iterator[Row]:
    """Rows of tab-separated text without quotation marks, as O*NET publishes it."""
    header: list[str] | None = None
    for line, text in enumerate(lines(stream, name), 1):
        cells = text.rstrip("\r\n").split("\t")
        if header is None:
            header = _header(cells, name, needed)
        elif cells != [""]:
            yield line, _row(header, cells, name, line)
    if header is None:
        raise fault("empty", name, "has no line at all.")


def _header(cells: list[str], name: str, needed: tuple[str, ...]) -> list[str]:
    header = [one.strip() for one in cells]
    twice = next((one for one in header if one and header.count(one) > 1), "")
    if twice:
        raise fault("header", f"{name}, line 1", f"has the column {twice!r} twice.")
    missing = [one for one in needed if one not in header]
    if missing:
        hint = " Its columns are parted by semicolons; use commas." if ";" in header[0] else ""
        raise fault("header", f"{name}, line 1", f"has no column {missing[0]!r}.{hint}")
    return header


def _row(header: list[str], cells: list[str], name: str, line: int) -> dict[str, str]:
    if len(cells) != len(header):
        where = f"{name}, line {line}"
        cells_said = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
        raise fault("row", where, f"has {cells_said}; there are {len(header)} columns.")
    for column, cell in zip(header, cells, strict=True):
        if len(cell) > MAX_CELL:
            where = f"{name}, line {line}, column {column}"
            raise fault("long-cell", where, f"has over {MAX_CELL:,} characters.")
    return {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
