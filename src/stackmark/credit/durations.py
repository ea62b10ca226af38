"""ISO 8601 durations where a workload is meant.

European documents state the hours of learning as a duration. A stretch of calendar, months or
years, is no amount of work, and ``P60M`` (60 months) for ``PT60H`` stands even in official samples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackmark.credit.numbers import show
from stackmark.errors import CheckFailed

_NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?"
_FORM: Final = re.compile(
    rf"P(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<weeks>{_NUMBER})W)?"
    rf"(?:(?P<days>{_NUMBER})D)?"
    rf"(?P<time>T(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?",
    re.ASCII,
)
_HOURS: Final = {
    "weeks": Fraction(168),
    "days": Fraction(24),
    "hours": Fraction(1),
    "minutes": Fraction(1, 60),
    "seconds": Fraction(1, 3600),
}
_UNITS: Final = ("years", "months", *_HOURS)


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration read as a workload.

    ``hours`` is exact, and ``None`` for a stretch of calendar. ``doubt`` is empty or a reason:
    ``credit.duration-months`` (months, probably hours or minutes), ``credit.duration-calendar``
    (years, or years with more), ``credit.duration-days`` (days or weeks, read as 24 hours each as
    ISO 8601 has it, though study days are shorter). ``sentence`` says it in words.
    """

    text: str
    hours: Fraction | None
    doubt: str = ""
    sentence: str = ""


def read_duration(text: str) -> Duration:
    """Read ``PT60H``, ``P2DT4H``, ``PT1.5H``.

    Raises ``CheckFailed`` ``credit.duration`` for what ISO 8601 does not know, and for a negative
    or empty one.
    """
    parts = _parts(text)
    if "years" in parts:
        return Duration(text, None, "credit.duration-calendar", _calendar(text, parts))
    if "months" in parts:
        return Duration(text, None, "credit.duration-months", _months(text, parts))
    hours = sum((_HOURS[name] * value for name, value in parts.items()), Fraction(0))
    if not hours:
        raise CheckFailed("credit.duration", f"{text!r} is a duration of nothing.")
    if "days" in parts or "weeks" in parts:
        told = (
            f"{text} is {show(hours)} hours, as a day has 24; a day of study is shorter. "
            "Write the hours of learning, such as PT16H."
        )
        return Duration(text, hours, "credit.duration-days", told)
    return Duration(text, hours, "", f"{text} is {show(hours)} hours.")


def write_duration(hours: Fraction) -> str:
    """Hours as a duration: whole minutes where they are (``PT1H30M``), else a decimal of hours.

    Raises ``CheckFailed`` ``credit.duration`` unless above 0.
    """
    if hours <= 0:
        raise CheckFailed("credit.duration", "A workload is more than 0 hours.")
    whole, rest = divmod(hours, 1)
    minutes = rest * 60
    if minutes.denominator != 1:
        return f"PT{float(hours):.6f}".rstrip("0").rstrip(".") + "H"
    return "PT" + (f"{whole}H" if whole else "") + (f"{minutes}M" if minutes else "")


def _parts(text: str) -> dict[str, Fraction]:
    found = _FORM.fullmatch(text) if len(text) <= 100 else None
    parts = {name: found[name] for name in _UNITS if found[name]} if found else {}
    decimal = [name for name, value in parts.items() if not value.isdigit()]
    if found is None or not parts or found["time"] == "T" or decimal[:1] not in ([], [*parts][-1:]):
        raise CheckFailed(
            "credit.duration", f"{text[:40]!r} is no duration of ISO 8601; write it like PT60H."
        )
    return {name: Fraction(value.replace(",", ".")) for name, value in parts.items()}


def _months(text: str, parts: dict[str, Fraction]) -> str:
    months = show(parts["months"])
    if len(parts) == 1:
        return (
            f"{text} is {_counted(months, 'month')}, a stretch of calendar and no workload; "
            f"probably PT{months.replace(',', '')}H, {_counted(months, 'hour')}, was meant."
        )
    held = _counted(months, "month")
    return f"{text} holds {held}, a stretch of calendar; state the hours, like PT60H."


def _calendar(text: str, parts: dict[str, Fraction]) -> str:
    years = _counted(show(parts["years"]), "year")
    return f"{text} holds {years}, a stretch of calendar and no workload; state the hours."


def _counted(number: str, unit: str) -> str:
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"
