"""Work that comes again and again: publishing lists, sending mail, reminders."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from stackmark_web import clock

_LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Duty:
    """A function without arguments that is due every ``seconds``; safe to run twice at once."""

    name: str
    seconds: float
    function: Callable[[], object]
    due: datetime | None = None


_DUTIES: Final[dict[str, Duty]] = {}


def duty(name: str, *, seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function as a duty. It must be idempotent and bounded in time."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _DUTIES[name] = Duty(name, seconds, function)
        return function

    return register


def run_due() -> None:
    """Do every duty whose time has come; one that fails does not stop the others."""
    for one in _DUTIES.values():
        now = clock.now()
        if one.due is not None and now < one.due:
            continue
        one.due = now + timedelta(seconds=one.seconds)
        try:
            one.function()
        except Exception:  # noqa: BLE001 - the next duty must not suffer
            _LOG.exception("duty %s failed", one.name)


def run_all() -> None:
    """Do every duty now, for tests and the demo world."""
    for one in _DUTIES.values():
        one.function()
