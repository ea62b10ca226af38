"""By which door a change comes in, and who wants to hear of it.

An action that does not say otherwise is done "on the web"; ``coming_by`` names another door for
all that happens inside it. Listeners are handed in once at start, by capabilities above, and are
called in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

WEB: Final = "web"
Listener = Callable[[Sequence[Any]], None]
_DOOR: Final[ContextVar[str]] = ContextVar("stackmark_door", default=WEB)
_LISTENERS: Final[list[Listener]] = []


@contextmanager
def coming_by(door: str) -> Iterator[None]:
    """Within the block events that name no other door come by this one."""
    token = _DOOR.set(door)
    try:
        yield
    finally:
        _DOOR.reset(token)


def door(via: str) -> str:
    """What an event says of its door."""
    return _DOOR.get() if via == WEB else via


def listen(function: Listener) -> None:
    """Call this function with the events that were written."""
    if function not in _LISTENERS:
        _LISTENERS.append(function)


def tell(events: Sequence[Any]) -> None:
    """These events were written just now."""
    for one in _LISTENERS:
        one(events)
