"""Open edX grade reports: the course's (shares from 0 to 1) and the problems' (points).

Both begin with Student ID, Email, Username. The course report has Grade and a column for every
assignment; "(Avg)" columns repeat them. The problem report has a pair "(Earned)" and "(Possible)"
for every problem. See edX's documentation, "Learner Grades and Grading".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from stackmark_web.assessing.imports.found import Read, Result, Sheet, item_id, number_of

_PAIR: Final = re.compile(r"\A(.+?)\s*\((Earned|Possible)\)\Z", re.IGNORECASE)
_AVERAGE: Final = re.compile(r"\(avg\)\Z", re.IGNORECASE)
_ABOUT: Final = re.compile(
    r"\A(?:student id|email|username|last name|first name|external user key|grade|final grade"
    r"|cohort name|team name|enrollment track|verification status|certificate eligible"
    r"|certificate delivered|certificate type|enrollment status|experiment group .*)\Z",
    re.IGNORECASE,
)


def fits(header: Sequence[str]) -> bool:
    """Whether this is one of the two reports."""
    titles = {" ".join(one.split()).casefold() for one in header}
    return {"student id", "email", "username"} <= titles and bool(titles & {"grade", "final grade"})


def read(sheet: Sheet) -> Read:
    """Everybody who attempted anything; the reports name no day."""
    pairs, parts = _items(sheet)
    maxima = dict.fromkeys(parts, 1.0) | _possible(sheet, pairs)
    found = [_row(sheet, pairs, parts, line, cells) for line, cells in sheet.rows]
    words = _("Open edX reports have no day and no attempts; say the day the assessment was sat.")
    return sheet.read([one for one in found if one], maxima, [words])


def _items(sheet: Sheet) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    earned: dict[str, int] = {}
    possible: dict[str, int] = {}
    parts: dict[str, int] = {}
    for place, title in enumerate(sheet.header):
        if pair := _PAIR.match(title):
            (earned if pair[2].casefold() == "earned" else possible)[_name(pair[1])] = place
        elif title and not _ABOUT.match(title) and not _AVERAGE.search(title):
            parts[_name(title)] = place
    pairs = {name: (earned[name], possible[name]) for name in earned if name in possible}
    return pairs, {} if pairs else parts


def _name(title: str) -> str:
    """The end of a long title tells problems apart, not its beginning."""
    return item_id(title if len(title) <= 60 else f"…{title[-59:]}")


def _possible(sheet: Sheet, pairs: dict[str, tuple[int, int]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, (_earned, possible) in pairs.items():
        values = (number_of(sheet.cell(cells, possible)) for _line, cells in sheet.rows)
        found[name] = max((one for one in values if one is not None), default=0.0)
    return found


def _row(
    sheet: Sheet,
    pairs: dict[str, tuple[int, int]],
    parts: dict[str, int],
    line: int,
    cells: Sequence[str],
) -> Result | None:
    email = sheet.place("email")
    who = sheet.cell(cells, email) or sheet.cell(cells, sheet.place("username", "student id"))
    if not who:
        return None
    items: dict[str, float | None] = {
        name: sheet.number(line, cells, earned) for name, (earned, _possible) in pairs.items()
    } | {name: sheet.number(line, cells, place) for name, place in parts.items()}
    grade = sheet.place("grade", "final grade")
    points = sheet.number(line, cells, grade)
    if points is None or (not points and items and all(one is None for one in items.values())):
        detail = _("Nothing was attempted here; this is no attempt and is left out.")
        sheet.note(line, grade, "open", detail, is_error=False)
        return None
    return Result(line=line, who=who, points=points, maximum=1.0, items=items)
