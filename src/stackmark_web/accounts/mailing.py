"""Letters of sign-in: to the mail server at once, and no page waits for it longer than a little.

They do not go by way of the outbox: a code that opens an account would lie there for a year, and
would wait behind what the worker does.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, wait
from typing import Any, Final

PATIENCE: Final = 4.0
"""Seconds a page waits; a mail server beside us takes less than one."""
MOST: Final = 8
"""Letters of a process that wait for the mail server; it then takes no more of them."""
_LOG: Final = logging.getLogger(__name__)
_LOCK: Final = threading.Lock()
_waiting: Final[set[Future[Any]]] = set()


def send(message: Any, kind: str) -> bool | None:
    """Whether the mail server took it; None: it has not said so yet, and the letter is on its way.

    The same whoever it goes to. What fails is in the log by its ``kind``, without an address.
    """
    letter: Future[Any] = Future()
    with _LOCK:
        if len(_waiting) >= MOST:
            _LOG.warning("account mail %s was not sent: the mail server is silent", kind)
            return False
        _waiting.add(letter)
    try:
        threading.Thread(target=_send, args=(letter, message, kind), daemon=True).start()
    except RuntimeError:  # the machine gives no more threads
        _end(letter, taken=False)
    wait([letter], PATIENCE)
    return letter.result() if letter.done() else None


def on_their_way() -> int:
    """How many letters the mail server has not answered yet."""
    return len(_waiting)


def _send(letter: Future[Any], message: Any, kind: str) -> None:
    taken = False
    try:
        message.send()
        taken = True
    except Exception as error:  # noqa: BLE001 - its text may hold the address
        _LOG.warning("account mail %s was not sent: %s", kind, type(error).__name__)
    finally:
        _end(letter, taken=taken)


def _end(letter: Future[Any], *, taken: bool) -> None:
    with _LOCK:
        _waiting.discard(letter)
    letter.set_result(taken)
