"""Files that leave: a template to fill in, the rows to be mended, the report of a run.

Every cell that a spreadsheet program could take for a formula is neutralised (goal A76).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.conf import settings

from stackmark.issuing.columns import OURS
from stackmark.issuing.recipients import neutralise, restore
from stackmark_web.awarding import sheet_reading as reading
from stackmark_web.awarding import sheets
from stackmark_web.awarding.models import Sheet, SheetRow
from stackmark_web.awarding.sheet_words import fix_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MARK: Final = "\ufeff"  # without it Excel reads UTF-8 as something else
_REPORT: Final = ("line", "email", "name", "result", "why", "state", "credential")


def template_csv() -> bytes:
    """The headers, ready to be filled in."""
    return (_MARK + ",".join(reading.template_headers()) + "\r\n").encode()


def template_xlsx() -> bytes:
    """The same as a workbook; all cells are text, so that no program rewrites dates or numbers."""
    import openpyxl
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = "Recipients"
    page.append(reading.template_headers())
    for place, name in enumerate(reading.template_headers(), start=1):
        page.cell(1, place).font = Font(bold=True)
        column = page.column_dimensions[get_column_letter(place)]
        column.width, column.number_format = max(16, len(name) + 4), "@"
    page.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bad_rows(sheet: Sheet) -> Iterator[str]:
    """The rows with errors as they stand in the file, each with what to mend.

    Mended, the file can be uploaded as it is: our own columns are left out again.
    """
    # Both in the order of the file, a piece at a time: every row of a long one may be bad.
    bad = sheets.shown_rows(sheet, outcome=SheetRow.Outcome.ERROR).iterator(1_000)
    row = next(bad, None)
    rows = reading.raw_rows(bytes(sheet.data))
    header = next(rows)
    kept = [at for at, name in enumerate(header) if not name.strip().lower().startswith(OURS)]
    guarded = len(kept) < len(header)
    yield _MARK
    ours = [f"{OURS}{name}" for name in ("line", "column", "problem", "fix")]
    yield _line([*ours, *(header[place] for place in kept)])
    for number, cells in enumerate(rows):
        if row is not None and row.number == number:
            own = [restore(cell) if guarded else cell for cell in cells]
            places = kept + list(range(len(header), len(own)))
            own = [own[place] for place in places if place < len(own)]
            yield _line([str(row.line), *_told(row), *own])
            row = next(bad, None)


def _told(row: SheetRow) -> list[str]:
    one = row.findings[0] if row.findings else {}
    return [one.get("column", ""), one.get("detail", ""), str(fix_of(one.get("reason", "")))]


def report(sheet: Sheet) -> Iterator[str]:
    """What became of every row."""
    yield _MARK
    yield _line(_REPORT)
    for row in sheets.reported_rows(sheet).iterator(1_000):
        yield _line(_reported(row))


def _reported(row: SheetRow) -> list[str]:
    award = row.award
    return [
        str(row.line),
        award.recipient_email if award is not None else row.email,
        award.recipient_name if award is not None else row.name,
        row.get_result_display() if row.result else "",
        why(row),
        award.get_state_display() if award is not None else "",
        f"{settings.IDENTITY_URL}/credentials/{award.pk}" if award is not None else "",
    ]


def why(row: SheetRow) -> str:
    """The reason of a row that got no credential."""
    if row.award is not None or not row.findings:
        return ""
    return str(row.findings[-1].get("detail", ""))


def _line(cells: Iterable[str] | Sequence[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([neutralise(cell) for cell in cells])
    return buffer.getvalue()
