"""The bulk file: who gets the credential, one row a person, checked before anything is signed.

Rows stream: a file of any length needs the memory of one row, and a 16-byte hash of each person
(about 120 bytes as Python keeps it) by which doubles are noticed.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from stackmark.errors import UsageError
from stackmark.issuing.columns import CANONICAL, Layout, read_layout
from stackmark.issuing.csv_text import Broken, neutralise, read_cells, restore
from stackmark.issuing.dates import read_when
from stackmark.issuing.rows import BadRow, Evidence, Row, RowChecker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = [
    "BadRow",
    "Evidence",
    "RecipientFile",
    "Row",
    "bad_rows_csv",
    "neutralise",
    "open_file",
    "read_rows",
    "restore",
    "template_csv",
]


class RecipientFile:
    """An opened bulk file: its header understood, its rows yet to be read, once."""

    def __init__(
        self, layout: Layout, rows: Iterator[tuple[int, list[str] | Broken]], checker: RowChecker
    ) -> None:
        self._layout = layout
        self._rows = rows
        self._checker = checker

    @property
    def layout(self) -> Layout:
        """The header line, understood."""
        return self._layout

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers as they stand in the file."""
        return self._layout.headers

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about columns that are not known or left out."""
        return self._layout.warnings

    def __iter__(self) -> Iterator[Row | BadRow]:
        """Every row in order.

        Raises ``UsageError`` as ``read_cells`` does, and ``usage.csv-empty`` when there is none.
        """
        for _, row in self.with_cells():
            yield row

    def with_cells(self) -> Iterator[tuple[list[str], Row | BadRow]]:
        """Every row with its cells as they stand in the file (none when they could not be told).

        Raises as iterating does.
        """
        check = self._checker.check
        empty = True
        for line, cells in self._filled():
            empty = False
            yield ([] if isinstance(cells, Broken) else cells), check(line, cells)
        if empty:
            raise UsageError("usage.csv-empty", "The file has a header line, but no rows below it.")

    def unchecked(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of every row whose cells can be told apart, judged in no way."""
        for line, cells in self._filled():
            if isinstance(cells, list):
                yield line, cells

    def _filled(self) -> Iterator[tuple[int, list[str] | Broken]]:
        for line, cells in self._rows:
            if isinstance(cells, Broken):
                yield line, cells
            elif any(cells):  # spreadsheets leave rows of bare separators behind the table
                yield line, (list(map(restore, cells)) if self._layout.guarded else cells)


def open_file(
    chunks: Iterable[bytes],
    *,
    columns: Mapping[str, str] | None = None,
    places: Mapping[int, str] | None = None,
    known_templates: Collection[str] | None = None,
    default_issued_on: str | None = None,
    allow_duplicates: bool = False,
    date_order: str | None = None,
) -> RecipientFile:
    """Read the header of a bulk file that comes in ``chunks`` of bytes of any size.

    ``columns``, ``places``: see ``read_layout``. ``known_templates``: the template ids a row may
    name; any if not given. ``default_issued_on``: for rows without a date, read as ``read_when``
    does; ``date_order`` as there.
    Raises ``UsageError``: ``usage.csv-empty``, ``usage.csv-header``, ``usage.csv-encoding``,
    ``usage.csv-quote``, ``usage.csv-line``; ``CheckFailed`` for the default date.
    """
    rows = read_cells(chunks)
    _, header = next(rows, (0, None))
    if header is None:
        raise UsageError("usage.csv-empty", "The file is empty; its first line must be the header.")
    if isinstance(header, Broken):
        raise UsageError("usage.csv-header", f"The header line cannot be read. {header.detail}")
    layout = read_layout(header, columns=columns, places=places)
    issued = None if default_issued_on is None else read_when(default_issued_on)
    checker = RowChecker(
        layout,
        known_templates=known_templates,
        default_issued_on=issued,
        allow_duplicates=allow_duplicates,
        date_order=date_order,
    )
    return RecipientFile(layout, rows, checker)


def read_rows(
    chunks: Iterable[bytes],
    *,
    columns: Mapping[str, str] | None = None,
    places: Mapping[int, str] | None = None,
    known_templates: Collection[str] | None = None,
    default_issued_on: str | None = None,
    allow_duplicates: bool = False,
    date_order: str | None = None,
) -> Iterator[Row | BadRow]:
    """Every row of a bulk file, good or bad, in order; options and errors as ``open_file``."""
    return iter(
        open_file(
            chunks,
            columns=columns,
            places=places,
            known_templates=known_templates,
            default_issued_on=default_issued_on,
            allow_duplicates=allow_duplicates,
            date_order=date_order,
        )
    )


def template_csv() -> str:
    """A file to fill in: the header line and nothing else."""
    return ",".join(CANONICAL) + "\r\n"


def bad_rows_csv(bad: Iterable[BadRow]) -> Iterator[str]:
    """The error report as lines of CSV, safe to open in a spreadsheet (see ``neutralise``)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(("line", "column", "reason", "detail"))
    for row in bad:
        writer.writerow((row.line, neutralise(row.column), row.reason, neutralise(row.detail)))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
