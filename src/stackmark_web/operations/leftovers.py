"""What a process that died has left on the disk: half a backup, an unpacked one, drafts of files.

Each folder and file of that kind is locked by the process that fills it. The lock ends with the
process, so what nobody holds is nobody's.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from stackmark.adapters.locks import folder_lock
from stackmark_web import clock
from stackmark_web.operations import places

PART: Final = ".stackmark-part"  # ends the name of a backup that is being written
_SCRATCH: Final = (".backup-", ".restore-")
STAGED: Final = ".restored"  # ends the name of a database that is about to take its place
_DRAFT: Final = re.compile(  # as adapters.files names them, and the one above
    r"\..+(\.[0-9a-f]{16}\.tmp|\.restored)"
)
_HOUR: Final = 3_600.0


@contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A folder to work in; it goes afterwards, and with it those of processes that died."""
    with folder_lock(places.data()):  # nobody takes a folder away before it is held
        _clear_scratch()
        folder = Path(tempfile.mkdtemp(prefix=f".{kind}-", dir=places.data()))
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def part_of(target: Path) -> Path:
    """Where a backup to ``target`` is written first; halves of dead ones there are cleared."""
    for path in target.parent.glob(f".*{PART}"):
        if _is_nobodys(path):
            path.unlink(missing_ok=True)
    return target.with_name(f".{target.name}.{os.getpid()}{PART}")


def hold(file: IO[Any]) -> None:
    """Keep others from clearing a file that is being written."""
    fcntl.flock(file.fileno(), fcntl.LOCK_EX)


def clear() -> None:
    """For the start of a server, and for the duty."""
    with folder_lock(places.data()):
        _clear_scratch()
    for folder in (places.data(), *(one for one in places.data().iterdir() if one.is_dir())):
        _clear_drafts(folder)


def _clear_scratch() -> None:
    for path in places.data().iterdir():
        if path.name.startswith(_SCRATCH) and path.is_dir() and _is_nobodys(path):
            shutil.rmtree(path, ignore_errors=True)


def _clear_drafts(folder: Path) -> None:
    for path in folder.iterdir():
        if not _DRAFT.fullmatch(path.name):
            continue
        with suppress(OSError):  # gone by itself meanwhile
            if abs(clock.now().timestamp() - path.stat().st_mtime) > _HOUR:
                path.unlink()


def _is_nobodys(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
