"""From an Excel workbook to CSV text: values only, within limits, nothing evaluated.

What a workbook claims about itself is not believed: the archive is measured before it is opened,
every part is searched for document type declarations, and rows and columns are counted as they
come (security goal A74, fault F21).
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark import limits
from stackmark.errors import StackmarkError, UsageError

MAX_ROWS: Final = 100_000
MAX_PARTS: Final = 2_000  # files inside the archive
MAX_UNPACKED: Final = 200 * 1024 * 1024  # bytes of all parts together
MAX_RATIO: Final = 250  # honest tables of numbers reach about 50
MAX_TEXT: Final = 50 * 1024 * 1024  # characters of the resulting CSV
_HEADER_WITHIN: Final = 100  # rows
_LAST_ROW: Final = 1_048_576  # of any worksheet
_SMALL: Final = 1024 * 1024  # below it the ratio says nothing
_BLOCK: Final = 256 * 1024
_DECLARED: Final = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")
_OVERLAP: Final = 32  # bytes kept between blocks, longer than any such word in UTF-16
_ZEROS: Final = re.compile("0{2,20}")

warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")


@dataclass(slots=True)
class Table:
    """What was read: CSV in UTF-8, and how its lines lead back to the rows of the worksheet.

    ``shifts`` holds pairs: from this line of the CSV on, the worksheet's row is so many less.
    """

    data: bytes
    worksheet: str = ""
    others: int = 0
    shifts: list[tuple[int, int]] = field(default_factory=list)


def read_workbook(data: bytes) -> Table:
    """The first visible worksheet as CSV.

    Raises ``UsageError`` ``sheet.…`` with a sentence that says what to do.
    """
    _measure(data)
    try:
        return _read(data)
    except StackmarkError:
        raise
    except Exception as error:  # the reader raises whatever a broken file leads it to
        raise UsageError(
            "sheet.workbook",
            _("This workbook cannot be read. Open it in your spreadsheet program, save it anew as "
              "XLSX or as “CSV UTF-8”, and try again."),
        ) from error  # fmt: skip


def _measure(data: bytes) -> None:
    """Refuse an archive that would unpack to too much or that is no plain workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, OverflowError, RuntimeError):
        raise UsageError("sheet.workbook", _("The workbook is damaged or cut off.")) from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _bomb()
    for part in parts:
        if part.flag_bits & 1:
            raise UsageError(
                "sheet.password",
                _("The workbook is protected by a password; save it without one."),
            )
        if part.file_size > _SMALL and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise _bomb()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise UsageError(
            "sheet.workbook",
            _("This archive is no Excel workbook. Save the table as XLSX or “CSV UTF-8”."),
        )
    _search(archive, parts)


def _search(archive: zipfile.ZipFile, parts: Iterable[zipfile.ZipInfo]) -> None:
    """No part may declare entities, by which a few bytes grow without end or read our files."""
    left = MAX_UNPACKED
    for part in parts:
        tail = b""
        try:
            with archive.open(part) as stream:
                while block := stream.read(_BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise _bomb()
                    if _DECLARED.search(tail + block):
                        raise UsageError(
                            "sheet.entities",
                            _("The workbook declares entities, which no spreadsheet program does. "
                              "It was not opened."),
                        )  # fmt: skip
                    tail = block[-_OVERLAP:]
        except StackmarkError:
            raise
        except Exception:  # noqa: BLE001 - each compression has errors of its own
            raise UsageError("sheet.workbook", _("The workbook is damaged or cut off.")) from None


def _bomb() -> UsageError:
    return UsageError(
        "sheet.too-large",
        _("The workbook unpacks to far more than it should. It was not opened; save the table as "
          "“CSV UTF-8” and try again."),
    )  # fmt: skip


def _read(data: bytes) -> Table:
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise UsageError("usage.csv-empty", _("The workbook has no visible worksheet."))
    table = Table(b"", worksheet=sheets[0].title[:80], others=len(sheets) - 1)
    table.data = _written(_rows(sheets[0]), table)
    book.close()
    return table


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows as text, up to the last one in which anything stands; ragged on the right."""
    # The dimensions a file states may be wrong or huge; the limits are ours.
    width = _width(sheet)
    waiting = 0
    for cells in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=width + 1):
        texts = _trimmed([_text(cell) for cell in cells])
        if not texts:
            waiting += 1
            continue
        yield from ([] for _ in range(waiting))
        waiting = 0
        yield texts + [""] * (width - len(texts))
    if (sheet.max_row or 0) > MAX_ROWS + 1 and _more_below(sheet, width):
        raise too_many_rows()


def _more_below(sheet: Any, width: int) -> bool:
    """Whether anything stands far below; programs write empty rows down to the last one."""
    below = sheet.iter_rows(min_row=MAX_ROWS + 2, max_row=_LAST_ROW, max_col=width + 1)
    return any(any(map(_text, cells)) for cells in below if cells)


def _width(sheet: Any) -> int:
    """How many columns the header has: the first row in which anything stands."""
    for cells in sheet.iter_rows(max_row=_HEADER_WITHIN, max_col=limits.MAX_CSV_COLUMNS + 1):
        texts = _trimmed([_text(cell) for cell in cells])
        if texts:
            return len(texts)
    return limits.MAX_CSV_COLUMNS


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _written(rows: Iterator[list[str]], table: Table) -> bytes:
    """The rows as CSV; notes in ``table`` where line breaks inside cells shift the lines."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    shift = 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            raise too_many_rows()
        if not row:
            buffer.write("\n")
            continue
        writer.writerow(row)
        inner = sum(map(_line_breaks, row))
        if inner:
            shift += inner
            table.shifts.append((number + shift + 1, shift))
        if buffer.tell() > MAX_TEXT:
            raise _bomb()
    return buffer.getvalue().encode()


def too_many_rows() -> UsageError:
    """More rows than one upload takes."""
    return UsageError(
        "sheet.too-many",
        _("The file has more than %(rows)s rows; divide it into several.")
        % {"rows": f"{MAX_ROWS:,}"},
    )


def _line_breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def row_of(line: int, shifts: Iterable[Iterable[int]]) -> int:
    """The worksheet's row for a line of the CSV that was made from it."""
    shift = 0
    for first, amount in shifts:
        if line < first:
            break
        shift = amount
    return line - shift


def _text(cell: Any) -> str:
    """A cell as a person sees it, as far as its kind tells: dates in ISO 8601."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value[: limits.MAX_CSV_CELL + 1]
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, getattr(cell, "number_format", "") or "")
    return _moment(value)


def _number(value: float, number_format: str) -> str:
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))
    # A student's number 00123 is kept as 123 with the format 00000.
    return text.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else text


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        whole = value.replace(microsecond=0)
        return (whole.date() if whole.time() == time() else whole).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)[: limits.MAX_CSV_CELL + 1]
