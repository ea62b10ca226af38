"""What a record lost on its way through a format: the loss report of writing.

It is measured, not declared: the written document is read again and compared, so that no writer
can forget to name a field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.exchange.shapes import Loss
from stackmark.exchange.source import escape
from stackmark.model.record import Record

_PARTLY: Final = "holds it in part only."
_NOWHERE: Final = "has no place for it."


def lost(before: Record, after: Record, format_name: str) -> tuple[Loss, ...]:
    """Every field of ``before`` that is missing or different in ``after``, in its order."""
    found = _differences(before.to_json(), after.to_json(), "")
    return tuple(
        Loss(path, value, f"{format_name} {_PARTLY if there else _NOWHERE}")
        for path, value, there in found
    )


def without(tree: Any, paths: frozenset[str], pointer: str = "") -> Any:
    """A record's JSON without what stands at these pointers, and without what is empty then."""
    if isinstance(tree, Mapping):
        inner = {
            name: without(value, paths, f"{pointer}/{escape(name)}")
            for name, value in tree.items()
            if f"{pointer}/{escape(name)}" not in paths
        }
        return {name: value for name, value in inner.items() if value not in ({}, [])}
    if isinstance(tree, list):
        places = [(f"{pointer}/{number}", one) for number, one in enumerate(tree)]
        kept = [without(one, paths, place) for place, one in places if place not in paths]
        return [one for one in kept if one not in ({}, [])]
    return tree


def _differences(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, bool]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name, value in before.items():
            yield from _differences(value, after.get(name), f"{path}/{escape(name)}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(one, other, f"{path}/{number}")
    else:
        yield path, before, after is not None
