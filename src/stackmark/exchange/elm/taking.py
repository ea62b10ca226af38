"""How the reader takes values out of an ELM document: single or in lists, in one or many languages.

What is taken here counts as carried; everything else stays for the loss report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.elm import concepts
from stackmark.exchange.source import Source
from stackmark.model.achievement_rules import LANGUAGE

LOCAL: Final = ("urn:epass:", "_:")  # identifiers that mean something in one document only


@dataclass(frozen=True, slots=True)
class Reading:
    """What is being built, and the language the document is written in first.

    ``told`` names what notes of ours told in full already.
    """

    builder: Builder
    language: str
    told: set[str] = field(default_factory=set)

    def put(self, path: str, value: Any, place: str) -> None:
        """A value, if there is one."""
        if value not in ("", None):
            self.builder.put(path, value, place)

    def put_texts(self, path: str, source: Source, name: str) -> bool:
        """A language map into a field of texts; whether there was any text."""
        self.builder.would(path, source.place(name))
        found = list(texts(source, name, self.language))
        for tag, text, place in found:
            self.builder.put(f"{path}/{tag}", text, place)
        return bool(found)

    def put_line(self, path: str, source: Source, name: str) -> bool:
        """One language of a language map into a field of one text; whether there was any."""
        text, place = line(source, name, self.language)
        self.put(path, text, place)
        return bool(text)

    def put_note(self, path: str, source: Source, name: str) -> bool:
        """The texts of the first Note of a member into a field of texts."""
        inner = first(source, name)
        self.builder.would(path, source.place(name))
        return self.put_texts(path, inner, "noteLiteral") if inner else False


def first(source: Source, name: str) -> Source:
    """The first object of a member, alone or in a list; an empty one when there is none."""
    return next(iter(source.each(name)), source.at(name))


def scalar(source: Source, name: str) -> tuple[str, str]:
    """A text or number of a member, alone or the only one of a list, with its place."""
    value = source.peek(name)
    alone = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(alone, bool) or not isinstance(alone, str | int | float):
        return "", source.place(name)
    source.take(name)
    return str(alone).strip(), source.place(name)


def texts(source: Source, name: str, language: str) -> Iterator[tuple[str, str, str]]:
    """Tag, text and place of every language of a language map; a bare text has ``language``."""
    if isinstance(source.peek(name), str):
        yield language, source.text(name), source.place(name)
        return
    inner = source.at(name)
    for tag in inner.tree:
        if LANGUAGE.fullmatch(str(tag)):
            text, place = scalar(inner, tag)
            if text:
                yield tag, text, place


def line(source: Source, name: str, language: str) -> tuple[str, str]:
    """The text of a language map in this language, else in the first there is, and its place."""
    if isinstance(source.peek(name), str):
        return source.text(name), source.place(name)
    inner = source.at(name)
    tag = language if language in inner else next(iter(inner.tree), "")
    return scalar(inner, tag) if tag else ("", source.place(name))


def same_texts(source: Source, name: str, other: Any) -> bool:
    """Whether a language map says what another does; then it counts as taken."""
    if name not in source or _plain(source.peek(name)) != _plain(other):
        return False
    source.take(name)
    return True


def _plain(value: Any) -> Any:
    """A language map without the difference between one text and a list of one."""
    if not isinstance(value, Mapping):
        return value
    return {
        tag: text[0] if isinstance(text, list) and len(text) == 1 else text
        for tag, text in value.items()
    }


def own_notes(source: Source) -> dict[str, Source]:
    """The additional notes whose subject is one of ours, by its name; ``""`` for no subject."""
    found: dict[str, Source] = {}
    for note in source.each("additionalNote"):
        subject = note.at("subject")
        name = concepts.own_scheme(subject) if subject else ""
        if name or not subject:
            found.setdefault(name, note)
    return found


def note_value(notes: Mapping[str, Source], name: str) -> tuple[str, str]:
    """The value of a note of ours and its place; the whole note counts as taken."""
    note = notes.get(name)
    if note is None:
        return "", ""
    note.all()
    value, place = scalar(note.at("subject"), "notation")
    return value, place


def number(text: str) -> Any:
    """A number of a text as JSON has it; the text itself when it is none."""
    if not re.fullmatch(r"\d{1,30}(\.\d{1,30})?", text):
        return text
    value = Decimal(text)
    return int(value) if value == int(value) else float(value)


def known_identity(source: Source) -> str:
    """The identifier of an object, unless it names it within the document only; not taken."""
    found = source.peek("id")
    return found if isinstance(found, str) and not found.startswith(LOCAL) else ""


def identity(source: Source) -> str:
    """The identifier of an object, taken."""
    return source.text("id") if known_identity(source) else ""


def put_identity(reading: Reading, path: str, source: Source) -> None:
    """The identifier of an object into a field."""
    reading.put(path, identity(source), source.place("id"))


def web_address(source: Source, name: str) -> tuple[str, str]:
    """The address of the first web page of a member, and its place."""
    inner = first(source, name)
    if not inner:
        return "", source.place(name)
    text, place = scalar(inner, "contentURL")
    return (text, place) if text else scalar(inner, "contentUrl")


def drop_names(source: Source) -> None:
    """Types and identifiers of the document: they carry nothing where anything else does."""
    for name, inner in source.tree.items():
        for one in source.each(name) if isinstance(inner, Mapping | list) else ():
            drop_names(one)
    if "id" in source:
        source.drop("inScheme")  # a concept with a name is named by it
    others = source.tree.keys() - {"id", "type", "@type"}
    if others:
        source.drop("type", "@type")
    if others and str(source.peek("id") or "").startswith(LOCAL):
        source.take("id")
