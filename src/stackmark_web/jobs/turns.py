"""Writes of workers and signatures: in turn on SQLite, and none that stands still for ever.

SQLite has one writer at a time and no queue: who finds it busy sleeps, in the end a tenth of a
second at a time, while nobody writes. Here workers, and whoever signs from a page, look every two
milliseconds whether another is done. Nobody depends on it: who has waited for ``PATIENCE`` seconds
(the other is stopped) goes on without a turn, and SQLite's own lock decides, as it does for whoever
writes without asking here.

On PostgreSQL a worker that is stopped in the middle would hold its rows, its chunk among them, and
nobody could take over (fault F04). So the server ends such a transaction when its client has said
nothing for a minute, which is less than a lease.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction

PATIENCE: Final = 2.0
STILL: Final = 60_000  # milliseconds; each statement of ours takes a hundredth of that
_PAUSE: Final = 0.002


@contextmanager
def writing() -> Iterator[None]:
    """A transaction; on SQLite other workers of this machine write to their end first."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = {STILL}")
            yield
        return
    handle = os.open(Path(settings.DATA) / "workers.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(handle)
        with transaction.atomic():
            yield
    finally:
        os.close(handle)


def _wait(handle: int) -> None:
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        except OSError:  # a file system without locks: SQLite's own decides
            return
        else:
            return
