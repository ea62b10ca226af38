"""Status lists as files, each with a private file that says which indexes are given out.

``NAME.json`` is the signed list, to be published; ``NAME.indexes.json`` beside it holds the
secret order of its indexes and how far they are used, and must be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.adapters.locks import folder_lock
from stackmark.batch.job import StatusBlock
from stackmark.errors import UsageError
from stackmark.ports import Random
from stackmark.status.allocate import Allocation, allocate

_SUFFIX: Final = ".indexes.json"
_MAX_STATE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class StatusFile:
    """A list's address, its file, how far its indexes are given out, and the bits of each."""

    url: str
    path: Path
    allocation: Allocation
    size: int = 1

    @property
    def state_path(self) -> Path:
        """The private file beside the list."""
        return state_path(self.path)

    def save(self) -> None:
        """Write the private file; it is there for good when this returns."""
        state = {"list": self.url, "file": self.path.name, "size": self.size}
        state |= self.allocation.to_json()
        write_atomic(self.state_path, orjson.dumps(state, option=orjson.OPT_INDENT_2), mode=0o600)


def state_path(path: Path) -> Path:
    """The private file of the list in ``path``."""
    return path.with_name(path.name.removesuffix(".json") + _SUFFIX)


def status_files(folder: Path) -> Iterator[StatusFile]:
    """The lists of a folder; raises ``UsageError`` ``usage.allocation``."""
    for found in sorted(folder.glob(f"*{_SUFFIX}")):
        yield _load(found)


def size_beside(path: Path) -> int:
    """Bits of one status of the list in ``path``, as its private file says; 1 without one."""
    state = state_path(path)
    return _load(state).size if state.exists() else 1


def _load(path: Path) -> StatusFile:
    try:
        state = orjson.loads(read_limited(path, _MAX_STATE))
        rest = {name: state[name] for name in ("entries", "seed", "next")}
        size = int(state.get("size", 1))
        return StatusFile(
            str(state["list"]), path.parent / str(state["file"]), Allocation.from_json(rest), size
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise UsageError(
            "usage.allocation", f"{path} is no file about the indexes of a status list."
        ) from None


def reserve(
    folder: Path, url: str, count: int, *, random: Random
) -> list[tuple[StatusBlock, StatusFile]]:
    """Set ``count`` indexes aside for good, on the list ``url`` or, when full, on ``url-2`` ….

    What is set aside and not used is lost, never given twice. Raises ``UsageError``
    ``usage.status-state`` when a list is there whose private file is not.
    """
    found: list[tuple[StatusBlock, StatusFile]] = []
    with folder_lock(folder):
        known = {one.url: one for one in status_files(folder)}
        number = 1
        while count:
            address = url if number == 1 else f"{url}-{number}"
            one = known.get(address) or _new(folder, address, random)
            take = min(count, one.allocation.left)
            if take:
                after, _ = allocate(one.allocation, take)
                changed = replace(one, allocation=after)
                changed.save()
                found.append((StatusBlock(address, one.allocation, take), changed))
            count -= take
            number += 1
    return found


def recall(
    folder: Path, blocks: tuple[tuple[str, int, int], ...]
) -> list[tuple[StatusBlock, StatusFile]]:
    """The blocks of an interrupted run: url, first position, count."""
    known = {one.url: one for one in status_files(folder)}
    found = []
    for url, first, count in blocks:
        if url not in known:
            raise UsageError(
                "usage.status-state",
                f"The private file of the status list {url} is gone; put it back.",
            )
        one = known[url]
        before = Allocation(one.allocation.entries, one.allocation.seed, first)
        found.append((StatusBlock(url, before, count), one))
    return found


def _new(folder: Path, url: str, random: Random) -> StatusFile:
    path = folder / _file_name(url)
    if path.exists():
        raise UsageError(
            "usage.status-state",
            f"{path} is there, but {state_path(path).name} is not: nobody can tell which indexes "
            "are free. Put that file back, or name another --status-list.",
        )
    return StatusFile(url, path, Allocation.new(random=random))


def _file_name(url: str) -> str:
    """From the last two parts of the address: …/status/1 becomes status-1.json."""
    parts = [part for part in re.split(r"[/?#]", url.partition("://")[2])[1:] if part]
    name = "-".join(re.sub(r"[^A-Za-z0-9._-]+", "-", part) for part in parts[-2:])
    name = name.removesuffix(".json").strip(".-") or "status"
    return f"{name[:80]}.json"


def add_documents(folder: Path, documents: dict[str, Any]) -> Path:
    """Put addresses into ``documents.json``, keeping what it names already."""
    path = folder / "documents.json"
    with folder_lock(folder):
        known = _known(path) if path.exists() else {}
        text = orjson.dumps({**known, **documents}, option=orjson.OPT_INDENT_2)
        write_atomic(path, text + b"\n")
    return path


def _known(path: Path) -> dict[str, Any]:
    try:
        tree = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        tree = None
    if not isinstance(tree, dict):
        raise UsageError("usage.map", f"{path} is there and is no map of documents; move it away.")
    return tree
