"""Keeping two runs out of each other's files; a lock ends with the process that holds it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stackmark.errors import UsageError

if sys.platform != "win32":  # it has no such locks; there two runs at once are not told apart
    import fcntl


def hold(fd: int, otherwise: str) -> None:
    """Lock an open file until it is closed; raises ``UsageError`` ``usage.busy`` if it is taken.

    ``otherwise`` is the sentence for that case.
    """
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError("usage.busy", f"{otherwise} Wait for it, or stop it.") from None


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """One process at a time past here for ``folder``; others wait."""
    if sys.platform == "win32":
        yield
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
