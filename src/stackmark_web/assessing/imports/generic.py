"""Our own form: one row an item response, or one row an attempt with items beside it.

Columns: ``candidate`` or ``email`` (one is needed); ``attempt``, ``purpose``, ``date``, ``form``,
``score``, ``max_score``, ``hours``. With a column ``item`` every row is one response: ``score`` is
what that item gave, ``max_score`` what it can give, ``response`` what was answered. Without it,
columns called "item…", "question…" or "q" and a number hold points of items.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from stackmark.assessment.ledger import Purpose
from stackmark_web.assessing.imports.found import Read, Result, Sheet, item_id, short

_WHO: Final = ("candidate", "student", "student id", "learner", "learner id", "person")
_EMAIL: Final = ("email", "e-mail", "email address")
_SCORE: Final = ("score", "raw score", "points", "total", "total score", "mark")
_MOST: Final = ("max_score", "max", "maximum", "max points")
_ITEM: Final = re.compile(r"\A(?:item|question|q[\s_-]*\d)", re.IGNORECASE)
_PURPOSES: Final = {
    **{one.value: one.value for one in Purpose},
    "re-sit": "resit",
    "retake": "resit",
    "re-test": "retest",
}


def fits(header: Sequence[str]) -> bool:
    """Whether it says who and how many points."""
    sheet = Sheet(header, ())
    who = sheet.place(*_EMAIL, *_WHO)
    return who is not None and sheet.place(*_SCORE) is not None


def is_long(sheet: Sheet) -> bool:
    """Whether each row is one item response."""
    return sheet.place("item", "item id", "question id") is not None


def read(sheet: Sheet) -> Read:
    """Either layout."""
    return _long(sheet) if is_long(sheet) else _wide(sheet)


def _common(sheet: Sheet, line: int, cells: Sequence[str]) -> Result:
    """What both layouts say of an attempt."""
    email, who = sheet.place(*_EMAIL), sheet.place(*_WHO)
    person = sheet.cell(cells, email) or sheet.cell(cells, who)
    if not person:
        sheet.note(line, email if who is None else who, "person", _("It says not whose this is."))
    return Result(
        line=line,
        who=person,
        number=sheet.whole(line, cells, sheet.place("attempt", "attempt number", "attempt no")),
        purpose=_purpose(sheet, line, cells),
        day=sheet.day(line, cells, sheet.place("date", "on", "attempt date", "day")),
        form=sheet.cell(cells, sheet.place("form", "form id", "version"))[:60],
        hours=sheet.number(line, cells, sheet.place("hours")),
    )


def _purpose(sheet: Sheet, line: int, cells: Sequence[str]) -> str:
    place = sheet.place("purpose")
    word = sheet.cell(cells, place).casefold()
    if word and word not in _PURPOSES:
        detail = _("“%(cell)s” is no purpose; use %(words)s, or nothing.")
        words = ", ".join(Purpose)
        sheet.note(line, place, "purpose", detail % {"cell": word[:40], "words": words})
    return _PURPOSES.get(word, "")


def _wide(sheet: Sheet) -> Read:
    items = {
        item_id(title): place for place, title in enumerate(sheet.header) if _ITEM.match(title)
    }
    found = []
    maxima = dict.fromkeys(items, 0.0)
    for line, cells in sheet.rows:
        points = sheet.number(line, cells, sheet.place(*_SCORE))
        given = {name: sheet.number(line, cells, place) for name, place in items.items()}
        if points is None and not sheet.has_error(line):
            detail = _("There is no score in this row; it is left out.")
            sheet.note(line, sheet.place(*_SCORE), "ungraded", detail, is_error=False)
            continue
        for name, value in given.items():
            maxima[name] = max(maxima[name], value or 0.0)
        most = sheet.number(line, cells, sheet.place(*_MOST))
        found.append(replace(_common(sheet, line, cells), points=points, maximum=most, items=given))
    return sheet.read(found, maxima)


def _long(sheet: Sheet) -> Read:
    """Responses of the same person and attempt belong together."""
    groups: dict[tuple[str, int | None, str, str], list[tuple[Result, _Response]]] = {}
    maxima: dict[str, float] = {}
    for line, cells in sheet.rows:
        one, given = _common(sheet, line, cells), _response(sheet, line, cells)
        day = one.day.isoformat() if one.day else ""
        mine = groups.setdefault((one.who.casefold(), one.number, day, one.form), [])
        if any(given.item == other.item for _one, other in mine):
            detail = _("Item %(item)s stands twice in this attempt; number the attempts.")
            sheet.note(line, None, "repeated", detail % {"item": given.item})
        mine.append((one, given))
        maxima[given.item] = max(maxima.get(given.item, 0.0), given.most or given.points or 0.0)
    bad = sheet.bad_lines()
    whole = [rows for rows in groups.values() if not any(one.line in bad for one, _given in rows)]
    return sheet.read([_attempt(rows) for rows in whole], maxima)


def _attempt(rows: list[tuple[Result, _Response]]) -> Result:
    """The responses of one attempt together; its points are their sum."""
    known = [given.points for _one, given in rows if given.points is not None]
    most = [given.most for _one, given in rows if given.most is not None]
    return replace(
        rows[0][0],
        points=sum(known) if known else None,
        maximum=sum(most) if len(most) == len(rows) else None,
        items={given.item: given.points for _one, given in rows},
        choices={given.item: given.answer for _one, given in rows if given.answer},
    )


class _Response:
    """One row of the long form."""

    __slots__ = ("answer", "item", "most", "points")

    def __init__(self, item: str, points: float | None, most: float | None, answer: str) -> None:
        self.item, self.points, self.most, self.answer = item, points, most, answer


def _response(sheet: Sheet, line: int, cells: Sequence[str]) -> _Response:
    place = sheet.place("item", "item id", "question id")
    name = sheet.cell(cells, place)
    if not name:
        sheet.note(line, place, "item", _("It says not which item this is."))
    return _Response(
        item_id(name),
        sheet.number(line, cells, sheet.place(*_SCORE)),
        sheet.number(line, cells, sheet.place(*_MOST)),
        short(sheet.cell(cells, sheet.place("response", "answer", "option"))),
    )
