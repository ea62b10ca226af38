"""``Document``: the exact bytes, and the JSON they hold, read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stackmark.errors import ReadError
from stackmark.model.strict_json import parse_json


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON document as it came.

    ``data`` are the received bytes and the truth; ``tree`` is their parsed form and must never
    be changed: nothing signed is rebuilt from it.
    """

    data: bytes
    tree: dict[str, Any]

    @classmethod
    def parse(cls, data: bytes, *, bounded: Callable[[Any], bool] | None = None) -> Document:
        """Read strictly; raises ``ReadError`` (see ``parse_json``, also for ``bounded``)."""
        tree = parse_json(data, bounded=bounded)
        if tree.__class__ is not dict:
            raise ReadError(
                "read.not-object", "The text is JSON, but not an object: no credential."
            )
        return cls(data, tree)
