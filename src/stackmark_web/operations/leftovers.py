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
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from stackmark.adapters.locks import folder_lock
from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.operations import places

PART: Final = ".stackmark-part"  # ends the name of a backup that is being written
_SCRATCH: Final = (".backup-", ".restore-")
STAGED: Final = ".restored"  # ends the name of a database that is about to take its place
_DRAFT: Final = re.compile(  # as adapters.files names them, and the one above
    r"\..+(\.[0-9a-f]{16}\.tmp|\.restored)"
)
_HOUR: Final = 3_600.0
_TRIES: Final = 5  # to begin a backup while another process looks at what lies there
_PAUSE: Final = 0.1  # seconds between two


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


@contextmanager
def part(target: Path) -> Iterator[IO[bytes]]:
    """A file to fill, which stands at ``target`` once the block has ended well, and never before.

    It is locked until then: whoever wants to write to the same name at the same time is refused.
    Raises ``UsageError`` ``usage.busy``, ``usage.exists``, and ``OSError``.
    """
    draft = target.with_name(f".{target.name}{PART}")
    with os.fdopen(_own(draft, target), "wb", buffering=1024 * 1024) as file:
        try:
            refuse_taken(target)
            yield file
            file.flush()
            os.fsync(file.fileno())
            refuse_taken(target)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def refuse_taken(target: Path) -> None:
    """Raises ``UsageError`` when something stands at a path."""
    if target.exists():
        raise UsageError("usage.exists", f"{target} is there already; name another file.")


def _own(draft: Path, target: Path) -> int:
    """The draft, opened and locked; halves that dead ones left in its folder are cleared."""
    for _ in range(_TRIES):
        for path in draft.parent.glob(f".*{PART}"):
            _clear_part(path)
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # somebody else's, or not yet locked or cleared
            time.sleep(_PAUSE)
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(handle, draft):
            return handle
        os.close(handle)  # cleared between the two
    raise UsageError(
        "usage.busy",
        f"Another backup to {target} is being written. Wait for it, or name another file. If none "
        f"is, remove {draft}.",
    )


def _clear_part(path: Path) -> None:
    with suppress(OSError):  # gone by itself, or somebody writes it
        handle = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(handle, path):  # else it stands under its name by now
                path.unlink()
        finally:
            os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


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
