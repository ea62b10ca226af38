"""Requests that are under way, each in a thread: whoever answers slowly holds up nobody else.

A lane only asks the network; the database is the sender's. What is under way when a round ends
goes on, and its answer is taken by the next one. Receivers that take long have lanes of their own,
and no institution takes more than two of all.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from stackmark.errors import CouldNotTell
from stackmark_web.integrations.webhook_models import Message

LANES: Final = 8
SLOW_LANES: Final = 4  # besides, for receivers that take long, or did the last time
OF_ALL: Final = 32  # with those that turned out to be slow on the way
OF_ONE: Final = 2  # of one institution with its units
SLOW: Final = 1.0  # seconds from which an answer is a slow one
_REMEMBERED: Final = 5_000
_LOG: Final = logging.getLogger(__name__)
Post = Callable[[], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request. ``error``: why there is no answer."""

    message: Message
    status: int | None
    data: bytes
    error: BaseException | None
    seconds: float


class Lanes:
    """The requests under way in this process."""

    def __init__(self) -> None:
        self._under_way: dict[uuid.UUID, tuple[Message, float]] = {}  # and when it was begun
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._took: dict[uuid.UUID, float] = {}  # seconds of the last answers of a webhook

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way)

    def may_begin(self, message: Message) -> bool:
        """Whether there is a lane for it now."""
        others = [one for one, _begun in self._under_way.values()]
        if len(others) >= OF_ALL or any(one.webhook_id == message.webhook_id for one in others):
            return False
        if sum(_institution(one) == _institution(message) for one in others) >= OF_ONE:
            return False
        slow = sum(map(self._is_slow, others))
        return slow < SLOW_LANES if self._is_slow(message) else len(others) - slow < LANES

    def begin(self, message: Message, post: Post) -> None:
        """Ask; the answer comes out of ``answers``."""
        self._under_way[message.pk] = (message, time.monotonic())
        # A daemon: a server that is told to stop does not wait for a stranger's answer. The message
        # is then sent again under the same id.
        threading.Thread(target=self._ask, args=(message, post), daemon=True).start()

    def answers(self, wait: float = 0.0) -> Iterator[Answer]:
        """Answers that are there; the first is waited for ``wait`` seconds while any is to come."""
        while self._under_way:
            found = None
            with suppress(queue.Empty):
                found = self._answers.get(timeout=wait) if wait > 0 else self._answers.get_nowait()
            if found is None:
                return
            wait = 0.0
            self._note(found)
            yield found

    def _ask(self, message: Message, post: Post) -> None:
        begun, status, data, error = time.monotonic(), None, b"", None
        try:
            status, data = post()
        except BaseException as raised:  # noqa: BLE001 - told to the sender, whatever it is
            error = raised
        self._answers.put(Answer(message, status, data, error, time.monotonic() - begun))

    def _note(self, answer: Answer) -> None:
        self._under_way.pop(answer.message.pk, None)
        if len(self._took) >= _REMEMBERED:
            self._took.clear()
        before = self._took.get(answer.message.webhook_id, 0.0)
        self._took[answer.message.webhook_id] = max(answer.seconds, before / 2)

    def _is_slow(self, message: Message) -> bool:
        _one, begun = self._under_way.get(message.pk, (message, math.inf))
        return max(time.monotonic() - begun, self._took.get(message.webhook_id, 0.0)) >= SLOW


def _institution(message: Message) -> Any:
    return message.webhook.organisation.root_id


def reason_of(error: BaseException) -> tuple[str, str]:
    """Reason and sentence for an error of a request; what is no fault of the network is logged."""
    if isinstance(error, CouldNotTell):
        return error.reason, error.detail
    if not isinstance(error, Exception):
        raise error
    _LOG.error("a webhook could not be sent: %s", type(error).__name__, exc_info=error)
    return "fault", "The message could not be sent."
