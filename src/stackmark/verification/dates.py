"""Instants: the dateTimeStamp of VC DM 2.0, read strictly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final

from stackmark.errors import CheckFailed

# xsd:dateTimeStamp with a four-digit year; a zone is required (VC DM 2.0 section 4.9).
_STAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,12})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII
)


def parse_stamp(value: Any, what: str, *, reason: str = "validity.malformed") -> datetime:
    """The instant in UTC; raises ``CheckFailed`` with ``reason`` naming ``what``."""
    fit = value.__class__ is str and len(value) <= 60
    found = _read(value) if fit else None
    if found is None:
        raise CheckFailed(
            reason,
            f"{what} is {str(value)[:60]!r}: not an existing date and time with a time zone.",
        )
    return found


@lru_cache(maxsize=4_096)
def _read(value: str) -> datetime | None:
    found = _STAMP.match(value)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction = int(((found[7] or ".0")[1:] + "000000")[:6])
    try:
        zone = UTC if found[8] == "Z" else _zone(found[8])
        local = datetime(year, month, day, hour, minute, second, fraction, zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


@lru_cache(maxsize=4_096)
def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def from_epoch(value: Any, what: str) -> datetime:
    """A JWT NumericDate (RFC 7519 section 2); raises ``CheckFailed`` ``format.claim``."""
    if value.__class__ not in (int, float) or not -62_135_596_800 <= value <= 253_402_300_799:
        raise CheckFailed("format.claim", f"The claim {what} is no time: {str(value)[:40]!r}.")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
