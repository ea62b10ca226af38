"""Builds a ``Record`` from what a reader finds, value by value, each with its place.

What the canonical model refuses (a text too long, an address that is none) does not stop the
reading of a foreign document: it is taken out again and named in the loss report.
"""

from __future__ import annotations

from typing import Any

from stackmark.errors import ReadError
from stackmark.exchange.shapes import Imported, Loss
from stackmark.exchange.source import Source
from stackmark.model.achievement_rules import DescriptorError
from stackmark.model.record import Record

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


class Builder:
    """Collects values by pointers into the record's JSON ("/achievement/title/en")."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {"achievement": {}}
        self._places: dict[str, str] = {}
        self._refused: list[Loss] = []
        self.missing: list[str] = []

    def put(self, path: str, value: Any, place: str) -> None:
        """A value and where it was found; an empty one only says where it would stand.

        A number in the path is a position in a list, filled in order.
        """
        self._places.setdefault(path, place)
        if value in _EMPTY and value is not False:
            return
        _set(self._tree, path.split("/")[1:], value)

    def would(self, path: str, place: str) -> None:
        """Where a value would stand in the document, if it were there."""
        self._places.setdefault(path, place)

    def has(self, path: str) -> bool:
        """Whether something was put there or below."""
        return _get(self._tree, path.split("/")[1:]) not in _EMPTY

    def finish(self, name: str, source: Source, reason: str) -> Imported:
        """The record, and as loss what was refused and what nobody took.

        Raises ``ReadError`` ``read.descriptor`` when nothing at all could be read.
        """
        record = self._settle()
        left = (*self._refused, *source.rest(reason))
        return Imported(record, name, dict(self._places), left, tuple(self.missing))

    def _settle(self) -> Record:
        """Take out what the model refuses until it reads; each round removes something."""
        for _ in range(10_000):
            try:
                return Record.from_json(self._tree)
            except DescriptorError as error:
                self._refuse(error)
        raise ReadError("read.descriptor", "Nothing of it fits a description of an achievement.")

    def _refuse(self, error: DescriptorError) -> None:
        keys = error.place.split("/")
        while keys and _get(self._tree, keys) is None:
            keys.pop()
        if not keys or keys == ["achievement"]:
            raise ReadError("read.descriptor", error.detail)
        value = _get(self._tree, keys)
        path = "/" + "/".join(keys)
        self._refused.append(Loss(self._nearest(path), value, error.detail))
        _remove(self._tree, keys)

    def _nearest(self, path: str) -> str:
        """The place in the document of a path, or of the nearest thing around it."""
        while path and path not in self._places:
            path = path.rpartition("/")[0]
        return self._places.get(path, "")


def _set(tree: Any, keys: list[str], value: Any) -> None:
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        fresh: Any = value if following is None else ([] if following.isdigit() else {})
        if isinstance(tree, list):
            while len(tree) <= int(key):
                tree.append({} if following is not None else None)
            if following is None:
                tree[int(key)] = value
            tree = tree[int(key)]
        elif following is None:
            tree[key] = value
        else:
            tree = tree.setdefault(key, fresh)


def _get(tree: Any, keys: list[str]) -> Any:
    for key in keys:
        if isinstance(tree, list):
            tree = tree[int(key)] if key.isdigit() and int(key) < len(tree) else None
        else:
            tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _remove(tree: Any, keys: list[str]) -> None:
    around = _get(tree, keys[:-1])
    if isinstance(around, list):
        del around[int(keys[-1])]
    else:
        del around[keys[-1]]
        if not around and len(keys) > 2:
            _remove(tree, keys[:-1])
