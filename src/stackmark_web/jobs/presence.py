"""Which workers live: each holds a lock that ends with its process, however it ends.

A worker is named ``host:process:token``, and ``DATA/workers/token`` is locked as long as it lives.
The system takes the lock away at its death, so neither a process number that was given again, nor
a restart of the machine, nor a second machine of the same name can be taken for it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from stackmark_web import clock

_TOKEN: Final = re.compile(r"[0-9a-f]{12}")
_KEPT: Final = 3_600  # seconds: far longer than any lease


@contextmanager
def present() -> Iterator[str]:
    """While a worker works: its name."""
    token = secrets.token_hex(6)
    path = _folder() / token
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield f"{socket.gethostname()[:38]}:{os.getpid()}:{token}"
    finally:
        os.close(handle)  # the file stays for a while: it says that this worker is gone


def is_gone(name: str) -> bool:
    """Whether a worker is known to be dead. Of one that works on other files nothing is known."""
    token = name.rpartition(":")[2]
    return bool(_TOKEN.fullmatch(token)) and _is_free(_folder() / token)


def tidy() -> None:
    """Forget workers that ended long ago."""
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):  # another worker does the same
            old = clock.now().timestamp() - path.stat().st_mtime > _KEPT
            if old and _is_free(path):
                path.unlink()


def _folder() -> Path:
    folder = Path(settings.DATA) / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_free(path: Path) -> bool:
    """Whether a file is there and nobody holds it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
