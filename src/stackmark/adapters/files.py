"""Reading and writing files so that nothing is half there and nothing is too big."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from stackmark.errors import ReadError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)


def write_atomic(path: str | Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put ``data`` at ``path``: after a crash or power loss the old file or the new one stands.

    ``mode`` is narrowed by the process's umask; a link at ``path`` is replaced, not followed.
    Raises ``UsageError`` with reason ``usage.file``.
    """
    target = Path(path)
    try:
        draft = _write_draft(target, data, mode)
        _settle(draft, target, overwrite=True)
    except OSError as error:
        raise _trouble(target, "written", error) from error


def write_private(path: str | Path, data: bytes, *, force: bool = False) -> None:
    """Put secret ``data`` at ``path``, readable by its owner only (mode 0600), atomically.

    Raises ``UsageError`` with reason ``usage.exists`` when something stands there already and
    ``force`` is not set, ``usage.file`` when it cannot be written.
    """
    target = Path(path)
    try:
        if not force and os.path.lexists(target):
            raise FileExistsError
        draft = _write_draft(target, data, 0o600)
        _settle(draft, target, overwrite=force)
    except FileExistsError:
        raise UsageError(
            "usage.exists", f"{target} exists already; name another file or ask to replace it."
        ) from None
    except OSError as error:
        raise _trouble(target, "written", error) from error


def read_limited(path: str | Path, limit: int) -> bytes:
    """The bytes of a file, at most ``limit`` of them.

    Raises ``ReadError`` with reason ``read.too-large``, ``UsageError`` with ``usage.file``.
    """
    where = Path(path)
    try:
        with where.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _trouble(where, "read", error) from error
    if len(data) > limit:
        raise ReadError("read.too-large", f"{where} has over {limit:,} bytes.")
    return data


def opener(path: str | Path) -> Callable[[], BinaryIO]:
    """A way to open a file for reading, again and again.

    Opening raises ``UsageError`` ``usage.file`` when it cannot be read.
    """

    def opened() -> BinaryIO:
        try:
            return Path(path).open("rb")
        except OSError as error:
            raise _trouble(Path(path), "read", error) from None

    return opened


def walk_sources(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The files meant by ``paths``: files as they are, folders with all that is below them.

    Inside folders: in order of name, hidden entries skipped, links followed only where they
    stay inside the named folder, each folder entered once. Raises ``UsageError`` with reason
    ``usage.file`` for a path where nothing is or a folder that cannot be listed.
    """
    for path in paths:
        where = Path(path)
        try:
            mode = where.stat().st_mode
        except (OSError, ValueError) as error:
            raise _trouble(where, "read", error) from error
        if stat.S_ISDIR(mode):
            root = where.resolve()
            yield from _walk(where, real=root, root=root, entered={root})
        else:
            yield where


def _walk(folder: Path, *, real: Path, root: Path, entered: set[Path]) -> Iterator[Path]:
    """The files below ``folder``, which without links is ``real``."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted((e.name, e.is_symlink()) for e in listing if e.name[0] != ".")
    except OSError as error:
        raise _trouble(folder, "listed", error) from error
    for name, linked in entries:
        at = _real_inside(folder / name, root) if linked else real / name
        if at is None:
            continue
        if at.is_file():
            yield folder / name
        elif at.is_dir() and at not in entered:
            entered.add(at)
            yield from _walk(folder / name, real=at, root=root, entered=entered)


def _real_inside(entry: Path, root: Path) -> Path | None:
    """Where a link leads, or nothing if that is outside, nowhere or in a circle."""
    try:
        real = entry.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_relative_to(root) else None


def _write_draft(target: Path, data: bytes, mode: int) -> Path:
    """A finished, flushed file beside ``target``, so that a rename cannot cross devices."""
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    handle = os.open(draft, _NEW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _settle(draft: Path, target: Path, *, overwrite: bool) -> None:
    """Give the draft its name and make the name last."""
    try:
        if overwrite:
            draft.replace(target)
        else:
            _link_new(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    _flush_folder(target.parent)


def _link_new(draft: Path, target: Path) -> None:
    """Name the draft unless the name is taken, in one step where the file system has links."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise FileExistsError from None
        draft.replace(target)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(path: Path, verb: str, error: Exception) -> UsageError:
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return UsageError("usage.file", f"{path} could not be {verb}: {why}.")
