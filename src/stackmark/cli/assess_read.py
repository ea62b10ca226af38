"""The files of ``stackmark assess``: CSV of any usual kind as tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stackmark.cli.progress import Bar
from stackmark.errors import ReadError, UsageError

if TYPE_CHECKING:
    from stackmark.assessment.tables import Table

_CHUNK: Final = 1 << 20
_MOST: Final = 512 * 1024 * 1024  # bytes of one table; a million attempts with items are fewer


def science() -> None:
    """Raise ``UsageError`` ``usage.extra`` unless numpy and scipy are there."""
    from importlib import import_module

    try:
        import_module("numpy")
        import_module("scipy")
    except ImportError:
        raise UsageError(
            "usage.extra",
            "Assessment statistics need numpy and scipy: pip install 'stackmark[science]'.",
        ) from None


def read_table(path: Path) -> Table:
    """A CSV file, or stdin for ``-``.

    UTF-8 with or without mark, or UTF-16; comma, semicolon or tab. Raises ``UsageError``
    ``usage.file``, ``usage.csv-…``, ``assess.…``; ``ReadError`` ``read.too-large``.
    """
    from stackmark.assessment.tables import table

    name = name_of(path)
    with Bar("Reading") as bar:
        return table(name, _rows(name, _chunks(path), bar))


def name_of(path: Path) -> str:
    """What a file is called in sentences."""
    return "stdin" if str(path) == "-" else str(path)


def only_one_stdin(*paths: Path | None) -> None:
    """Raise ``UsageError`` ``usage.stdin`` when two files are to come from stdin."""
    if sum(path is not None and str(path) == "-" for path in paths) > 1:
        raise UsageError("usage.stdin", "Only one of the files can be stdin; name the other.")


def _rows(name: str, chunks: Iterator[bytes], bar: Bar) -> Iterator[tuple[int, list[str]]]:
    from stackmark.issuing.csv_text import Broken, read_cells

    try:
        for line, cells in read_cells(chunks):
            bar.step()
            if isinstance(cells, Broken):
                raise UsageError(
                    "assess.cells", f"line {line}, column {cells.place + 1}: {cells.detail}"
                )
            yield line, cells
    except UsageError as error:
        if error.reason == "usage.file":  # names the file itself
            raise
        raise UsageError(error.reason, f"{name}: {error.detail}") from None


def _chunks(path: Path) -> Iterator[bytes]:
    from stackmark.adapters.files import opener

    size = 0
    with sys.stdin.buffer if str(path) == "-" else opener(path)() as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > _MOST:
                raise ReadError("read.too-large", f"{path} has over {_MOST:,} bytes.")
            yield chunk
