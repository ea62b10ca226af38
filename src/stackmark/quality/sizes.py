"""How large an achievement is, as an interval: the one place where ``quality`` asks ``credit``.

What one credit of a unit stands for in hours, and the sources of that, are the hours policy of
``stackmark.credit``. A CEU counts contact hours, which are no hours of learning, so it has no size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from stackmark.credit.durations import read_duration
from stackmark.credit.policies import HOURS, policies
from stackmark.credit.workload import check_hours
from stackmark.errors import CheckFailed
from stackmark.model.achievement import Achievement, Credit

YEAR_HOURS: Final = Decimal(1500)
"""The fewest hours of a full academic year (60 ECTS credits; ECTS Users' Guide 2015)."""

UNITS: Final = ("ects", "uk", "us-semester", "us-quarter", "nz", "my", "hours")
"""The units that sizes can be compared in."""

_YEAR: Final = {"ects": 60, "uk": 120, "nz": 120, "us-semester": 30, "us-quarter": 45}
_CALENDAR: Final = ("credit.duration-months", "credit.duration-calendar")


Factor = tuple[Decimal, Decimal | None]  # hours of one credit, no upper end when None


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

    def times(self, factor: Factor) -> Span:
        """The hours of so many credits."""
        low, high = factor
        return Span(self.low * low, None if None in (self.high, high) else self._top(high))

    def over(self, factor: Factor) -> Span:
        """The credits of so many hours."""
        low, high = factor
        least = Decimal(0) if high is None else self.low / high
        return Span(least, None if self.high is None else self.high / low)

    def _top(self, factor: Decimal | None) -> Decimal:
        assert self.high is not None
        assert factor is not None
        return self.high * factor


def plain(value: Decimal) -> str:
    """A number as people write it, two digits after the point at most."""
    return f"{round(value, 2).normalize() + 0:f}"


@cache
def _hours() -> Mapping[str, Factor]:
    """Hours of one credit by unit, as the hours policy has them."""
    return {
        unit: (
            Decimal(str(float(row.hours.low))),
            None if row.least else Decimal(str(float(row.hours.high))),
        )
        for unit, row in policies()[HOURS].per.items()
    }


def hours(achievement: Achievement) -> Span | None:
    """Hours of learning: as stated, else as its credit stands for; None when unknown."""
    stated = _stated_hours(achievement)
    if stated is not None:
        return stated
    credit = achievement.credit
    if credit is None or credit.unit not in _hours():
        return None
    return _amount(credit).times(_hours()[credit.unit])


def in_unit(achievement: Achievement, unit: str) -> Span | None:
    """The size in credits of a unit (or in hours); None when it is unknown."""
    credit = achievement.credit
    if credit is not None and credit.unit == unit:
        return _amount(credit)
    found = hours(achievement)
    return None if found is None else found.over(_hours()[unit])


def year_credits(achievement: Achievement) -> int | None:
    """How many of its own credits make a full academic year."""
    return _YEAR.get(achievement.credit.unit) if achievement.credit else None


def disagreement(achievement: Achievement, country: str = "") -> str:
    """One sentence when stated hours and stated credit cannot both be right; else ``""``."""
    if achievement.workload is None or achievement.credit is None:
        return ""
    found = check_hours(achievement.credit, achievement.workload, country=country)
    return found.sentence if found.outcome == "disagrees" else ""


def calendar_duration(text: str) -> str:
    """What is odd about a duration of years or months; ``""`` when nothing is.

    ``P60M`` is 60 months (ISO 8601): the official Annex I sample has it where 60 hours are meant.
    """
    try:
        found = read_duration(text.strip())
    except CheckFailed:
        return ""
    return found.sentence if found.doubt in _CALENDAR else ""


def _stated_hours(achievement: Achievement) -> Span | None:
    found = achievement.workload
    if found is None or found.low is None or found.high is None:
        return None
    return Span(found.low, found.high)


def _amount(credit: Credit) -> Span:
    value = credit.value or Decimal(0)
    return Span(value, value)
