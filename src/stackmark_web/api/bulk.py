"""From rows or a file to a checked sheet and a run, by the actions the pages use."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from stackmark.errors import StackmarkError
from stackmark_web.api.answers import moment
from stackmark_web.api.problems import Problem
from stackmark_web.api.schemas import RecipientIn
from stackmark_web.awarding import sheet_actions, sheets
from stackmark_web.awarding.models import Sheet, SheetRow
from stackmark_web.awarding.sheet_choices import Choices
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.models import Organisation

MOST: Final = 10_000  # recipients of one request
_PLAIN: Final = (
    *("recipient_email", "recipient_name", "recipient_id", "external_id", "locale"),
    *("narrative", "issued_on", "expires_on"),
)
_SHOWN: Final = 100  # bad rows told at once
_STATES: Final = {"waiting": "queued", "running": "running", "done": "done"} | {
    "failed": "failed",
    "cancelled": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be awarded to many."""

    version: AchievementVersion
    filename: str
    data: bytes
    choices: Choices
    date_order: str = ""
    confirm: bool = True
    same_again: bool = False


def as_csv(rows: Sequence[RecipientIn]) -> bytes:
    """Recipients as the file the sheet engine reads; one column set for all. Raises ``Problem``."""
    pieces = max((len(row.evidence) for row in rows), default=0)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    table = [_cells(row, pieces) for row in rows]
    _check_blank(table)
    headers = [*_PLAIN, *_evidence_headers(pieces)]
    used = [
        place
        for place, name in enumerate(headers)
        if name == "recipient_email" or any(cells[place] for cells in table)
    ]
    writer.writerow([headers[place] for place in used])
    writer.writerows([[cells[place] for place in used] for cells in table])
    return buffer.getvalue().encode()


def _check_blank(table: Sequence[Sequence[str]]) -> None:
    """A blank line of a file is passed over; a recipient that was sent is not."""
    blank = [place for place, cells in enumerate(table) if not any(map(str.strip, cells))]
    if blank:
        detail = "Say who it is for: give recipient_email or recipient_id."
        found = [{"pointer": f"#/recipients/{place}", "detail": detail} for place in blank]
        raise Problem("invalid", errors=found[:_SHOWN])


def _evidence_headers(pieces: int) -> list[str]:
    marks = ["" if number == 1 else f"_{number}" for number in range(1, pieces + 1)]
    return [f"evidence{mark}_{part}" for mark in marks for part in ("url", "name", "text")]


def _cells(row: RecipientIn, pieces: int) -> list[str]:
    days = [day.isoformat() if day else "" for day in (row.issued_on, row.expires_on)]
    who = row.who()
    found = [who[name] for name in _PLAIN[:5]] + [row.narrative, *days]
    for place in range(pieces):
        one = row.evidence[place] if place < len(row.evidence) else None
        found += [one.url, one.name, one.text] if one else ["", "", ""]
    return found


def make(order: Order, *, actor: Any, organisation: Organisation, once: Any) -> Sheet:
    """The sheet of an order, checked and, where that is wanted, started.

    Refused rows leave nothing behind. Raises ``Problem``, ``StackmarkError``.
    """
    sheet = _uploaded(order, actor, organisation, once)
    if sheet.state == Sheet.State.CONFIRMED:
        return sheets.sheet_of(organisation, sheet.pk)
    try:
        _check(sheet, order, actor)
        if order.confirm:
            start(sheet, actor=actor, same_again=order.same_again)
    except (Problem, StackmarkError):
        sheet_actions.drop(sheet, actor=actor)
        if once is not None:
            once.note("")
        raise
    return sheets.sheet_of(organisation, sheet.pk)


def _uploaded(order: Order, actor: Any, organisation: Organisation, once: Any) -> Sheet:
    """The upload; the one an earlier try under the same key made, if it was cut off after that."""
    if once is not None and once.ref:
        return sheets.sheet_of(organisation, once.ref)
    with transaction.atomic():
        sheet = sheet_actions.upload_sheet(
            order.version,
            actor=actor,
            organisation=organisation,
            filename=order.filename,
            data=order.data,
        )
        if once is not None:
            once.note(str(sheet.pk))
    return sheet


def _check(sheet: Sheet, order: Order, actor: Any) -> None:
    """Match the columns as they are named, answer what is open, and judge the rows."""
    sheet_actions.match_columns(sheet, actor=actor, mapping=dict(sheet.mapping))
    if sheet.counts["survey"]["rows"] > MOST:
        raise Problem("payload-too-large", f"At most {MOST:,} rows are taken at once.")
    if sheets.unanswered(sheet):
        _answer(sheet, order, actor)
    sheet_actions.choose(sheet, actor=actor, choices=order.choices)


def _answer(sheet: Sheet, order: Order, actor: Any) -> None:
    open_ones = sheets.questions(sheet)
    if any(one.field != "date_order" for one in open_ones) or not order.date_order:
        names = [{"pointer": f"#/{one.field}", "detail": _asked(one)} for one in open_ones]
        raise Problem("invalid", "The file leaves something open.", errors=names)
    sheet_actions.answer(sheet, actor=actor, answers={"date_order": order.date_order})


def _asked(question: sheets.Question) -> str:
    if question.field == "date_order":
        return f'Dates such as "{question.example}" can mean two days; say date_order.'
    return "The rows name several achievements; send each in a file of its own."


def start(sheet: Sheet, *, actor: Any, same_again: bool) -> None:
    """Start the run of a checked sheet. Raises ``Problem`` ``rows-refused`` naming the rows."""
    if sheet.state == Sheet.State.READY and sheets.plan(sheet).blocked:
        raise refused(sheet)
    sheet_actions.confirm(sheet, actor=actor, agreed=sheets.agreement(sheet), same_again=same_again)


def refused(sheet: Sheet) -> Problem:
    """Why no run can be made of these rows."""
    plan = sheets.plan(sheet)
    if plan.blocked == "nothing":
        detail = "No row is left to be issued: these people hold it already, or all rows are bad."
    else:
        detail = f"{plan.refused} of {plan.rows} rows cannot be issued; nothing was kept."
    bad = sheets.shown_rows(sheet, outcome=SheetRow.Outcome.ERROR)[:_SHOWN]
    found = [
        {"row": row.number, "line": row.line, **{k: one.get(k, "") for k in _TOLD}}
        for row in bad
        for one in row.findings[:1]
    ]
    return Problem("rows-refused", detail, rows=found)


_TOLD: Final = ("column", "reason", "detail")


def shown(sheet: Sheet) -> dict[str, Any]:
    """A run as it goes out."""
    counts, run = sheet.counts, sheet.run
    results = sheets.results(sheet)
    return {
        "object": "run",
        "id": str(sheet.pk),
        "state": _state(sheet),
        "organisation": sheet.organisation.slug,
        "version": str(sheet.version_id),
        "created_at": moment(sheet.uploaded_at),
        "finished_at": moment(run.finished_at) if run is not None else None,
        "rows": counts.get("rows", 0),
        "valid": counts.get("valid", 0),
        "warnings": counts.get("warning", 0),
        "errors": counts.get("error", 0),
        "issued": results["issued"],
        "skipped": results["skipped"],
        "refused": results["refused"],
        "waiting": results[""] if run is not None else 0,
        "error": run.error if run is not None else "",
        "questions": _questions(sheet),
        "page": f"{settings.PUBLIC_URL}/manage/{sheet.organisation.slug}/awards/sheets/{sheet.pk}",
    }


def _questions(sheet: Sheet) -> list[dict[str, str]]:
    if sheet.state != Sheet.State.MAPPING:
        return []
    return [{"field": one.field, "example": one.example} for one in sheets.questions(sheet)]


def _state(sheet: Sheet) -> str:
    if sheet.run is not None:
        return _STATES[sheet.run.state]
    return "checked" if sheet.state == Sheet.State.READY else "open"


__all__ = ["MOST", "Order", "as_csv", "make", "refused", "shown", "start"]
