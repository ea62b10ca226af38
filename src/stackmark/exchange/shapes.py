"""What reading and writing a format give: the value, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stackmark.model.record import Record


@dataclass(frozen=True, slots=True)
class Loss:
    """One field that had no home. ``path`` is a JSON Pointer (RFC 6901) into the source.

    Reading: a pointer into the document that was read. Writing: a pointer into the record's JSON.
    ``reason`` is one plain sentence.
    """

    path: str
    value: Any
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The row as the loss report shows it."""
        return {"path": self.path, "value": self.value, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a format demands and the record does not say, and what was done about it.

    ``path`` is a JSON Pointer into the record's JSON. ``put_in`` tells whether something stands in
    its place; else it is left out, and the document lacks what the format demands.
    """

    path: str
    put_in: bool
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The row as the report shows it."""
        done = "put-in" if self.put_in else "left-out"
        return {"path": self.path, "done": done, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Imported:
    """A document read into canonical terms; nothing about it is verified here.

    ``format`` is a name of ``formats.NAMES``. ``places`` maps pointers into the record's JSON
    ("/achievement/workload") to pointers into the document; a place that the document has no value
    for may be listed too, as where the value would stand. ``missing`` names resources the document
    refers to that were not at hand: what they would say could not be told.
    """

    record: Record
    format: str
    places: Mapping[str, str]
    loss: tuple[Loss, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """A record written in a format: an unsigned document unless the format's name says otherwise.

    ``document`` is its JSON. ``resources`` are further files it is bound to by digest, by their
    address; whoever publishes the document publishes them too. ``gaps`` are demands of the format
    that the record does not meet.
    """

    document: dict[str, Any]
    format: str
    media_type: str
    resources: Mapping[str, bytes] = field(default_factory=dict)
    loss: tuple[Loss, ...] = ()
    gaps: tuple[Gap, ...] = ()
