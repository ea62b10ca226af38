"""What the readers of CTDL share: the record being built, the nodes, texts and identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ctdl.graph import Graph
from stackmark.exchange.languages import said
from stackmark.exchange.source import Source

MAX_IDENTIFIERS: Final = 20
IDENTIFIER: Final = ("https://", "http://", "urn:", "did:")


@dataclass(frozen=True, slots=True)
class Reading:
    """The record being built, the document's nodes, and the language it is written in first."""

    builder: Builder
    graph: Graph
    language: str

    def put_texts(self, path: str, source: Source, name: str) -> bool:
        """A language map into a field of texts; whether there was any."""
        self.builder.would(path, source.place(name))
        found = said(source, name, self.language)
        for tag, text, place in found:
            self.builder.put(f"{path}/{tag}", text, place)
        return bool(found)

    def line(self, source: Source, name: str) -> tuple[str, str]:
        """One text of a language map, in the document's language if it is there; its place."""
        found = said(source, name, self.language)
        own = [one for one in found if one[0] == self.language]
        for _, text, place in own or found:
            return text, place
        return "", source.place(name)

    def put_line(self, path: str, source: Source, name: str) -> bool:
        """One text of a language map into a field of one text; whether there was any."""
        text, place = self.line(source, name)
        self.builder.put(path, text, place)
        return bool(text)

    def put_identifiers(self, path: str, source: Source) -> None:
        """The CTID and other identifiers, in their order."""
        self.builder.would(path, source.place("ceterms:ctid"))
        rows = [self._identifier(one) for one in source.each("ceterms:identifier")]
        ctid = source.text("ceterms:ctid")
        first = ({"scheme": "ctid", "value": ctid}, source.place("ceterms:ctid"))
        found = [row for row in rows if row is not None]
        if ctid and first[0] not in [row for row, _ in found]:
            found.insert(0, first)
        for row, place in found[:MAX_IDENTIFIERS]:
            self.builder.add(path, row, place)

    def _identifier(self, one: Source) -> tuple[dict[str, Any], str] | None:
        scheme, _ = self.line(one, "ceterms:identifierTypeName")
        value = one.text("ceterms:identifierValueCode")
        if not scheme or not value:
            one.leave("ceterms:identifierTypeName")
            one.leave("ceterms:identifierValueCode")
            return None
        one.drop("@type")
        name = "".join(
            part for part in scheme if part.isascii() and (part.isalnum() or part in "._-")
        )
        return {"scheme": name or "other", "value": value}, one.pointer
