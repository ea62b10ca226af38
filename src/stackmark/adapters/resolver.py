"""Looking up a host name, and time that runs out while waiting."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from stackmark.errors import CouldNotTell

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port to the addresses it stands for, as text; raises ``OSError`` if there are none."""

_MAX_LOOK_UPS: Final = 32  # at once; ones given up on still count until the system answers
_slots: Final = threading.BoundedSemaphore(_MAX_LOOK_UPS)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point on the monotonic clock by which everything must be done."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline ``seconds`` from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds left, always above zero. Raises ``TimeoutError`` when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def system_resolver(host: str, port: int) -> list[str]:
    """Every address the system knows for ``host``, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def look_up(resolver: Resolver, host: str, port: int, deadline: Deadline) -> list[str]:
    """The addresses of ``host``, asked for exactly once and never waited for past ``deadline``.

    Raises ``CouldNotTell`` with reason ``fetch.dns``, ``TimeoutError`` when time runs out.
    """
    answer = _in_thread(lambda: list(resolver(host, port)), deadline)
    if isinstance(answer, (OSError, UnicodeError)):
        why = getattr(answer, "strerror", None) or "the look-up failed"
        raise CouldNotTell(
            "fetch.dns", f"The host name {host} could not be looked up: {why}."
        ) from answer
    if isinstance(answer, Exception):
        raise answer
    if not answer:
        raise CouldNotTell("fetch.dns", f"The host name {host} stands for no address.")
    return answer


def _in_thread(work: Callable[[], list[str]], deadline: Deadline) -> list[str] | Exception:
    """What ``work`` returns or raises; the system's look-up itself cannot be interrupted."""
    slots = _slots
    if not slots.acquire(timeout=deadline.left()):
        raise TimeoutError
    box: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(work())
        except Exception as error:  # noqa: BLE001 - handed to the waiting thread, which raises it
            box.put(error)
        finally:
            slots.release()

    threading.Thread(target=run, name="look-up", daemon=True).start()
    try:
        return box.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError from None
