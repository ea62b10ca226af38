"""What stands in a file of results, whatever platform wrote it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.errors import CheckFailed
from stackmark.issuing.dates import read_when

MOST_ID: Final = 60
_TIME: Final = re.compile(r"[,\sT]+\d{1,2}[:.]\d\d.*$", re.DOTALL)
_WEEKDAY: Final = re.compile(r"^[^\W\d]+,\s+")
_COMMA_DAY: Final = re.compile(r"^(\d{1,2}) ([^\W\d]+),? (\d{4})$")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,12}(?:[.,]\d{0,15})?|[.,]\d{1,15})\Z", re.ASCII)
_NOTHING: Final = frozenset(
    ("", "-", "–", "na", "n/a", "not attempted", "not available", "not answered")
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a cell that a person should know; an error leaves the row out."""

    line: int
    column: str
    reason: str
    detail: str
    is_error: bool = True

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "line": self.line,
            "column": self.column[:200],
            "reason": self.reason,
            "detail": self.detail,
            "is_error": self.is_error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One attempt of one person as the platform had it, in points.

    ``who`` is an address or a number of the platform's own. ``items`` are points, None where there
    is no answer or no mark; ``choices`` what was answered, in short.
    """

    line: int
    who: str
    name: str = ""
    number: int | None = None
    purpose: str = ""
    day: dt.date | None = None
    form: str = ""
    points: float | None = None
    maximum: float | None = None
    hours: float | None = None
    items: dict[str, float | None] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        """The address, if ``who`` is one."""
        return self.who.casefold() if "@" in self.who[1:-1] else ""


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was understood: the attempts, what was found, the items with their maxima."""

    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    items: dict[str, float]
    notes: tuple[str, ...] = ()


class Sheet:
    """Header and rows, with help to read cells and to note what is wrong with them."""

    def __init__(self, header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        self.header = [" ".join(cell.split()) for cell in header]
        self.rows = rows
        self.findings: list[Finding] = []
        self._plain = [re.sub(r"[\s_.\-]+", "", one.casefold()) for one in self.header]

    def place(self, *names: str) -> int | None:
        """The first column called one of these, however it is spelt."""
        wanted = [re.sub(r"[\s_.\-]+", "", one.casefold()) for one in names]
        return next((self._plain.index(one) for one in wanted if one in self._plain), None)

    @staticmethod
    def cell(cells: Sequence[str], place: int | None) -> str:
        """A cell's text; empty where there is no such column."""
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def note(self, line: int, place: int | None, reason: str, detail: str, **more: bool) -> None:
        """Remember something about a cell."""
        column = self.header[place] if place is not None else ""
        self.findings.append(Finding(line, column, reason, detail, **more))

    def number(self, line: int, cells: Sequence[str], place: int | None) -> float | None:
        """A number with point or comma; None where there is none. Noted if it is no number."""
        text = self.cell(cells, place)
        if text.casefold() in _NOTHING:
            return None
        found = number_of(text)
        if found is None:
            detail = _("“%(cell)s” is no number; write one like 7.5.") % {"cell": text[:40]}
            self.note(line, place, "number", detail)
        return found

    def whole(self, line: int, cells: Sequence[str], place: int | None) -> int | None:
        """A whole number from 1 on."""
        found = self.number(line, cells, place)
        if found is None:
            return None
        if found < 1 or found != int(found) or found > 1_000:
            detail = _("“%(cell)s” is no attempt number; count from 1.")
            self.note(line, place, "range", detail % {"cell": self.cell(cells, place)[:40]})
            return None
        return int(found)

    def day(self, line: int, cells: Sequence[str], place: int | None) -> dt.date | None:
        """A day, written in any of the ways that can mean one day only."""
        text = self.cell(cells, place)
        if text.casefold() in _NOTHING:
            return None
        found = day_of(text)
        if found is None:
            detail = _("“%(cell)s” is no day that can be read; write it like 2026-03-01.")
            self.note(line, place, "date", detail % {"cell": text[:40]})
        return found

    def has_error(self, line: int) -> bool:
        """Whether something is wrong with the line being read."""
        return any(one.line == line and one.is_error for one in self.findings[-3:])

    def bad_lines(self) -> set[int]:
        """Lines with an error."""
        return {one.line for one in self.findings if one.is_error}

    def read(
        self, results: Iterable[Result], items: dict[str, float], notes: Iterable[str] = ()
    ) -> Read:
        """What was understood: rows with an error are left out."""
        kept = list(results)
        bad = self.bad_lines()
        good = tuple(one for one in kept if one.line not in bad)
        return Read(good, tuple(self.findings), items, tuple(notes))


def number_of(text: str) -> float | None:
    """A number with a decimal point or comma; None for anything else."""
    if not _NUMBER.match(text):
        return None
    found = float(text.replace(",", "."))
    return found if math.isfinite(found) else None


def day_of(text: str) -> dt.date | None:
    """The day of a date or date-time; None when it cannot be told which."""
    short = _WEEKDAY.sub("", _TIME.sub("", text.strip()))
    short = _COMMA_DAY.sub(r"\1 \2 \3", short)
    try:
        return dt.date.fromisoformat(read_when(short)[:10])
    except (CheckFailed, ValueError):
        return None


def item_id(text: str) -> str:
    """A name for an item that fits everywhere it is kept."""
    return " ".join(text.split())[:MOST_ID] or "?"


def short(text: str) -> str:
    """An answer as it is kept: enough to tell options apart, not a whole essay."""
    return " ".join(text.replace("\x00", "").split())[:120]
