"""Reads LER-RS: the first certification of a resume, or the first learning when there is none.

The document stands alone or within the ``credentialSubject`` of a credential. Further entries,
the person's skills and work, and credentials under ``verifications`` are left over and named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import ReadError
from stackmark.exchange.building import Builder
from stackmark.exchange.languages import UNKNOWN, tag
from stackmark.exchange.ler_rs.terms import KINDS, is_ler
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source

_NOWHERE: Final = "A record has no place for it."
_SKILL: Final = "It is a skill of the person; nothing says that this certification shows it."
_VERIFICATION: Final = "It is a credential of its own; read and verify it by itself."
_DAY: Final = "It is no instant with its zone, and a record has no other dates of issue."
_MAX_EVIDENCE: Final = 100
_IDENTIFIER: Final = ("https://", "http://", "urn:", "did:")


def recognises(tree: Mapping[str, Any]) -> bool:
    """By the type, of the document or of the subject of a credential around it."""
    return is_ler(tree) or is_ler(tree.get("credentialSubject"))


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, with the place of each value and what was left over.

    Raises ``ReadError`` ``read.descriptor`` when there is neither certification nor learning.
    """
    del resources
    whole = Source(tree)
    resume = whole if is_ler(tree) else whole.at("credentialSubject")
    resume.drop("type")
    builder = Builder()
    language = tag(resume.peek("language"))
    if language:
        resume.take("language")
    builder.put("/achievement/language", language or UNKNOWN, resume.place("language"))
    certification = next(iter(resume.each("certifications")), None)
    learning = next(iter(resume.each("educationAndLearnings")), None)
    if certification is not None:
        _read_certification(certification, builder, language or UNKNOWN)
    elif learning is not None:
        _read_learning(learning, builder, language or UNKNOWN)
    else:
        raise ReadError("read.descriptor", "The resume has no certification and no learning.")
    _read_person(resume.at("person"), builder)
    return builder.finish("ler-rs", whole, _reason)


def _reason(place: str) -> str:
    if "/verifications/" in place:
        return _VERIFICATION
    if place.rpartition("/")[2] in ("issued", "firstIssued"):
        return _DAY
    return _SKILL if "/skills/" in place else _NOWHERE


def _put(builder: Builder, path: str, source: Source, name: str) -> None:
    builder.put(path, source.text(name), source.place(name))


def _read_person(person: Source, builder: Builder) -> None:
    path = "/award/learner"
    builder.would(path, person.place("name"))
    _put_identity(builder, f"{path}/id", person)
    name = person.at("name")
    for member, field in (
        ("formattedName", "name"),
        ("given", "given_name"),
        ("family", "family_name"),
    ):
        _put(builder, f"{path}/{field}", name, member)


def _put_identity(builder: Builder, path: str, source: Source) -> None:
    """An identifier that is an address, URN or DID; another number stays where it is."""
    value = source.at("id").peek("value")
    if isinstance(value, str) and value.startswith(_IDENTIFIER):
        _put(builder, path, source.at("id"), "value")


def _read_certification(one: Source, builder: Builder, language: str) -> None:
    _would(one, builder)
    _put(builder, f"/achievement/title/{language}", one, "name")
    _read_kind(one, builder)
    _put_identity(builder, "/award/id", one)
    _read_descriptions(one, builder, language)
    _read_dates(one, builder)
    _read_organisation(one.at("issuingAuthority"), builder)
    _read_attachments(one, builder)


def _would(one: Source, builder: Builder) -> None:
    """Where values would stand that the list of the EU asks for."""
    places = {
        "/achievement/title": "name",
        "/achievement/description": "descriptions",
        "/achievement/kind": "type",
        "/issuer": "issuingAuthority",
        "/issuer/country": "issuingAuthority",
    }
    for path, name in places.items():
        builder.would(path, one.place(name))
    builder.would("/award/issued", one.pointer)
    for name in ("outcomes", "workload", "level", "assessment", "participation", "quality"):
        builder.would(f"/achievement/{name}", one.pointer)


def _read_kind(one: Source, builder: Builder) -> None:
    inner = one.at("type")
    word = inner.text("name")
    kinds = {label: kind for kind, label in KINDS.items()}
    if word in kinds:
        builder.put("/achievement/kind", kinds[word], inner.place("name"))
    elif word:
        builder.put("/type_stated", word, inner.place("name"))


def _read_descriptions(one: Source, builder: Builder, language: str) -> None:
    found = one.peek("descriptions")
    first = found[0] if isinstance(found, list) and found else None
    if isinstance(first, str):
        place = f"{one.place('descriptions')}/0"
        builder.put(f"/achievement/description/{language}", first.strip(), place)
        one.take_item("descriptions", 0)


def _read_dates(one: Source, builder: Builder) -> None:
    """A year or a day is no instant: it is no wrong date, but it is left over and named."""
    name = "issued" if "issued" in one else "firstIssued"
    if "T" in str(one.peek(name)):
        _put(builder, "/award/issued", one, name)
    period = one.at("effectiveTimePeriod")
    start = period.text("validFrom")
    if start and start != builder.value("/award/issued"):
        builder.put("/award/valid_from", start, period.place("validFrom"))
    _put(builder, "/award/valid_until", period, "validTo")


def _read_organisation(one: Source, builder: Builder) -> None:
    path = "/issuer"
    _put_identity(builder, f"{path}/id", one)
    _put(builder, f"{path}/name", one, "name" if "name" in one else "tradeName")
    communication = one.at("communication")
    for member, inner, field in (("web", "url", "url"), ("email", "address", "email")):
        for each in communication.each(member)[:1]:
            _put(builder, f"{path}/{field}", each, inner)
    for each in communication.each("address")[:1]:
        _put(builder, f"{path}/country", each, "countryCode")


def _read_attachments(one: Source, builder: Builder) -> None:
    for each in one.each("attachmentReferences")[:_MAX_EVIDENCE]:
        address = each.peek("uri")
        if not (isinstance(address, str) and address.startswith(_IDENTIFIER)):
            continue
        at = f"/award/evidence/{len(builder.value('/award/evidence') or [])}"
        _put(builder, f"{at}/url", each, "uri")
        texts = each.peek("descriptions")
        if isinstance(texts, list) and texts and isinstance(texts[0], str):
            builder.put(f"{at}/name", texts[0].strip(), f"{each.place('descriptions')}/0")
            each.take_item("descriptions", 0)


def _read_learning(one: Source, builder: Builder, language: str) -> None:
    """A learning: its first degree, else its first programme, is the title."""
    path = f"/achievement/title/{language}"
    builder.would("/achievement/title", one.place("educationDegrees"))
    for each in one.each("educationDegrees")[:1]:
        _put(builder, path, each, "name")
    programmes = one.peek("programs")
    first = programmes[0] if isinstance(programmes, list) and programmes else None
    if isinstance(first, str) and not builder.has(path):
        builder.put(path, first.strip(), f"{one.place('programs')}/0")
        one.take_item("programs", 0)
    _read_organisation(one.at("institution"), builder)
    for name, field in (("start", "started"), ("end", "ended")):
        _put(builder, f"/award/{field}", one, name)
