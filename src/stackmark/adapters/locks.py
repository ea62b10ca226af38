"""Keeping two runs out of each other's files; a lock ends with the process that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stackmark.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows has none; there two runs at once are not told apart
    fcntl = None  # type: ignore[assignment]


def hold(fd: int, otherwise: str) -> None:
    """Lock an open file until it is closed; raises ``UsageError`` ``usage.busy`` if it is taken.

    ``otherwise`` is the sentence for that case.
    """
    if fcntl is None:
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError("usage.busy", f"{otherwise} Wait for it, or stop it.") from None


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """One process at a time past here for ``folder``; others wait."""
    if fcntl is None:
        yield
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
