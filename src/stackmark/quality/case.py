"""``Case``: a record as it is judged, with the places it was read from and the time.

``Described`` is what a reader of ``exchange`` gives (``exchange.shapes.Imported`` has this form);
``Own`` makes one of a record of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol

from stackmark.model.record import Record
from stackmark.quality import paths

OWN: Final = "stackmark"
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


class Unread(Protocol):
    """Something of the document that no field of the record took (``exchange.shapes.Loss``)."""

    @property
    def path(self) -> str:
        """A JSON Pointer into the document."""

    @property
    def value(self) -> Any:
        """What stands there."""

    @property
    def reason(self) -> str:
        """One plain sentence."""


class Described(Protocol):
    """A document read into canonical terms (``exchange.shapes.Imported``)."""

    @property
    def record(self) -> Record:
        """What it says."""

    @property
    def format(self) -> str:
        """The format's name; ``stackmark`` is our own form."""

    @property
    def places(self) -> Mapping[str, str]:
        """Pointers into the record's JSON → pointers into the document."""

    @property
    def loss(self) -> Sequence[Unread]:
        """What was not taken."""

    @property
    def missing(self) -> Sequence[str]:
        """Files it refers to that were not at hand."""


@dataclass(frozen=True, slots=True)
class Own:
    """A record of our own, judged where it stands."""

    record: Record
    format: str = OWN
    places: Mapping[str, str] = field(default_factory=lambda: {"": ""})
    loss: Sequence[Unread] = ()
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class Case:
    """What is judged, and as of when."""

    document: Described
    now: datetime

    @property
    def record(self) -> Record:
        """What the document says."""
        return self.document.record

    @property
    def is_own(self) -> bool:
        """Whether it is our own form, which has a place for everything."""
        return self.document.format == OWN

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The record's JSON."""
        return self.record.to_json()

    def values(self, path: str) -> list[tuple[str, Any]]:
        """What the record says at a pointer of a profile, with positions."""
        return list(paths.found(self.tree, path))

    def pointer(self, path: str, *others: str) -> str:
        """Where in the document it stands, or would stand; else the nearest thing around it.

        In a foreign document a place of a part of it, or of one of ``others`` (where else it could
        stand), is better than what is around it.
        """
        places = self.document.places
        if path in places:
            return places[path]
        near = None if self.is_own else self._near(path, others)
        if near is not None:
            return near
        for around in _around(path):
            if around in places:
                # Our own form has a place for all; a descriptor alone has none beside itself.
                return places[around] + (path[len(around) :] if self.is_own else "")
        if self.is_own:
            return "" if places.get("/achievement") == "" else path
        return self._beside(path)

    def _near(self, path: str, others: tuple[str, ...]) -> str | None:
        places = self.document.places
        part = next((one for one in places if one.startswith(f"{path}/")), None)
        found = part or next((one for one in others if one in places), None)
        return None if found is None else places[found]

    def _beside(self, path: str) -> str:
        """The achievement of a foreign document: what its title stands in."""
        title = self.document.places.get("/achievement/title", "")
        return title.rpartition("/")[0] if path.startswith("/achievement/") else ""

    def unread(self, path: str) -> Unread | None:
        """What the document has at the very place, though it could not be read as that."""
        place = self.document.places.get(path)
        if not place:
            return None
        said = (one for one in self.document.loss if one.path == place)
        return next((one for one in said if one.value not in _EMPTY), None)

    def lost(self, member: str) -> list[Unread]:
        """What was not taken from members of this name, anywhere."""
        return [one for one in self.document.loss if one.path.rpartition("/")[2] == member]


def _around(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path
