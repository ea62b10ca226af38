"""The one strict JSON reader (RFC 8259, with the ambiguities refused).

UTF-8 only, no byte order mark, no duplicate member, no NaN, no lone surrogate, numbers that a
double holds exactly, bounded depth, size and number of members. Every part of Stackmark reads
JSON through here, so that no two readers can disagree about one text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

import orjson

from stackmark.errors import ReadError
from stackmark.limits import MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_MEMBERS

_MAX_SAFE: Final = 2**53
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
_SPACE: Final = b" \t\n\r"  # RFC 8259 section 2
_MAX_DIGITS: Final = 400  # digits of a number literal; 10^308 is the largest double


def parse_json(
    data: bytes,
    *,
    max_bytes: int = MAX_DOCUMENT_BYTES,
    bounded: Callable[[Any], bool] | None = None,
) -> Any:
    """The value written in ``data``.

    ``bounded`` may vouch for a value that is written in its plain form: that its depth, size
    and numbers have been measured before.

    Raises ``ReadError`` with reasons ``read.too-large``, ``read.encoding``, ``read.not-json``,
    ``read.duplicate-member``, ``read.number``, ``read.too-deep``, ``read.too-many``.
    """
    if len(data) > max_bytes:
        raise ReadError(
            "read.too-large", f"The text has {len(data):,} bytes; at most {max_bytes:,} are read."
        )
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _explain(data, error) from None
    plain = _is_plain(data, tree)
    if not (plain and bounded is not None and bounded(tree)):
        measure(tree)
    if not plain:
        _second_look(data)
    return tree


def _is_plain(data: bytes, tree: Any) -> bool:
    """Whether orjson writes the value back unchanged, in one line or indented by two.

    Then no member stands twice and no number is spelled oddly. Space around it says nothing.
    """
    text = data.strip(_SPACE)
    option = orjson.OPT_INDENT_2 if text[1:2] == b"\n" else 0
    try:
        return text == orjson.dumps(tree, option=option)
    except TypeError:  # nested deeper than it writes; ``measure`` has the word for it
        return False


def _explain(data: bytes, error: orjson.JSONDecodeError) -> ReadError:
    """The clearest word for what made the parser stop."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return ReadError("read.encoding", "The text starts with a byte order mark; remove it.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as bad:
        return ReadError(
            "read.encoding", f"Byte {bad.start} is not UTF-8 (line {_line(data, bad.start)})."
        )
    text = str(error)
    if "recursion" in text.lower() or "depth" in text.lower():
        return ReadError("read.too-deep", f"The text is nested more than {MAX_DEPTH} levels deep.")
    if "infinity" in text:
        return ReadError("read.number", f"A number is out of range of a double: {text[:200]}.")
    if "surrogate" in text.lower():
        return ReadError("read.encoding", f"A text holds half a character: {text}.")
    return ReadError("read.not-json", f"This is not JSON: {text[:200]}.")


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def measure(tree: Any) -> None:
    """Refuse what is too deep, too big or holds a number a double cannot."""
    level = [tree]
    members = 0
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for value in level:
            kind = value.__class__
            if kind is dict:
                members += len(value)
                below += value.values()
            elif kind is list:
                members += len(value)
                below += value
            elif kind is int and not -_MAX_SAFE <= value <= _MAX_SAFE:
                _check_integer(value)
        if members > MAX_MEMBERS:
            raise ReadError("read.too-many", f"There are over {MAX_MEMBERS:,} members and items.")
        if not below:
            return
        level = below
    raise ReadError("read.too-deep", f"The text is nested more than {MAX_DEPTH} levels deep.")


def _check_integer(value: int) -> None:
    if int(float(value)) != value:
        raise ReadError(
            "read.number", f"The number {value} is not exact in a double; write it as text."
        )


def _second_look(data: bytes) -> None:
    """What the fast reader forgives: duplicate members and numbers it rounds."""
    try:
        json.loads(
            data, object_pairs_hook=_no_duplicates, parse_int=_read_int, parse_float=_read_float
        )
    except _DuplicateError as error:
        raise ReadError("read.duplicate-member", _find_duplicate(data, str(error))) from None
    except RecursionError:
        raise ReadError("read.too-deep", "The text is nested too deep.") from None


class _DuplicateError(Exception):
    pass


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _DuplicateError(name)
            seen.add(name)
    return found


def _read_int(literal: str) -> int:
    if len(literal) > _MAX_DIGITS:
        raise ReadError("read.number", f"A number of {len(literal)} digits is out of range.")
    value = int(literal)
    try:
        _check_integer(value)
    except OverflowError:
        raise ReadError("read.number", f"The number {literal[:20]}… is out of range.") from None
    return value


def _read_float(literal: str) -> float:
    value = float(literal)
    if value in (float("inf"), float("-inf")):
        raise ReadError("read.number", f"The number {literal[:20]} is out of range of a double.")
    return value


def _find_duplicate(data: bytes, name: str) -> str:
    """Where the second member of this name stands, for the error message only."""
    text = data.decode("utf-8")
    seen: list[set[str] | None] = []
    path: list[str] = []
    last = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in "{[":
            seen.append(set() if word == "{" else None)
            path.append("")
        elif word in "}]":
            seen.pop()
            path.pop()
        elif word == ":" and seen and seen[-1] is not None:
            if last in seen[-1] and last == name:
                line = text.count("\n", 0, token.start()) + 1
                where = "/".join(path[:-1])
                return f'The member "{name[:80]}" stands twice in /{where} (line {line}).'
            seen[-1].add(last)
            path[-1] = last
        elif word[0] == '"':
            last = json.loads(word)
    return f'The member "{name[:80]}" stands twice.'
