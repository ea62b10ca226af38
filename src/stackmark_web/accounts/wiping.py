"""What a database file still holds of rows that were deleted, and how it is cleaned.

SQLite leaves deleted bytes in the file and in its write-ahead log until they are written over.
PostgreSQL keeps dead rows until VACUUM, which autovacuum does by itself (docs: erase-a-person).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError

from stackmark_web import clock

SMALL: Final = 512 * 2**20  # bytes of a file that is written anew at once
PAUSE: Final = timedelta(hours=12)  # between two times a larger one is
_LOG: Final = logging.getLogger(__name__)


def begin(connection: Any) -> None:
    """From here on, what this connection deletes is written over with zeros (SQLite)."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def wipe(connection: Any, *, since: datetime | None) -> bool:
    """Write the database file anew without what was deleted, and empty its log.

    ``since`` is when that was done last. False when it must be tried again: a large file was
    done lately, or somebody is reading. PostgreSQL does it without us.
    """
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        return False
    if _size(connection) > SMALL and since is not None and clock.now() - since < PAUSE:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
    except DatabaseError as error:
        _LOG.warning("the database file was not cleaned yet: %s", type(error).__name__)
        return False
    return answer is None or answer[0] == 0


def _size(connection: Any) -> int:
    path = Path(str(connection.settings_dict["NAME"]))
    return path.stat().st_size if path.is_file() else 0
