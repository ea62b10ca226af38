"""Builds a ``Record`` from what a reader finds, value by value, each with its place.

What the canonical model refuses (a text too long, an address that is none) does not stop the
reading of a foreign document: it is taken out again and named in the loss report.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
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
        self._hoped: set[str] = set()
        self._refused: list[Loss] = []
        self.missing: list[str] = []

    def put(self, path: str, value: Any, place: str) -> None:
        """A value and where it was found; an empty one only says where it would stand.

        A number in the path is a position in a list, filled in order.
        """
        if value in _EMPTY and value is not False:
            self.would(path, place)
            return
        if path in self._hoped or path not in self._places:
            self.place(path, place)
        _set(self._tree, path.split("/")[1:], value)

    def add(self, path: str, value: Any, place: str) -> str:
        """A value at the end of a list, unless it is there already; gives its path."""
        found = _get(self._tree, path.split("/")[1:]) or []
        if value not in found:
            self.put(f"{path}/{len(found)}", value, place)
            return f"{path}/{len(found)}"
        return f"{path}/{found.index(value)}"

    def room(self, path: str, most: int) -> bool:
        """Whether a list has fewer entries than this."""
        return len(_get(self._tree, path.split("/")[1:]) or []) < most

    def value(self, path: str) -> Any:
        """What stands there now, or ``None``."""
        return _get(self._tree, path.split("/")[1:])

    def remove(self, path: str) -> None:
        """Take a value out again, with the places of it and below."""
        if self.value(path) is not None:
            _remove(self._tree, path.split("/")[1:])
        for one in [one for one in self._places if one == path or one.startswith(f"{path}/")]:
            del self._places[one]

    def refuse(self, place: str, value: Any, reason: str) -> None:
        """Name something in the loss report."""
        self._refused.append(Loss(place, value, reason))

    def settle(self) -> dict[str, Any]:
        """The record's JSON so far, in its normal form, without what the model refuses.

        Raises ``ReadError`` ``read.descriptor`` when nothing of it fits.
        """
        found = self._settle().to_json()
        self._tree = found
        return found

    def fits(self) -> bool:
        """Whether the model takes everything so far."""
        try:
            Record.from_json(self._tree)
        except DescriptorError:
            return False
        return True

    def snapshot(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Values and places, for ``restore``."""
        return deepcopy(self._tree), dict(self._places)

    def restore(self, kept: tuple[dict[str, Any], dict[str, str]]) -> None:
        """As it was at a ``snapshot``."""
        self._tree, self._places = kept

    def would(self, path: str, place: str) -> None:
        """Where a value would stand in the document, if it were there."""
        if path not in self._places:
            self._places[path] = place
            self._hoped.add(path)

    def place(self, path: str, place: str) -> None:
        """A better place for a value that was put before."""
        self._places[path] = place
        self._hoped.discard(path)

    def has(self, path: str) -> bool:
        """Whether something was put there or below."""
        return _get(self._tree, path.split("/")[1:]) not in _EMPTY

    def finish(self, name: str, source: Source, reason: str | Callable[[str], str]) -> Imported:
        """The record, and as loss what was refused and what nobody took.

        Raises ``ReadError`` ``read.descriptor`` when nothing at all could be read.
        """
        record = self._settle()
        self._point_at_values()
        left = (*self._refused, *source.rest(reason))
        return Imported(record, name, dict(self._places), left, tuple(self.missing))

    def _point_at_values(self) -> None:
        """A thing that is there is where its first value was found, not where it might stand."""
        put = {path for path in self._places if path not in self._hoped}
        for path in self._hoped & self._places.keys():
            below = next(
                (
                    one
                    for one in self._places
                    if one in put and one.startswith(f"{path}/") and self.has(one)
                ),
                "",
            )
            if below:
                self._places[path] = self._places[below]

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
        if keys[-1].isdigit():
            self._move_up("/" + "/".join(keys[:-1]), int(keys[-1]))

    def _move_up(self, path: str, gone: int) -> None:
        """The places of a list's entries after one was taken out."""
        moved: dict[str, str] = {}
        for one, place in self._places.items():
            number, slash, rest = one.removeprefix(f"{path}/").partition("/")
            if not one.startswith(f"{path}/") or not number.isdigit() or int(number) < gone:
                moved[one] = place
            elif int(number) > gone:
                moved[f"{path}/{int(number) - 1}{slash}{rest}"] = place
        self._places = moved

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
