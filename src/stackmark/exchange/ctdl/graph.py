"""A CTDL document as nodes that refer to each other: one node alone, or a graph of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackmark.exchange.ctdl import terms
from stackmark.exchange.source import Source

NOWHERE: Final = Source({})


@dataclass(frozen=True, slots=True)
class Reference:
    """What a member refers to: a node of the document (empty when it is not in it), its id."""

    node: Source
    id: str
    place: str

    @property
    def address(self) -> str:
        """The id, unless it means something in this document only."""
        return "" if self.id.startswith("_:") else self.id


class Graph:
    """The nodes of a document; what is followed counts as taken."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self.whole = Source(tree)
        self.nodes = self.whole.each("@graph") or [self.whole]
        self._by_id: dict[str, Source] = {}
        for one in self.nodes:
            identity = one.peek("@id")
            if isinstance(identity, str):
                self._by_id.setdefault(identity, one)

    def main(self) -> Source | None:
        """The first credential or learning opportunity; ``None`` when there is none."""
        return next((one for one in self.nodes if class_of(one)), None)

    def find(self, identity: Any) -> Source:
        """The node with this id; an empty one when it is not in the document."""
        return self._by_id.get(identity, NOWHERE) if isinstance(identity, str) else NOWHERE

    def references(self, source: Source, *names: str) -> list[Reference]:
        """What members refer to, in order: by address, by ``@id``, or by the object itself."""
        return [found for name in names for found in self._references(source, name)]

    def _references(self, source: Source, name: str) -> list[Reference]:
        value = source.peek(name)
        entries = value if isinstance(value, list) else [value]
        objects = {one.pointer: one for one in source.each(name)}
        found = []
        for number, one in enumerate(entries):
            place = source.place(name) + (f"/{number}" if isinstance(value, list) else "")
            if isinstance(one, str) and one.strip():
                _take(source, name, number)
                found.append(Reference(self.find(one), one, place))
            elif place in objects:
                found.append(self._embedded(objects[place], place))
        return found

    def _embedded(self, one: Source, place: str) -> Reference:
        identity = one.peek("@id")
        name = identity if isinstance(identity, str) else ""
        if name and one.tree.keys() == {"@id"}:
            one.take("@id")
            return Reference(self.find(name), name, one.place("@id"))
        return Reference(one, name, one.place("@id") if name else place)


def _take(source: Source, name: str, number: int) -> None:
    if isinstance(source.peek(name), list):
        source.take_item(name, number)
    else:
        source.take(name)


def types_of(source: Source | Mapping[str, Any]) -> list[str]:
    """The CTDL classes of a node, without their prefix."""
    tree = source.tree if isinstance(source, Source) else source
    found = tree.get("@type", tree.get("type"))
    entries = found if isinstance(found, list) else [found]
    return [one.removeprefix("ceterms:") for one in entries if _is_class(one)]


def _is_class(word: Any) -> bool:
    return isinstance(word, str) and word.startswith("ceterms:")


def class_of(source: Source) -> str:
    """The class of a credential or learning opportunity; ``""`` for any other node."""
    return next((one for one in types_of(source) if one not in terms.OTHER_CLASSES), "")
