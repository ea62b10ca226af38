"""Work that comes again and again: publishing lists, sending mail, reminders."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_REST: Final = 19  # times as long as it took, a duty rests while runs wait
_LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Duty:
    """A function without arguments that is due every ``seconds``; safe to run twice at once.

    While runs wait for the worker, a duty that is not ``urgent`` gets a twentieth of its time.
    """

    name: str
    seconds: float
    function: Callable[[], object]
    urgent: bool = False
    due: float = float("-inf")  # by the clock that never jumps


_DUTIES: Final[dict[str, Duty]] = {}


def duty(
    name: str, *, seconds: float, urgent: bool = False
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function as a duty. It must be idempotent and bounded in time.

    ``urgent``: it comes in time whatever else there is to do.
    """

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _DUTIES[name] = Duty(name, seconds, function, urgent)
        return function

    return register


def run_due(*, busy: bool = False) -> None:
    """Do every duty whose time has come; one that fails does not stop the others.

    ``busy``: runs wait, so a duty that takes long comes less often.
    """
    for one in _DUTIES.values():
        begun = time.monotonic()
        if begun < one.due:
            continue
        one.due = begun + one.seconds
        try:
            one.function()
        except Exception:  # noqa: BLE001 - the next duty must not suffer
            _LOG.exception("duty %s failed", one.name)
        if busy and not one.urgent:
            now = time.monotonic()
            one.due = max(one.due, now + _REST * (now - begun))


def run_all() -> None:
    """Do every duty now, for tests and the demo world."""
    for one in _DUTIES.values():
        one.function()
