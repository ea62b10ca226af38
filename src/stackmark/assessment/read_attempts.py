"""Attempts from a table: one row an attempt, item scores in columns of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from stackmark.assessment.ledger import COUNTED, Attempt, Ledger, Purpose, ledger
from stackmark.assessment.tables import Columns, Table, check_points, numbers, whole_numbers
from stackmark.errors import UsageError

COLUMNS: Final = {
    "candidate": "candidate_id student student_id learner learner_id person",
    "attempt": "attempt_number attempt_no number",
    "purpose": "",
    "date": "on attempt_date attempted_on",
    "form": "form_id version",
    "score": "raw_score points total total_score mark",
    "max_score": "max maximum maximum_score max_points",
    "cut": "cut_score pass_mark passing_score",
    "cohort": "",
    "group": "",
    "hours": "",
    "supervision": "",
    "anchors": "anchor_items",
    "anchor_script": "",
}
"""Each column of an attempts file, and the other names it is read by."""
SHAPE: Final = "candidate,attempt,date,form,score,max_score"
_ITEM: Final = re.compile(r"(?:item|question)|q[\s_-]*\d", re.IGNORECASE)
_NONE: Final[frozenset[str]] = frozenset()
_PURPOSES: Final = {
    **{one.value: one for one in Purpose},
    "re-sit": Purpose.RESIT,
    "retake": Purpose.RESIT,
    "re-test": Purpose.RETEST,
}


@dataclass(frozen=True, slots=True)
class AttemptsFile:
    """The ledger of a table, and sentences about columns that were not read."""

    ledger: Ledger
    notes: tuple[str, ...]


def read_attempts(given: Table) -> AttemptsFile:
    """A table of attempts as a ledger.

    ``candidate`` and ``score`` must be there. Without ``attempt``, attempts are numbered by
    ``date``. Where ``purpose`` is empty, a candidate's first counted attempt is ``first`` when it
    is number 1 (or only practice and baseline came before), and all others are resits: when number
    1 is not in the file, it has no first attempt. A column whose name begins with "item" or
    "question", or is "q" and a number, holds the scores of an item. Raises ``UsageError``
    ``assess.…``, with the line and column.
    """
    columns = Columns(given, COLUMNS)
    columns.need("candidate", "score", shape=SHAPE)
    items = [place for place in columns.others if _ITEM.match(given.header[place])]
    left = [given.header[place] for place in columns.others if place not in items]
    notes = [f"Not read: {', '.join(left)}; no such column is known."] if left else []
    attempts = _attempts(columns, items)
    where = [f"{given.name}, line {line}" for line in given.lines()]
    return AttemptsFile(ledger(attempts, where), tuple(notes))


def _attempts(columns: Columns, items: list[int]) -> list[Attempt]:
    given = columns.table
    who, dates = columns.filled("candidate"), _dates(columns)
    order = _numbered(columns, who, dates)
    named = ("score", "max_score", "cut", "hours")
    there = [name for name in named if name in columns]
    read = numbers(given, [*(columns.places[name] for name in there), *items])
    values: dict[str, Sequence[float | None]] = {
        name: [None if math.isnan(value) else value for value in column]
        for name, column in zip(there, read, strict=False)
    }
    empty: Sequence[None] = [None] * len(who)
    for place, points in zip(items, read[len(there) :], strict=True):
        check_points(given, place, points)
    scored = list(zip(*read[len(there) :], strict=True)) or [()] * len(who)
    texts = {name: columns.texts(name) for name in ("form", "cohort", "group", "supervision")}
    anchors, scripts = columns.texts("anchors"), columns.flags("anchor_script")
    purposes = _purposes(columns, who, order)
    names = tuple(given.header[place] for place in items)
    made = []
    for row, (line, _) in enumerate(given.rows):
        score = values["score"][row]
        if score is None:
            raise given.bad(
                "assess.blank",
                line,
                columns.title("score"),
                "there is none; an attempt that was not marked does not belong here.",
            )
        try:
            made.append(
                Attempt(
                    candidate=who[row],
                    number=order[row],
                    purpose=purposes[row],
                    score=score,
                    max_score=values.get("max_score", empty)[row],
                    cut=values.get("cut", empty)[row],
                    on=dates[row],
                    form=texts["form"][row],
                    cohort=texts["cohort"][row],
                    group=texts["group"][row],
                    hours=values.get("hours", empty)[row],
                    supervision=texts["supervision"][row].casefold(),
                    items=names,
                    item_scores=scored[row],
                    anchors=_names(anchors[row]) if anchors[row] else _NONE,
                    anchor_script=scripts[row],
                )
            )
        except UsageError as error:
            column, _, sentence = error.detail.partition(": ")
            raise given.bad(error.reason, line, columns.title(column), sentence) from None
    return made


def _names(cell: str) -> frozenset[str]:
    return frozenset(re.split(r"[\s|;]+", cell)) - {""}


def _dates(columns: Columns) -> list[date | None]:
    known: dict[str, date | None] = {"": None}
    found = []
    for (line, _), cell in zip(columns.table.rows, columns.texts("date"), strict=True):
        if cell not in known:
            try:
                known[cell] = date.fromisoformat(cell[:10] if cell[10:11] in ("T", " ") else cell)
            except ValueError:
                raise columns.table.bad(
                    "assess.date",
                    line,
                    columns.title("date"),
                    f"{cell[:40]!r} is no date; write it like 2026-03-01.",
                ) from None
        found.append(known[cell])
    return found


def _numbered(columns: Columns, who: list[str], dates: list[date | None]) -> list[int]:
    """The attempt numbers of the file; by date where it has none."""
    given = columns.table
    if "attempt" in columns:
        stated = whole_numbers(given, columns.places["attempt"])
    else:
        stated = [None] * len(who)
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(who):
        rows.setdefault(name, []).append(row)
    for name, mine in rows.items():
        if all(stated[row] is not None for row in mine):
            continue
        days = [dates[row] for row in mine]
        if any(stated[row] is not None for row in mine) or (
            len(mine) > 1 and (None in days or len(set(days)) < len(mine))
        ):
            line = given.rows[next(row for row in mine[-1::-1] if stated[row] is None)][0]
            raise given.bad(
                "assess.attempt",
                line,
                columns.title("attempt"),
                f"candidate {name[:40]!r} has {len(mine)} attempts and not all have a number; "
                "number them 1, 2, 3, or give each a date of its own.",
            )
        by_date = sorted(mine, key=lambda row: dates[row] or date.min)
        for number, row in enumerate(by_date, 1):
            stated[row] = number
    return [number or 1 for number in stated]


def _purposes(columns: Columns, who: list[str], order: list[int]) -> list[Purpose]:
    """What is stated; where nothing is, the first counted attempt is first, the others resits."""
    stated: list[Purpose | None] = []
    for (line, _), cell in zip(columns.table.rows, columns.texts("purpose"), strict=True):
        word = cell.casefold()
        if word and word not in _PURPOSES:
            raise columns.table.bad(
                "assess.purpose",
                line,
                columns.title("purpose"),
                f"{cell[:40]!r} is no purpose; use {', '.join(Purpose)}, or nothing.",
            )
        stated.append(_PURPOSES.get(word))
    rows: dict[str, list[int]] = {}
    for row in sorted(range(len(who)), key=order.__getitem__):
        rows.setdefault(who[row], []).append(row)
    for mine in rows.values():
        _fill_in(mine, stated, order)
    return [one or Purpose.RESIT for one in stated]


def _fill_in(mine: list[int], stated: list[Purpose | None], order: list[int]) -> None:
    """One candidate's purposes where none is stated; ``mine`` is in order of attempt number."""
    counted = False
    for place, row in enumerate(mine):
        if stated[row] is None:
            known_before = order[row] == place + 1  # every attempt with a lower number is here
            stated[row] = Purpose.FIRST if known_before and not counted else Purpose.RESIT
        counted = counted or stated[row] in COUNTED
