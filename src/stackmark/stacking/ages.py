"""Ages in calendar years, as registrars count them."""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction

from stackmark.errors import UsageError


def oldest(at: dt.date, years: Fraction) -> dt.date:
    """The earliest day that is not older than ``years`` at ``at``.

    Exactly so many years ago is still good; 29 February becomes 28 February. Years may be halves,
    quarters or any whole number of months. Raises ``UsageError`` ``rules.number`` otherwise.
    """
    return _shifted(at, -_months(years))


def last_good(awarded: dt.date, years: Fraction) -> dt.date:
    """The last day on which something awarded then is not older than ``years``."""
    day = _shifted(awarded, _months(years))
    if day == dt.date.max:
        return day
    # 29 February and month ends: the last day whose ``oldest`` is not after the award.
    while oldest(day + dt.timedelta(days=1), years) <= awarded:
        day += dt.timedelta(days=1)
    while oldest(day, years) > awarded:
        day -= dt.timedelta(days=1)
    return day


def _months(years: Fraction) -> int:
    months = years * 12
    if months.denominator != 1:
        raise UsageError("rules.number", f"{float(years):g} years are no whole number of months.")
    return int(months)


def _shifted(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    if year < 1:
        return dt.date.min
    if year > 9999:
        return dt.date.max
    length = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, length))
