"""The machine's clock and a fixed one, for ``ports.Clock``; reading a time a person wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from stackmark.errors import UsageError

_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9])))?"
)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the port's one place


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still at ``instant``, which must carry a zone.

    Raises ``UsageError`` with reason ``usage.time`` for an instant without one.
    """

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.utcoffset() is None:
            raise UsageError("usage.time", f"The time {self.instant} has no zone; add one.")

    def now(self) -> datetime:
        """The fixed instant in UTC."""
        return self.instant.astimezone(UTC)


def parse_time(text: str) -> datetime:
    """The instant in UTC that ``text`` names: RFC 3339 with a zone, or a date for its start.

    A date alone is that day, 00:00 UTC. Digits past the microsecond are cut off. Raises
    ``UsageError`` with reason ``usage.time``.
    """
    parts = _TIME.fullmatch(text)
    if parts is None:
        raise _bad_time(text, "it is not of that form")
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    fraction = int((parts[7] or "0").ljust(6, "0")[:6])
    try:
        written = datetime(year, month, day, hour, minute, second, fraction, tzinfo=_zone(parts))
        return written.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad_time(text, str(error)) from None


def _zone(parts: re.Match[str]) -> timezone:
    if parts[8] is None:
        return UTC
    offset = timedelta(hours=int(parts[9]), minutes=int(parts[10]))
    return timezone(-offset if parts[8] == "-" else offset)


def _bad_time(text: str, why: str) -> UsageError:
    return UsageError(
        "usage.time",
        f'"{text[:60]}" is not a time like 2026-05-03T09:30:00Z or 2026-05-03: {why}.',
    )
