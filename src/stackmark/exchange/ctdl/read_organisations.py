"""Reads who owns and offers it, and who accredited, approved or recognised it."""

from __future__ import annotations

from typing import Final

from stackmark.exchange.ctdl import terms
from stackmark.exchange.ctdl.graph import Reference
from stackmark.exchange.ctdl.reading import IDENTIFIER, Reading
from stackmark.exchange.source import Source

# What each property says in our words; only an accreditation is one.
_QUALITY: Final = {
    "ceterms:accreditedBy": "programme-accreditation",
    "ceterms:approvedBy": "other",
    "ceterms:recognizedBy": "other",
    "ceterms:regulatedBy": "other",
}
_MAX_QUALITY: Final = 20


def read_organisations(reading: Reading, main: Source) -> None:
    """The owner awards, who offers it issues; one alone is both. Further owners award jointly."""
    for path in ("/issuer", "/issuer/country"):
        reading.builder.would(path, main.place("ceterms:ownedBy"))
    owners = reading.graph.references(main, "ceterms:ownedBy")
    offers = reading.graph.references(main, "ceterms:offeredBy")
    known = [one.id for one in owners if one.id]
    apart = [one for one in offers if not one.id or one.id not in known]
    issuer = next(iter(apart), None) if owners else next(iter(offers), None)
    if issuer is None and owners:
        issuer, owners = owners[0], owners[1:]
    elif owners:
        _read_organisation(reading, "/awarding_body", owners[0])
        owners = owners[1:]
    if issuer is not None:
        _read_organisation(reading, "/issuer", issuer)
    for one in owners:
        _read_party(reading, one)
    _put_back(main, apart[1:] if owners else offers[1:])


def _put_back(main: Source, others: list[Reference]) -> None:
    """Further bodies that offer it have no place."""
    for one in others:
        name = one.place.rpartition("/")[0].removeprefix(f"{main.pointer}/")
        if name == "ceterms:offeredBy":
            main.leave_item(name, int(one.place.rpartition("/")[2]))


def _read_organisation(reading: Reading, path: str, one: Reference) -> None:
    builder, node = reading.builder, one.node
    place = node.place("@id") if "@id" in node else one.place
    if one.address.startswith(IDENTIFIER):
        builder.put(f"{path}/id", one.address, place)
    if not node:
        return
    reading.put_line(f"{path}/name", node, "ceterms:name")
    page = node.text("ceterms:subjectWebpage")
    builder.put(f"{path}/url", page, node.place("ceterms:subjectWebpage"))
    _read_email(reading, path, node)
    _read_country(reading, path, node)
    _read_kind(reading, path, node)
    reading.put_identifiers(f"{path}/identifiers", node)


def _read_email(reading: Reading, path: str, node: Source) -> None:
    name = "ceterms:email"
    value = node.peek(name)
    if isinstance(value, list) and value and isinstance(value[0], str):
        reading.builder.put(f"{path}/email", value[0].strip(), f"{node.place(name)}/0")
        node.take_item(name, 0)
    elif isinstance(value, str):
        reading.builder.put(f"{path}/email", node.text(name), node.place(name))


def _read_country(reading: Reading, path: str, node: Source) -> None:
    """Two letters only: the name of a country is not looked up."""
    reading.builder.would(f"{path}/country", node.place("ceterms:address"))
    for one in node.each("ceterms:address")[:1]:
        text, place = reading.line(one, "ceterms:addressCountry")
        if len(text) == 2 and text.isascii() and text.isupper():
            reading.builder.put(f"{path}/country", text, place)
            one.drop("@type")
        else:
            one.leave("ceterms:addressCountry")


def _read_kind(reading: Reading, path: str, node: Source) -> None:
    for one in node.each("ceterms:agentType"):
        code = terms.code_of(one.peek("ceterms:targetNode"), "orgType")
        word = terms.word_of(terms.ORGANISATIONS, code)
        if word and not reading.builder.has(f"{path}/kind"):
            reading.builder.put(f"{path}/kind", word, one.place("ceterms:targetNode"))
            one.all()


def _read_party(reading: Reading, one: Reference) -> None:
    builder = reading.builder
    number = len(builder.value("/achievement/parties") or [])
    path = f"/achievement/parties/{number}"
    if not (one.node and reading.put_line(f"{path}/name", one.node, "ceterms:name")):
        builder.refuse(one.place, one.id, "Nothing tells the name of this further owner.")
        return
    if one.address.startswith(IDENTIFIER):
        builder.put(f"{path}/id", one.address, one.place)
    builder.put(f"{path}/role", "awarding", one.place)


def read_quality(reading: Reading, main: Source) -> None:
    """Who vouches for the credential, and who accredited its owner."""
    reading.builder.would("/achievement/quality", main.place("ceterms:accreditedBy"))
    found = [
        (one, kind)
        for name, kind in _QUALITY.items()
        for one in reading.graph.references(main, name)
    ]
    owner = next(iter(reading.graph.references(main, "ceterms:ownedBy")), None)
    if owner is not None and owner.node:
        accredited = reading.graph.references(owner.node, "ceterms:accreditedBy")
        found += [(one, "institution-accreditation") for one in accredited]
    order = {node.pointer: place for place, node in enumerate(reading.graph.nodes)}
    found.sort(key=lambda row: order.get(row[0].node.pointer, len(order)))
    for one, kind in found[:_MAX_QUALITY]:
        _read_statement(reading, one, kind)


def _read_statement(reading: Reading, one: Reference, kind: str) -> None:
    builder = reading.builder
    path = f"/achievement/quality/{len(builder.value('/achievement/quality') or [])}"
    builder.put(f"{path}/type", kind, one.place)
    if one.address.startswith(IDENTIFIER):
        builder.put(f"{path}/id", one.address, one.place)
    if one.node:
        reading.put_line(f"{path}/name", one.node, "ceterms:name")
        page = one.node.text("ceterms:subjectWebpage")
        builder.put(f"{path}/url", page, one.node.place("ceterms:subjectWebpage"))
