"""Achievements in the formats of others, each with the report of what had no home there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.exchange.formats import NAMES, write_record
from stackmark.exchange.shapes import Exported
from stackmark_web.catalogue.records import record_of
from stackmark_web.registry.documents import as_json

_JSON: Final = "application/json"


@dataclass(frozen=True)
class Export:
    """One version in one format: a document with its loss, or why there is none."""

    name: str
    title: str
    made: Exported | None = None
    error: StackmarkError | None = None

    @cached_property
    def body(self) -> bytes:
        """The document as bytes; the facts it is bound to by digest travel in none of ours."""
        return as_json(self.made.document) if self.made is not None else b""

    @property
    def losses(self) -> int:
        """How many fields had no home."""
        return len(self.made.loss) if self.made is not None else 0

    @property
    def reason(self) -> str:
        """Why it is left out."""
        return self.error.detail if self.error is not None else ""

    def loss_json(self, address: str) -> dict[str, Any]:
        """The loss report."""
        found: dict[str, Any] = {"achievement": address, "format": self.name, "title": self.title}
        if self.made is None or self.error is not None:
            code = self.error.reason if self.error is not None else ""
            return found | {"leftOut": {"reason": code, "message": self.reason}}
        gaps = [one.to_json() for one in self.made.gaps]
        return found | {"loss": [one.to_json() for one in self.made.loss], "gaps": gaps}


def export(version: Any, root: Any, name: str) -> Export:
    """A version in a format of ``NAMES``. What the format cannot take is an answer, not a fault."""
    title = NAMES[name].title
    try:
        return Export(name, title, write_record(record_of(version, root), name))
    except StackmarkError as error:
        return Export(name, title, error=error)


def exports(version: Any, root: Any) -> list[Export]:
    """A version in every format there is, in the order of their list."""
    return [export(version, root, name) for name in NAMES]


def media_type(one: Export) -> str:
    """The type of the document."""
    return one.made.media_type if one.made is not None else _JSON
