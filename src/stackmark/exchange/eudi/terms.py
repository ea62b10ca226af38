"""The words and times of EUDI learning credentials, both ways."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from stackmark.model.achievement import Workload
from stackmark.model.achievement_codes import QUALITY

# The claims do not say in which language their texts are; this one of our own does.
LANGUAGE: Final = "urn:stackmark:text_language"
# The scheme of the number that names a learner, which the claim does not tell.
LEARNER_SCHEME: Final = "learner_identification"
QUALITY_WORDS: Final = {code: code.replace("-", " ").capitalize() for code in QUALITY}
_QUALITY_CODES: Final = {words.casefold(): code for code, words in QUALITY_WORDS.items()}
_NUMBER: Final = r"(\d{1,5}(?:\.\d{1,2})?)"
_HOURS: Final = re.compile(rf"{_NUMBER}(?: ?(?:to|-|–) ?{_NUMBER})? ?(?:hours?|h)", re.IGNORECASE)
_LATEST: Final = 253_402_300_799  # seconds; the end of the year 9999


def quality_code(text: Any) -> str:
    """The code of a type of quality assurance in our words, or ``""``."""
    return _QUALITY_CODES.get(text.strip().casefold(), "") if isinstance(text, str) else ""


def study_time(workload: Workload) -> str:
    """Hours in words: "60 hours", or "50 to 60 hours"."""
    low, high = (format(one or Decimal(), "f") for one in (workload.low, workload.high))
    return f"{low} hours" if low == high else f"{low} to {high} hours"


def read_study_time(text: Any) -> dict[str, Any]:
    """The interval of hours a text states; nothing for any other ("12 months")."""
    found = _HOURS.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return {}
    low, high = (Decimal(one) for one in (found[1], found[2] or found[1]))
    return {"low": _plain(low), "high": _plain(high)}


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def seconds(moment: datetime | None) -> int | None:
    """A NumericDate (RFC 7519 section 2)."""
    return None if moment is None else int(moment.timestamp())


def moment_of(value: Any) -> datetime | None:
    """The instant of a NumericDate in whole seconds; ``None`` for anything else."""
    if value.__class__ is not int or not 0 <= value <= _LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)


def day_of(value: Any) -> date | None:
    """A calendar day such as 2026-05-01."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def stamp(moment: datetime) -> str:
    """An instant as a record writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC: a record knows instants only."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
