"""Checks an ELM document against the cardinalities of the EDC application profile.

``cardinalities.json`` holds, for each class and term, how many values there are at least and at
most and of which classes: what the SHACL shapes EDC-generic-no-cv say, in the terms of the JSON-LD
context (a test compares both). Nothing else of the shapes is checked: no datatypes, no lists of
concepts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from stackmark.exchange.source import escape

Row = tuple[int, int | None, tuple[str, ...]]
_ISSUER: Final = "issuer"  # rows for the issuer of a credential, whatever its class
_ROOT: Final = "EuropeanDigitalCredential"


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a document breaks: the pointer of the object, its class, and the term."""

    pointer: str
    kind: str
    term: str
    sentence: str


@cache
def rules() -> Mapping[str, Mapping[str, Row]]:
    """Class → term → least, most and classes of its values."""
    data = resources.files(__package__).joinpath("cardinalities.json").read_bytes()
    return {
        kind: {term: (least, most, tuple(of)) for term, (least, most, of) in terms.items()}
        for kind, terms in json.loads(data).items()
    }


def breaches(tree: Mapping[str, Any]) -> tuple[Breach, ...]:
    """Every rule of the application profile that a document breaks, in document order."""
    found = list(_walk(tree, "", _index(tree)))
    issuer = tree.get("issuer")
    if _ROOT in _types(tree):
        for place, one in _values(issuer, "/issuer"):
            found += _broken(one, place, _ISSUER, {})
    return tuple(found)


def _index(value: Any) -> dict[str, list[str]]:
    """The classes of every identified object of the document: a value may only name it."""
    found: dict[str, list[str]] = {}
    for one in _objects(value):
        if isinstance(one.get("id"), str):
            found.setdefault(one["id"], []).extend(_types(one))
    return found


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for one in value.values() if isinstance(value, Mapping) else value:
        if isinstance(one, Mapping | list):
            yield from _objects(one)


def _walk(value: Any, place: str, index: Mapping[str, list[str]]) -> Iterator[Breach]:
    if isinstance(value, Mapping):
        for kind in _types(value):
            yield from _broken(value, place, kind, index)
        for name, inner in value.items():
            yield from _walk(inner, f"{place}/{escape(str(name))}", index)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, f"{place}/{number}", index)


def _broken(value: Any, place: str, kind: str, index: Mapping[str, list[str]]) -> Iterator[Breach]:
    if not isinstance(value, Mapping):
        return
    for term, (least, most, classes) in rules().get(kind, {}).items():
        given = _given(value.get(term))
        sentence = _count(kind, term, len(given), least, most)
        if not sentence and classes and index:
            sentence = _class(term, given, classes, index)
        if sentence:
            yield Breach(place, kind, term, sentence)


def _count(kind: str, term: str, count: int, least: int, most: int | None) -> str:
    name = "The issuer" if kind == _ISSUER else f"A {kind}"
    if count < least:
        return f"{name} needs {term}."
    if most is not None and count > most:
        return f"{name} may have {most} {term} only, not {count}."
    return ""


def _class(term: str, given: list[Any], classes: tuple[str, ...], index: Any) -> str:
    for one in given:
        known = _types(one) if isinstance(one, Mapping) else []
        name = one.get("id") if isinstance(one, Mapping) else one
        known = known or index.get(name, []) if isinstance(name, str) else known
        if not set(known) & set(classes):
            return f"{term} must be of the class {' or '.join(classes)}."
    return ""


def _given(value: Any) -> list[Any]:
    """The values of a member; those of a language map are its texts."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and not value.keys() & {"id", "type"} and _is_map(value):
        return [text for texts in value.values() for text in _given(texts)]
    return [value]


def _is_map(value: Mapping[str, Any]) -> bool:
    """Whether an object is a language map: texts by their tags."""
    return all(isinstance(one, str) or _is_texts(one) for one in value.values())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _values(value: Any, place: str) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{place}/{number}", one) for number, one in enumerate(value)]
    return [(place, value)]


def _types(value: Mapping[str, Any]) -> list[str]:
    found = value.get("type")
    entries = found if isinstance(found, list) else [found]
    return [one for one in entries if isinstance(one, str)]
