"""From bytes to results: the table, its kind, its attempts."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.issuing.csv_text import Broken, read_cells
from stackmark_web.assessing.imports import canvas, generic, moodle, openedx
from stackmark_web.assessing.imports.found import Finding, Read, Sheet

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_FINDINGS: Final = 500  # kept; the counts say how many there are
KINDS: Final = {"moodle": moodle, "canvas": canvas, "openedx": openedx, "generic": generic}
"""The platforms by the words of ``AttemptImport.Kind``, in the order they are tried."""


def recognise(data: bytes) -> str:
    """The kind a file is, by its header; empty when it is none we know.

    Raises ``UsageError`` when it is no table at all.
    """
    header = list(_table(data, headers_only=True).header)
    return next((kind for kind, one in KINDS.items() if one.fits(header)), "")


def read(data: bytes, kind: str) -> Read:
    """All attempts of a file of this kind.

    Raises ``UsageError`` as ``recognise``, and ``assess.kind`` when the header is of another kind.
    """
    sheet = _table(data)
    module = KINDS.get(kind)
    if module is None or not module.fits(list(sheet.header)):
        raise UsageError(
            "assess.kind",
            _("The first line is not that of such a file. Choose another kind, or rename columns."),
        )
    found = module.read(sheet)
    if not found.results and not found.findings:
        raise UsageError("assess.empty", _("There is no attempt in this file."))
    return found


def _table(data: bytes, *, headers_only: bool = False) -> Sheet:
    if len(data) > MAX_BYTES:
        raise too_large()
    rows: list[tuple[int, list[str]]] = []
    broken: list[Finding] = []
    header: list[str] | None = None
    for line, cells in read_cells([data]):
        if isinstance(cells, Broken):
            if header is None:
                raise UsageError(
                    "assess.header", _("The first line cannot be read. ") + cells.detail
                )
            broken.append(Finding(line, "", f"cells.{cells.reason}", cells.detail))
        elif header is None:
            header = cells
            if headers_only:
                break
        elif any(map(str.strip, cells)):
            _fitted(line, cells, len(header), rows, broken)
            if len(rows) > MAX_ROWS:
                raise UsageError(
                    "assess.too-many",
                    _("The file has more than %d rows; divide it into several.") % MAX_ROWS,
                )
    if header is None:
        raise UsageError("assess.empty", _("The file is empty."))
    if not headers_only and not rows and not broken:
        raise UsageError("assess.empty", _("The file has a header line, but no rows below it."))
    sheet = Sheet(header, rows)
    sheet.findings += broken
    return sheet


def _fitted(
    line: int,
    cells: list[str],
    width: int,
    rows: list[tuple[int, list[str]]],
    broken: list[Finding],
) -> None:
    """A row with more cells than the header cannot be told apart; a shorter one can."""
    if len(cells) > width and any(map(str.strip, cells[width:])):
        detail = _("This row has %(cells)d cells, but the header has %(width)d.")
        broken.append(Finding(line, "", "cells", detail % {"cells": len(cells), "width": width}))
    else:
        rows.append((line, cells[:width]))


def too_large() -> UsageError:
    """More bytes than one upload takes."""
    size = MAX_BYTES // 1024 // 1024
    return UsageError(
        "assess.too-large",
        _("The file is larger than %d MB; divide it into several.") % size,
    )
