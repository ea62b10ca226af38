"""Where things stand on the timeline of plans: shares of its width, and the weekly load as a shape.

Pure. All plans of a page share one axis, so that they can be compared by eye. The drawing repeats
the table beside it and is hidden from who cannot see it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDE: Final = 100.0
TALL: Final = 40
_MONTHS: Final = (1, 2, 3, 6, 12, 24)  # between two ticks
_MOST_TICKS: Final = 5
_LEAST: Final = 1.6  # a bar is never thinner


@dataclass(frozen=True, slots=True)
class Axis:
    """The days from left to right."""

    first: dt.date
    last: dt.date

    def at(self, day: dt.date) -> float:
        """Where a day stands, in percent of the width."""
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(min(1.0, max(0.0, share)) * WIDE, 2)

    def ticks(self) -> list[tuple[float, dt.date]]:
        """First days of months, as few as stay readable."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        step = next((one for one in _MONTHS if months // one <= _MOST_TICKS), _MONTHS[-1])
        count = self.first.year * 12 + self.first.month  # of the month after the first
        days = (_month(one) for one in range(count, count + months) if one % step == 0)
        return [(self.at(one), one) for one in days if self.at(one) < 92]


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the axis."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Load:
    """The hours of each week as a path in a box of 100 by 40, and where the limit lies."""

    path: str
    limit: float | None
    most: float


def axis_of(first: dt.date, ends: Iterable[dt.date]) -> Axis:
    """An axis with room for every end."""
    last = max(ends, default=first)
    return Axis(first, max(last, first + dt.timedelta(weeks=4)))


def bar(axis: Axis, start: dt.date, end: dt.date) -> Bar:
    """A bar that stays inside the axis."""
    x = axis.at(start)
    width = max(_LEAST, axis.at(end) - x)
    return Bar(min(x, WIDE - width), round(width, 2))


def load_of(axis: Axis, steps: Sequence[Mapping[str, Any]], limit: float | None) -> Load | None:
    """The weekly hours of a plan; None where the hours of a step are not stated."""
    rows = [(_day(one["start"]), _day(one["end"]), one["load"]) for one in steps]
    if not rows or any(load is None for _s, _e, load in rows):
        return None
    days = sorted({day for start, end, _load in rows for day in (start, end)} | {axis.first})
    levels = [(day, sum(load for s, e, load in rows if s <= day < e)) for day in days]
    most = max(level for _day_, level in levels)
    top = max(most, limit or 0) or 1

    def y(value: float) -> float:
        return round(TALL - value / top * (TALL - 2), 2)

    parts, height = [f"M0 {TALL}"], float(TALL)
    for day, level in levels:
        x = axis.at(day)
        parts += [f"L{x} {height}", f"L{x} {y(level)}"]
        height = y(level)
    parts += [f"L{axis.at(days[-1])} {TALL}", "Z"]
    return Load(" ".join(parts), y(limit) if limit else None, most)


def _month(count: int) -> dt.date:
    return dt.date(count // 12, count % 12 + 1, 1)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
