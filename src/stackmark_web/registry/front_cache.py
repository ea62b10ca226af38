"""Answers kept for a moment: bounded in number and bytes, the longest unused go first."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

MOST: Final = 4_000
MOST_BYTES: Final = 64 * 1024 * 1024
_COST: Final = 4_096  # of an entry's key and headers


@dataclass(frozen=True, slots=True)
class Answer:
    """A WSGI answer: status line, headers, body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Cache:
    """Answers by key, each good for one stamp and perhaps until a time; for many threads."""

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[Any, tuple[Any, float | None, Answer]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Any, stamp: Any) -> Answer | None:
        """The answer, if it was made from this stamp and is not too old."""
        found = self._kept.get(key)
        if found is None or found[0] != stamp:
            return None
        if found[1] is not None and found[1] < time.monotonic():
            return None
        return found[2]

    def keep(self, key: Any, stamp: Any, answer: Answer, until: float | None) -> None:
        """Remember an answer made from ``stamp`` until a time of ``time.monotonic``."""
        with self._lock:
            self._drop(key)
            self._kept[key] = (stamp, until, answer)
            self._size += _COST + len(answer.body)
            while len(self._kept) > self._most or self._size > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Any) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= _COST + len(found[2].body)
