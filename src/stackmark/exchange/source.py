"""A JSON tree that remembers what was taken from it.

A reader or writer takes what it has a home for; what is left over in the end is the loss report.
So a loss report cannot forget a field: nobody writes it by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from stackmark.exchange.shapes import Loss


class Source:
    """One object of a tree; ``pointer`` is its JSON Pointer from the root, ``""`` for the root."""

    def __init__(self, tree: Any, pointer: str = "", taken: set[str] | None = None) -> None:
        self.tree: Mapping[str, Any] = tree if isinstance(tree, Mapping) else {}
        self.pointer = pointer
        self._taken = taken if taken is not None else set()

    def __contains__(self, name: str) -> bool:
        return name in self.tree

    def __bool__(self) -> bool:
        return bool(self.tree)

    def place(self, name: str) -> str:
        """The pointer of a member, there or not."""
        return f"{self.pointer}/{escape(name)}"

    def take(self, name: str) -> Any:
        """A member's whole value; it counts as carried. ``None`` when it is not there."""
        if name in self.tree:
            self._taken.add(self.place(name))
        return self.tree.get(name)

    def take_item(self, name: str, number: int) -> None:
        """An entry of a list counts as carried."""
        self._taken.add(f"{self.place(name)}/{number}")

    def leave_item(self, name: str, number: int) -> None:
        """An entry of a list that could not be carried after all."""
        self._taken.discard(f"{self.place(name)}/{number}")

    def peek(self, name: str) -> Any:
        """A member's value without taking it."""
        return self.tree.get(name)

    def peek_text(self, name: str) -> str:
        """A member that is text, without taking it; ``""`` for anything else."""
        found = self.tree.get(name)
        return found if isinstance(found, str) else ""

    def drop(self, *names: str) -> None:
        """Members that carry no information of their own (contexts, types, proofs)."""
        for name in names:
            self.take(name)

    def leave(self, name: str) -> None:
        """A member that was looked at and could not be carried after all."""
        self._taken.discard(self.place(name))

    def text(self, name: str) -> str:
        """A member that is text, stripped; anything else stays where it is and gives ``""``."""
        found = self.tree.get(name)
        if not isinstance(found, str):
            return ""
        self.take(name)
        return found.strip()

    def at(self, name: str) -> Source:
        """A member that is an object (or the only one of a list); empty when there is none."""
        found = self.tree.get(name)
        if isinstance(found, Sequence) and not isinstance(found, str) and len(found) == 1:
            return Source(found[0], f"{self.place(name)}/0", self._taken)
        return Source(found, self.place(name), self._taken)

    def each(self, name: str) -> list[Source]:
        """The objects of a member: of a list, or one alone."""
        found = self.tree.get(name)
        if isinstance(found, Mapping):
            return [Source(found, self.place(name), self._taken)]
        if not isinstance(found, Sequence) or isinstance(found, str):
            return []
        at = self.place(name)
        return [
            Source(one, f"{at}/{number}", self._taken)
            for number, one in enumerate(found)
            if isinstance(one, Mapping)
        ]

    def all(self) -> Mapping[str, Any]:
        """The whole object; all of it counts as carried."""
        self._taken.add(self.pointer)
        return self.tree

    def rest(self, reason: str | Callable[[str], str]) -> tuple[Loss, ...]:
        """Every leaf that nobody took, in document order."""
        say = reason if callable(reason) else lambda _: reason
        found = self._leaves(self.tree, self.pointer)
        return tuple(Loss(place, value, say(place)) for place, value in found)

    def _leaves(self, value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
        if pointer in self._taken:
            return
        if isinstance(value, Mapping) and value:
            for name, inner in value.items():
                yield from self._leaves(inner, f"{pointer}/{escape(str(name))}")
        elif isinstance(value, list | tuple) and value:
            for number, inner in enumerate(value):
                yield from self._leaves(inner, f"{pointer}/{number}")
        elif value not in (None, {}, []):
            yield pointer, value


def escape(name: str) -> str:
    """A member's name in a JSON Pointer (RFC 6901 section 3)."""
    return name.replace("~", "~0").replace("/", "~1")
