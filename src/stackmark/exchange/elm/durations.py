"""Hours of learning as ISO 8601 durations (xsd:duration), both ways."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_DURATION: Final = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_UNITS: Final = ("year", "month", "week", "day")
_SECONDS: Final = 3600


def write_hours(hours: Decimal) -> str:
    """Hours with up to two digits behind the point: 7.5 is PT7H30M."""
    seconds = int(hours * _SECONDS)
    parts = ((seconds // _SECONDS, "H"), (seconds // 60 % 60, "M"), (seconds % 60, "S"))
    return "PT" + ("".join(f"{count}{name}" for count, name in parts if count) or "0H")


def read_hours(text: str) -> Decimal | None:
    """The hours of a duration of hours, minutes and seconds; ``None`` for any other text."""
    found = _DURATION.fullmatch(text)
    if found is None or calendar_part(text) or not any(found.groups()[4:]):
        return None
    hours, minutes, seconds = (Decimal(one or 0) for one in found.groups()[4:])
    exact = hours + minutes / 60 + seconds / _SECONDS
    return round(exact, 2).normalize() + 0


def calendar_part(text: str) -> str:
    """The years, months, weeks and days of a duration, such as "60 months"; ``""`` for none."""
    found = _DURATION.fullmatch(text)
    counts = zip(found.groups()[:4], _UNITS, strict=True) if found else ()
    return ", ".join(f"{int(n)} {unit}{'s' * (int(n) != 1)}" for n, unit in counts if n)


def refusal(text: str) -> str:
    """Why a duration is not taken as hours of learning, in one sentence."""
    calendar = calendar_part(text)
    if read_hours(text) is not None:
        return "Another workload was taken already."
    if not calendar:
        return "is no duration of hours such as PT60H."
    meant = re.fullmatch(r"P(\d+)M", text)
    hint = f" PT{meant[1]}H would be {meant[1]} hours." if meant else ""
    return f"{text} means {calendar} of the calendar, not hours; it is not taken as workload.{hint}"
