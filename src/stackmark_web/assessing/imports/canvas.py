"""The student analysis of a Canvas quiz: answers, each followed by the points it earned.

The columns are name, id, sis_id, section, section_id, section_sis_id, submitted, attempt; for
every question one called "number: text" and one called after the most points it can give; then
n correct, n incorrect, score.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stackmark_web.assessing.imports.found import Read, Result, Sheet, item_id, number_of, short

_QUESTION: Final = re.compile(r"\A(\d{1,20}): ?(.*)\Z", re.DOTALL)


def fits(header: Sequence[str]) -> bool:
    """Whether this is such a header."""
    titles = {" ".join(one.split()).casefold() for one in header}
    return {"n correct", "n incorrect", "score"} <= titles and bool(titles & {"id", "sis_id"})


def read(sheet: Sheet) -> Read:
    """Every row is one attempt; Canvas exports the latest of each person unless asked for all."""
    questions = _questions(sheet)
    maxima = {name: most for name, (_place, _points, most) in questions.items()}
    total = sum(maxima.values()) or None
    found = [_row(sheet, questions, total, line, cells) for line, cells in sheet.rows]
    return sheet.read([one for one in found if one], maxima)


def _questions(sheet: Sheet) -> dict[str, tuple[int, int, float]]:
    """Name → where the answer stands, where the points stand, how many there are at most."""
    found: dict[str, tuple[int, int, float]] = {}
    for place, title in enumerate(sheet.header[:-1]):
        named = _QUESTION.match(title)
        most = number_of(sheet.header[place + 1])
        if named and most is not None:
            found[item_id(named[1])] = (place, place + 1, most)
    return found


def _row(
    sheet: Sheet,
    questions: dict[str, tuple[int, int, float]],
    total: float | None,
    line: int,
    cells: Sequence[str],
) -> Result | None:
    sis, number = sheet.place("sis_id"), sheet.place("id")
    who = sheet.cell(cells, sis) or sheet.cell(cells, number)
    if not who:
        return None
    return Result(
        line=line,
        who=who,
        name=sheet.cell(cells, sheet.place("name")),
        number=sheet.whole(line, cells, sheet.place("attempt")),
        day=sheet.day(line, cells, sheet.place("submitted")),
        points=sheet.number(line, cells, sheet.place("score")),
        maximum=total,
        items={
            name: sheet.number(line, cells, points)
            for name, (_place, points, _most) in questions.items()
        },
        choices={
            name: short(sheet.cell(cells, place))
            for name, (place, _points, _most) in questions.items()
        },
    )
