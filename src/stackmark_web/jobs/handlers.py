"""What a kind of run does with one chunk; filled by ``tasks`` modules of the capabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final


class LeaseLost(Exception):  # noqa: N818 - a state, not a mistake
    """Somebody else took this chunk over; write nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a chunk ended: rows done, rows refused, and what to keep about it (plain JSON)."""

    done: int = 0
    failed: int = 0
    result: dict[str, Any] = field(default_factory=dict)


Heartbeat = Callable[[], None]  # extends the lease; raises LeaseLost
Handler = Callable[..., Outcome]  # (run, first, last, heartbeat)

_HANDLERS: Final[dict[str, Handler]] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register a function as what runs of ``kind`` do: ``f(run, first, last, heartbeat)``.

    It must be idempotent: the same rows may come again after a crash. Call ``heartbeat()`` at
    least once a minute, and inside the transaction that stores results, so that a worker which
    lost its lease stores nothing.
    """

    def register(function: Handler) -> Handler:
        _HANDLERS[kind] = function
        return function

    return register


def handler_of(kind: str) -> Handler | None:
    """The handler of a kind, if any capability has one."""
    return _HANDLERS.get(kind)
