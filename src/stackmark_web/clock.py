"""The time, asked in one place, so that tests and the demo world can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Final

from stackmark.adapters.clock import SystemClock
from stackmark.verification.dates import stamp

_SET: Final[ContextVar[datetime | None]] = ContextVar("stackmark_now", default=None)
_SYSTEM: Final = SystemClock()


def now() -> datetime:
    """The current instant, zone-aware, in UTC."""
    return _SET.get() or _SYSTEM.now()


def today() -> date:
    """The current day in UTC."""
    return now().date()


def stamp_now() -> str:
    """The current instant as RFC 3339, to the second."""
    return stamp(now())


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block ``now()`` is ``instant``."""
    token = _SET.set(instant)
    try:
        yield
    finally:
        _SET.reset(token)
