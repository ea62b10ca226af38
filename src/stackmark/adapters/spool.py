"""A temporary file of packed rows: what was checked is what is signed, however long the list.

The file has no name as soon as it is open, so that nothing of it stays behind.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Final, Self

_IN_MEMORY: Final = 4 * 1024 * 1024  # bytes kept in memory before a file is used
_LENGTH: Final = 4  # bytes that say how long a piece is


class Spool:
    """Pieces of bytes, written once and read in order."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, piece: bytes) -> None:
        """Keep one piece more."""
        self._file.write(len(piece).to_bytes(_LENGTH, "big") + piece)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        while head := self._file.read(_LENGTH):
            yield self._file.read(int.from_bytes(head, "big"))
