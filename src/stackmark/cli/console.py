"""Printing: results to stdout, words to stderr, nothing that could steer a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

_ODD: Final = "\N{REPLACEMENT CHARACTER}"
# Marks that turn the direction of what follows, or are not seen (Unicode Cf), beside controls.
_STYLES: Final = {"bold": "1", "green": "32", "red": "31", "yellow": "33", "dim": "2"}


def plain(text: str) -> str:
    """``text`` on one line, without controls, direction marks or other unseen characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c in "\t\r\n" else _ODD for c in text)


def note(text: str = "") -> None:
    """A message for the person, to stderr."""
    print(_encodable(text, sys.stderr), file=sys.stderr)


def out(text: str = "") -> None:
    """A line of the result, to stdout."""
    print(_encodable(text, sys.stdout))


def out_json(value: Any) -> None:
    """A JSON result, indented, to stdout; texts stand exactly as they are."""
    import orjson

    out_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def out_bytes(data: bytes) -> None:
    """Bytes as they are, to stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def deliver(data: bytes, path: Path | None, *, binary: bool = False) -> None:
    """The result of a command into ``path``, or to stdout when there is none.

    Raises ``UsageError`` ``usage.terminal`` for a picture that would go to a terminal.
    """
    from stackmark.adapters.files import write_atomic
    from stackmark.errors import UsageError

    if path is not None and str(path) != "-":
        write_atomic(path, data)
    elif binary and sys.stdout.isatty():
        raise UsageError("usage.terminal", "A picture is no text; name a file with --out.")
    else:
        out_bytes(data if binary or data.endswith(b"\n") else data + b"\n")


def styled(text: str, *styles: str) -> str:
    """``text`` in bold or colour where stdout is a terminal that wants it (no-color.org)."""
    if not wants_colour():
        return text
    codes = ";".join(_STYLES[style] for style in styles)
    return f"\x1b[{codes}m{text}\x1b[0m"


def wants_colour() -> bool:
    """Whether stdout shows colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def _encodable(text: str, stream: Any) -> str:
    """What the stream's encoding cannot write becomes a question mark, not an error."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if encoding.lower().replace("-", "") == "utf8":
        return text.encode("utf-8", "replace").decode("utf-8")
    return text.encode(encoding, "replace").decode(encoding)
