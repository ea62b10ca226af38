"""Reads CTDL: a graph as the Credential Registry publishes it, or one node alone.

The first credential or learning opportunity of a graph becomes the record; organisations,
competencies, assessments and programmes that it refers to are read where the document has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import ReadError
from stackmark.exchange.building import Builder
from stackmark.exchange.ctdl import terms
from stackmark.exchange.ctdl.graph import Graph, class_of, types_of
from stackmark.exchange.ctdl.read_offer import read_offer
from stackmark.exchange.ctdl.read_organisations import read_organisations, read_quality
from stackmark.exchange.ctdl.reading import Reading
from stackmark.exchange.languages import UNKNOWN, said, tag
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source

_NOWHERE: Final = "A record has no place for it."
_STATUS: Final = "A record does not say whether a credential is still offered."
_PROCTORED: Final = "It does not say where, nor whether identity is checked."
_MAX_TAGS: Final = 30


def recognises(tree: Mapping[str, Any]) -> bool:
    """By the context, or by a class of CTDL in the document or its graph."""
    contexts = tree.get("@context")
    entries = contexts if isinstance(contexts, list) else [contexts]
    if any(isinstance(one, str) and terms.IS_CONTEXT.match(one) for one in entries):
        return True
    graph = tree.get("@graph")
    nodes = graph if isinstance(graph, list) else [tree]
    return any(isinstance(one, Mapping) and types_of(one) for one in nodes)


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, with the place of each value and what was left over.

    Raises ``ReadError`` ``read.descriptor`` when there is no credential or learning opportunity.
    """
    del resources
    graph = Graph(tree)
    main = graph.main()
    if main is None:
        raise ReadError("read.descriptor", "No credential or learning opportunity is in it.")
    graph.whole.drop("@context")
    if graph.whole.pointer != main.pointer:
        graph.whole.drop("@id")
    builder = Builder()
    reading = Reading(builder, graph, _language(main, builder))
    _read_class(main, builder)
    _read_names(main, reading)
    read_offer(reading, main)
    read_organisations(reading, main)
    read_quality(reading, main)
    _drop_names(graph)
    return builder.finish("ctdl", graph.whole, _reason)


def _reason(place: str) -> str:
    if "ceterms:credentialStatusType" in place:
        return _STATUS
    return _PROCTORED if place.endswith("ceterms:isProctored") else _NOWHERE


def _language(main: Source, builder: Builder) -> str:
    """The first language of the name; ``und`` when the document does not say."""
    found = said(main, "ceterms:name", UNKNOWN)
    language, place = (found[0][0], found[0][2]) if found else (UNKNOWN, "")
    main.leave("ceterms:name")
    builder.put("/achievement/language", language, place or main.place("ceterms:name"))
    return language


def _read_class(main: Source, builder: Builder) -> None:
    word, place = class_of(main), main.place("@type" if "@type" in main else "type")
    builder.would("/achievement/kind", place)
    if word in terms.KINDS:
        builder.put("/achievement/kind", terms.KINDS[word], place)
    elif word != terms.ANY_CREDENTIAL:
        builder.put("/type_stated", word, place)
    main.drop("@type", "type")


def _read_names(main: Source, reading: Reading) -> None:
    builder = reading.builder
    identity = main.text("@id")
    if not identity.startswith("_:"):
        builder.put("/id", identity, main.place("@id"))
    reading.put_texts("/achievement/title", main, "ceterms:name")
    reading.put_texts("/achievement/description", main, "ceterms:description")
    code = main.text("ceterms:codedNotation")
    builder.put("/achievement/code", code, main.place("ceterms:codedNotation"))
    builder.put("/image", main.text("ceterms:image"), main.place("ceterms:image"))
    reading.put_identifiers("/identifiers", main)
    _read_version(main, builder)
    _read_languages(main, builder)
    _read_tags(main, builder)
    _read_renewal(main, reading)


def _read_version(main: Source, builder: Builder) -> None:
    code = main.text("ceterms:versionCode")
    builder.put("/version", code, main.place("ceterms:versionCode"))
    for one in main.each("ceterms:versionIdentifier"):
        value = one.peek("ceterms:identifierValueCode")
        if not builder.has("/version") and isinstance(value, str) and value:
            builder.put("/version", value, one.place("ceterms:identifierValueCode"))
            one.drop("@type", "ceterms:identifierValueCode")


def _read_languages(main: Source, builder: Builder) -> None:
    name = "ceterms:inLanguage"
    builder.would("/achievement/instruction", main.place(name))
    for text, place in _listed(main, name):
        builder.add("/achievement/instruction", tag(text) or text, place)


def _listed(source: Source, name: str) -> list[tuple[str, str]]:
    """The texts of a member, alone or in a list, with their places."""
    value = source.peek(name)
    if isinstance(value, str):
        return [(source.text(name), source.place(name))]
    found = []
    for number, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, str) and one.strip():
            source.take_item(name, number)
            found.append((one.strip(), f"{source.place(name)}/{number}"))
    return found


def _read_tags(main: Source, builder: Builder) -> None:
    name = "ceterms:keyword"
    inner = main.at(name)
    rows = [row for key in inner.tree for row in _listed(inner, str(key))]
    for text, place in rows or _listed(main, name):
        if builder.room("/achievement/tags", _MAX_TAGS):
            builder.add("/achievement/tags", text, place)


def _read_renewal(main: Source, reading: Reading) -> None:
    name, path = "ceterms:renewalFrequency", "/achievement/validity"
    reading.builder.would(path, main.place(name))
    found = re.fullmatch(r"P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?", str(main.peek(name) or ""))
    months = 12 * int(found[1] or 0) + int(found[2] or 0) if found else 0
    if not 1 <= months <= 600:
        return
    main.take(name)
    reading.builder.put(f"{path}/kind", "months", main.place(name))
    reading.builder.put(f"{path}/months", months, main.place(name))
    for one in main.each("ceterms:renewal")[:1]:
        reading.put_texts(f"{path}/renewal", one, "ceterms:description")
        if reading.builder.has(f"{path}/renewal"):
            one.drop("@type")


def _drop_names(graph: Graph) -> None:
    """Class and identifier of a node of which something was read say nothing more."""
    left = [one.path for one in graph.whole.rest("")]
    for one in graph.nodes:
        inside = [path for path in left if path.startswith(f"{one.pointer}/")]
        named_only = set(inside) <= {one.place("@id"), one.place("@type")}
        if named_only or len(inside) < len(Source(one.tree, one.pointer).rest("")):
            one.drop("@id", "@type")
