"""Reading the files a command was given."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from stackmark.errors import ReadError, UsageError

MAX_INPUT: Final = 16 * 1024 * 1024  # bytes of one file or of stdin, before its own limits


def read_input(path: Path, limit: int = MAX_INPUT) -> bytes:
    """The bytes of a file, or of stdin for ``-``."""
    from stackmark.adapters.files import read_limited

    if str(path) != "-":
        return read_limited(path, limit)
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise ReadError("read.too-large", f"Over {limit:,} bytes came in.")
    return data


def read_object(path: Path, what: str) -> dict[str, Any]:
    """A JSON object from a file; ``what`` begins the sentences about it.

    Raises ``UsageError`` ``usage.json``.
    """
    from stackmark.model.strict_json import parse_json

    try:
        tree = parse_json(read_input(path))
    except ReadError as error:
        raise UsageError(
            "usage.json", f"The {what} {path} cannot be read: {error.detail}"
        ) from None
    if not isinstance(tree, dict):
        raise UsageError("usage.json", f"{what} {path} is no JSON object.")
    return tree
