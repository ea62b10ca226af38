"""Pointers into a record's JSON: which there are, and what stands at them.

A pointer of a profile has no positions: one that crosses a list means each of its entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from stackmark.model.record import Record


def is_path(path: str) -> bool:
    """Whether a record can have something at this pointer (without positions)."""
    if not path.startswith("/"):
        return False
    kind: Any = Record
    for key in path.split("/")[1:]:
        kind = _inner(_bare(kind), key)
        if kind is None:
            return False
    return True


def found(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """What stands there: pointers with their positions, and values, in order."""
    yield from _walk(tree, path.split("/")[1:], "")


def _walk(tree: Any, keys: list[str], pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, list) and keys:
        for number, one in enumerate(tree):
            yield from _walk(one, keys, f"{pointer}/{number}")
    elif not keys:
        if tree not in (None, "", [], {}):
            yield pointer, tree
    elif isinstance(tree, Mapping) and keys[0] in tree:
        yield from _walk(tree[keys[0]], keys[1:], f"{pointer}/{keys[0]}")


def _inner(kind: Any, key: str) -> Any:
    """The type of a member, or None when there is no such member."""
    return _members(kind).get(key)


def _bare(kind: Any) -> Any:
    """The part itself, of ``Part | None`` or of a tuple of parts."""
    inner = [one for one in get_args(kind) if one not in (type(None), Ellipsis)]
    if get_origin(kind) is None or not inner:
        return kind
    return inner[0] if any(map(is_dataclass, inner)) else kind


@cache
def _members(kind: Any) -> dict[str, Any]:
    """The types of a part's members; none of anything else."""
    return get_type_hints(kind) if is_dataclass(kind) else {}
