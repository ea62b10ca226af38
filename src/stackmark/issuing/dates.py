"""Dates as people write them in spreadsheets, taken only when they can mean one day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from stackmark.errors import CheckFailed

_MONTHS: Final = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6,
    "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_SHORT_MONTHS: Final = {name[:3]: place for name, place in _MONTHS.items()} | {"sept": 9}
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_DAY_WORD: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})", re.ASCII | re.IGNORECASE
)
_WORD_DAY: Final = re.compile(
    r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII | re.IGNORECASE
)
_TIME: Final = re.compile(
    r"[Tt ] *(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)? *(Z|z|UTC|GMT|[+-]\d\d:?\d\d)?", re.ASCII
)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}", re.ASCII)
_FIRST_YEAR: Final = 1900


@lru_cache(maxsize=4096)  # a file holds the same few dates over and over
def read_when(text: str, order: str | None = None) -> str:
    """The instant as ``YYYY-MM-DDThh:mm:ss[.f]Z`` (RFC 3339, in UTC).

    A date alone means its first instant in UTC; a time without a zone is taken as UTC. Read are
    ISO 8601 dates and date-times, month names in English, and day/month/year: in either order
    where only one reading is a day, or in ``order`` (``dmy`` or ``mdy``) and no other. Raises
    ``CheckFailed`` with ``recipients.date``.
    """
    found = _YEAR_LAST.match(text)
    if found:
        day = _year_last(found, text, order)
        return _write(_with_time(day, text, text[found.end() :]))
    for pattern, read in _FORMS:
        found = pattern.match(text)
        if found:
            return _write(_with_time(read(found, text), text, text[found.end() :]))
    raise _unreadable(text)


def readings(text: str) -> dict[str, str]:
    """The days a day/month/year date could mean, as ``YYYY-MM-DD`` by order: dmy, mdy.

    Empty for what is no such date; two different ones when somebody must be asked.
    """
    found = _YEAR_LAST.match(text)
    if not found:
        return {}
    return {order: day.date().isoformat() for order, day in _orders(found).items() if day}


def earlier(first: str, second: str) -> bool:
    """Whether ``first`` lies before ``second``; both as ``read_when`` writes them."""
    # Without the Z a text with a fraction sorts behind the same second without one.
    return first[:-1] < second[:-1]


def _year_first(found: re.Match[str], text: str) -> datetime:
    return _day(text, found[1], found[3], found[4])


def _compact(found: re.Match[str], text: str) -> datetime:
    return _day(text, found[1], found[2], found[3])


def _orders(found: re.Match[str]) -> dict[str, datetime | None]:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    return {"dmy": _calendar(year, second, first), "mdy": _calendar(year, first, second)}


def _year_last(found: re.Match[str], text: str, order: str | None) -> datetime:
    """Day and month in the given order, else in whichever the calendar allows, if one only."""
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    days = {day for name, day in _orders(found).items() if day and order in (None, name)}
    if len(days) > 1:
        raise CheckFailed(
            "recipients.date",
            f'"{text[:40]}" can mean two days; write {year:04}-{second:02}-{first:02} '
            f"or {year:04}-{first:02}-{second:02}.",
        )
    if not days:
        raise _no_day(text, order)
    return days.pop()


def _day_word(found: re.Match[str], text: str) -> datetime:
    return _named(text, found[3], found[2], found[1])


def _word_day(found: re.Match[str], text: str) -> datetime:
    return _named(text, found[3], found[1], found[2])


_FORMS: Final = (
    (_YEAR_FIRST, _year_first),
    (_COMPACT, _compact),
    (_DAY_WORD, _day_word),
    (_WORD_DAY, _word_day),
)


def _named(text: str, year: str, month: str, number: str) -> datetime:
    word = month.lower()
    place = _MONTHS.get(word) or _SHORT_MONTHS.get(word)
    if place is None:
        raise _unreadable(text)
    return _day(text, year, str(place), number)


def _day(text: str, year: str, month: str, number: str) -> datetime:
    day = _calendar(int(year), int(month), int(number))
    if day is None:
        raise _no_day(text)
    return day


def _calendar(year: int, month: int, number: int) -> datetime | None:
    try:
        day = datetime(year, month, number, tzinfo=UTC)
    except ValueError:
        return None
    return day if year >= _FIRST_YEAR else None


def _with_time(day: datetime, text: str, rest: str) -> datetime:
    if not rest:
        return day
    found = _TIME.fullmatch(rest)
    if not found:
        raise _unreadable(text)
    hour, minute, second, fraction, zone = found.groups()
    try:
        local = day.replace(
            hour=int(hour),
            minute=int(minute),
            second=int(second or 0),
            microsecond=int((fraction or "0").ljust(6, "0")),
            tzinfo=_zone(zone),
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CheckFailed(
            "recipients.date", f'"{text[:40]}" has a time of day that does not exist.'
        ) from None


def _zone(zone: str | None) -> timezone:
    if not zone or zone[0] not in "+-":
        return UTC
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    if int(zone[-2:]) > 59:
        raise ValueError(zone)
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))


def _write(instant: datetime) -> str:
    text = instant.replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if instant.microsecond else text) + "Z"


def _no_day(text: str, order: str | None = None) -> CheckFailed:
    read = {None: "", "dmy": " with the day first", "mdy": " with the month first"}[order]
    return CheckFailed(
        "recipients.date",
        f'"{text[:40]}"{read} is no day of the calendar from {_FIRST_YEAR} on; '
        "write it like 2026-12-25.",
    )


def _unreadable(text: str) -> CheckFailed:
    if _SHORT_YEAR.fullmatch(text):
        why = "has a year of two digits"
    elif text.isdigit() and len(text) == 5:
        why = "is a spreadsheet's inner number, not a date"
    else:
        why = "is not a date that can be read"
    return CheckFailed("recipients.date", f'"{text[:40]}" {why}; write it like 2026-12-25.')
