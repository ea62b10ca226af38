"""The files of an achievement's figures, under pseudonyms, for the command line and other tools."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from stackmark.issuing.csv_text import neutralise
from stackmark_web.assessing import ledger as ledgers
from stackmark_web.assessing.figures_views import FIGURES, Asked, of_achievement


class _Line:
    """A file that ``csv`` writes to and that gives the line back."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def _csv(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Line())
    lines: Iterator[Any] = (
        writer.writerow([neutralise("" if cell is None else str(cell)) for cell in row])
        for row in rows
    )
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@of_achievement(*FIGURES)
@require_safe
def attempts_csv(request: HttpRequest, organisation: Any, achievement: Any) -> Any:  # noqa: ARG001
    """The ledger under pseudonyms, as ``stackmark assess facts`` and ``assess items`` read it."""
    return _csv(_ledger_rows(Asked(request, achievement).entries), "attempts.csv")


def _ledger_rows(entries: list[Any]) -> Iterator[list[Any]]:
    names = sorted({name for one in entries for name in one.items}, key=ledgers.natural)
    head = ["candidate", "attempt", "purpose", "date", "form", "score", "max_score", "cut", "hours"]
    yield [*head, "supervision", "anchor_script", *(f"item {one}" for one in names)]
    for one in entries:
        scores = dict(zip(one.items, one.item_scores, strict=True))
        values = [scores.get(name) for name in names]
        yield [
            *(one.candidate, one.number, one.purpose.value, one.on, one.form),
            *(_number(one.score), "100", _number(one.cut), _number(one.hours), one.supervision),
            "yes" if one.anchor_script else "no",
            *(_number(value) for value in values),
        ]


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.12g}"  # noqa: PLR0124 - NaN


@of_achievement(*FIGURES)
@require_safe
def marks_csv(request: HttpRequest, organisation: Any, achievement: Any) -> Any:  # noqa: ARG001
    """Double markings under pseudonyms, as ``stackmark assess agreement`` reads them."""
    given = ledgers.marks(achievement, cohort=Asked(request, achievement).cohort)
    rows = [[f"{one.attempt[:8]}/{one.what}", one.marker, _number(one.value)] for one in given]
    return _csv([["unit", "rater", "mark"], *rows], "marks.csv")
