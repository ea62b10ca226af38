"""How large an achievement is, as an interval: the one place that turns units into hours.

Hours of learning that one credit stands for: ECTS 25 to 30 (ECTS Users' Guide 2015: 60 credits are
1,500 to 1,800 hours); UK and New Zealand 10; Malaysia 40; US semester credit at least 45, quarter
credit at least 30 (1.5 quarter credits are one semester credit). A CEU is 10 contact hours, which
are no hours of learning: it only says that there are no fewer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from stackmark.model.achievement import Achievement, Credit

YEAR_HOURS: Final = Decimal(1500)
"""The fewest hours of a full academic year (60 ECTS credits; ECTS Users' Guide 2015)."""

_HOURS: Final[dict[str, tuple[int, int | None]]] = {
    "ects": (25, 30),
    "uk": (10, 10),
    "nz": (10, 10),
    "my": (40, 40),
    "us-semester": (45, None),
    "us-quarter": (30, None),
    "hours": (1, 1),
}
UNITS: Final = tuple(_HOURS)
"""The units that sizes can be compared in."""
_CONTACT: Final = {"ceu": (10, None)}
_YEAR: Final = {
    "ects": 60,
    "uk": 120,
    "nz": 120,
    "us-semester": 30,
    "us-quarter": 45,
    "hours": 1500,
}
_NAMES: Final = {
    "ects": "ECTS credits",
    "uk": "UK credits",
    "nz": "New Zealand credits",
    "my": "Malaysian credits",
    "us-semester": "US semester credits",
    "us-quarter": "US quarter credits",
    "ceu": "CEU",
    "hours": "hours",
}
# ISO 8601: years or months (before the T), which nobody means by a workload.
_CALENDAR: Final = re.compile(r"-?P(?:[\d.,]+Y)?(?:([\d.,]+)M)?(?:[\d.,]+[WD])?(?:T[\dHMS.,]+)?")


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, both meant; no upper end when ``high`` is None."""

    low: Decimal
    high: Decimal | None

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {plain(self.low)}"
        if self.low == self.high:
            return plain(self.low)
        return f"{plain(self.low)} to {plain(self.high)}"

    def times(self, factor: tuple[int, int | None]) -> Span:
        """The hours of so many credits."""
        low, high = factor
        return Span(self.low * low, None if None in (self.high, high) else self._top(high))

    def over(self, factor: tuple[int, int | None]) -> Span:
        """The credits of so many hours."""
        low, high = factor
        least = Decimal(0) if high is None else self.low / high
        return Span(least, None if self.high is None else self.high / low)

    def _top(self, factor: int | None) -> Decimal:
        assert self.high is not None
        assert factor is not None
        return self.high * factor


def plain(value: Decimal) -> str:
    """A number as people write it, two digits after the point at most."""
    return f"{round(value, 2).normalize() + 0:f}"


def unit_name(unit: str) -> str:
    """A unit in words."""
    return _NAMES.get(unit, unit)


def hours(achievement: Achievement) -> Span | None:
    """Hours of learning: as stated, else as its credit stands for; None when unknown."""
    stated = _stated_hours(achievement)
    if stated is not None:
        return stated
    credit = achievement.credit
    if credit is None or credit.unit not in _HOURS:
        return None
    return _amount(credit).times(_HOURS[credit.unit])


def in_unit(achievement: Achievement, unit: str) -> Span | None:
    """The size in credits of a unit (or in hours); None when it is unknown."""
    credit = achievement.credit
    if credit is not None and credit.unit == unit:
        return _amount(credit)
    found = hours(achievement)
    return None if found is None else found.over(_HOURS[unit])


def year_credits(achievement: Achievement) -> int | None:
    """How many of its own credits make a full academic year."""
    return _YEAR.get(achievement.credit.unit) if achievement.credit else None


def disagreement(achievement: Achievement, country: str = "") -> str:
    """One sentence when stated hours and stated credit cannot both be right; else ``""``.

    In the United Kingdom 20 hours an ECTS credit are usual (2 UK credits, 10 hours each).
    """
    stated, credit = _stated_hours(achievement), achievement.credit
    factor = {**_HOURS, **_CONTACT}.get(credit.unit) if credit else None
    if stated is None or stated.high is None or credit is None or factor is None:
        return ""
    if credit.unit == "ects" and country == "GB":
        factor = (20, 30)
    meant = _amount(credit).times(factor)
    if stated.high >= meant.low and (meant.high is None or stated.low <= meant.high):
        return ""
    said = f"{plain(_amount(credit).low)} {unit_name(credit.unit)}"
    kind = "contact hours" if credit.unit in _CONTACT else "hours"
    return f"{said} stand for {meant} {kind}, but {stated} hours are stated."


def calendar_duration(text: str) -> str:
    """What is odd about a duration of years or months; ``""`` when nothing is.

    ``P60M`` is 60 months (ISO 8601): the official Annex I sample has it where 60 hours are meant.
    """
    found = _CALENDAR.fullmatch(text.strip())
    if found is None or not re.match(r"-?P[^T]*[YM]", text.strip()):
        return ""
    months = found[1]
    hint = f"; if {months} hours are meant, write PT{months}H" if months else ""
    return f"{text.strip()} counts years or months of the calendar, not hours of learning{hint}"


def _stated_hours(achievement: Achievement) -> Span | None:
    found = achievement.workload
    if found is None or found.low is None or found.high is None:
        return None
    return Span(found.low, found.high)


def _amount(credit: Credit) -> Span:
    value = credit.value or Decimal(0)
    return Span(value, value)
