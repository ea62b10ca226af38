"""Parts of a JSON-LD document chosen with JSON pointers.

W3C "Data Integrity ECDSA Cryptosuites v1.0", sections 3.4.10 to 3.4.13 (jsonPointerToPaths to
selectJsonLd). Pointers are first laid over each other as a tree of choices, so that members and
array items keep the document's order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from stackmark.errors import UsageError

Choice: TypeAlias = "dict[str | int, Choice] | None"  # None: everything below

_ALONG: Final = frozenset({"@context", "id", "@id", "type", "@type"})  # 3.4.11
_INDEX: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})\Z")
_BAD_ESCAPE: Final = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a document as new objects and arrays.

    ``origin``: ``id()`` of each of them → ``id()`` of the one it was taken from.
    """

    tree: dict[str, Any]
    origin: dict[int, int]


def select(document: Mapping[str, Any], pointers: Sequence[str]) -> Selection:
    """What the JSON pointers (RFC 6901) choose, with contexts, ids and types on the way.

    ``""`` chooses everything. Nothing is shared with ``document``, and no object stands in two
    places. Raises ``UsageError`` ``usage.pointer`` naming the pointer.
    """
    choice: Choice = {}
    for pointer in pointers:
        choice = _add(choice, _keys(document, pointer))
    origin: dict[int, int] = {}
    return Selection(_pick(document, choice, origin), origin)


def _add(choice: Choice, keys: list[str | int]) -> Choice:
    if choice is None or not keys:
        return None
    level = choice
    for key in keys[:-1]:
        below = level.setdefault(key, {})
        if below is None:
            return choice
        level = below
    level[keys[-1]] = None
    return choice


def _keys(document: Any, pointer: str) -> list[str | int]:
    """The pointer's steps: names and positions that exist in the document."""
    if not isinstance(pointer, str) or (pointer and pointer[0] != "/"):
        _fail(pointer, 'does not start with "/"')
    if _BAD_ESCAPE.search(pointer):
        _fail(pointer, 'has a "~" that is neither "~0" nor "~1"')
    value = document
    keys: list[str | int] = []
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and _INDEX.match(name) and int(name) < len(value):
            keys.append(int(name))
        elif isinstance(value, Mapping) and name in value:
            keys.append(name)
        else:
            _fail(pointer, "leads nowhere in this document")
        value = value[keys[-1]]
    return keys


def _pick(value: Any, choice: Choice, origin: dict[int, int]) -> Any:
    picked: Any
    if isinstance(value, Mapping):
        picked = {
            name: _pick(child, None if choice is None or name in _ALONG else choice[name], origin)
            for name, child in value.items()
            if choice is None or name in _ALONG or name in choice
        }
    elif isinstance(value, list):
        picked = [
            _pick(child, None if choice is None else choice[place], origin)
            for place, child in enumerate(value)
            if choice is None or place in choice
        ]
    else:
        return value
    origin[id(picked)] = id(value)
    return picked


def _fail(pointer: Any, what: str) -> NoReturn:
    shown = repr(pointer)[:200]
    raise UsageError(
        "usage.pointer",
        f"The JSON pointer {shown} {what}; write it like /credentialSubject/achievement/name.",
    )
