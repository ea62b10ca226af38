"""Reads a record's JSON, or the descriptor of an achievement alone, strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import escape
from stackmark.model.achievement import Achievement
from stackmark.model.record import Record

_FOREIGN: Final = frozenset({"@context", "type", "@type", "@graph", "proof"})
_OWN: Final = frozenset(one.name for one in fields(Achievement))


def recognises(tree: Mapping[str, Any]) -> bool:
    """A record has an achievement; a descriptor has nothing but its own fields."""
    if _FOREIGN & tree.keys():
        return False
    return isinstance(tree.get("achievement"), Mapping) or (bool(tree) and tree.keys() <= _OWN)


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, with each place where it stands in the file.

    Raises ``DescriptorError`` for what is wrong: it is our own form, so nothing is passed over.
    """
    del resources
    if isinstance(tree.get("achievement"), Mapping):
        record = Record.from_json(tree)
        places = {path: path for path in _pointers(record.to_json(), "")}
        return Imported(record, "stackmark", places)
    alone = Achievement.from_json(tree)
    record = Record(achievement=alone)
    places = {path: path.removeprefix("/achievement") for path in _pointers(record.to_json(), "")}
    return Imported(record, "stackmark", places)


def _pointers(value: Any, path: str) -> Iterator[str]:
    if path:
        yield path
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _pointers(inner, f"{path}/{escape(name)}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _pointers(inner, f"{path}/{number}")
