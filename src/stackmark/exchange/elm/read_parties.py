"""Reads organisations, agents, persons and their identifiers."""

from __future__ import annotations

import re

from stackmark.exchange.elm import concepts
from stackmark.exchange.elm.taking import (
    Reading,
    first,
    known_identity,
    line,
    put_identity,
    same_texts,
    scalar,
    web_address,
)
from stackmark.exchange.source import Source

_PARTIES = "/achievement/parties"
_LEGAL = (
    ("eIDASIdentifier", "eIDAS"),
    ("registration", "registration"),
    ("vatIdentifier", "VAT"),
    ("taxIdentifier", "tax"),
    ("nationalID", "nationalID"),
)


def read_identifiers(reading: Reading, path: str, found: list[Source], start: int = 0) -> None:
    """Identifiers with the name of their scheme; without one there is nothing to read."""
    count = start
    for one in found:
        value, place = scalar(one, "notation")
        scheme, at = scalar(one, "schemeName")
        scheme = _token(scheme)
        if value and scheme:
            reading.builder.put(f"{path}/{count}/scheme", scheme, at)
            reading.builder.put(f"{path}/{count}/value", value, place)
            count += 1
        else:
            one.leave("notation")
            one.leave("schemeName")


def _token(text: str) -> str:
    """The name of a scheme as a token: what a token may not have becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-")[:60]


def read_party_identifiers(reading: Reading, path: str, source: Source) -> None:
    """Legal identifiers first, each unless it is among the others, then the others."""
    others = source.each("identifier")
    known = {
        (_token(str(one.peek("schemeName"))).lower(), str(one.peek("notation"))) for one in others
    }
    count = 0
    for name, scheme in _LEGAL:
        for one in source.each(name):
            value, place = scalar(one, "notation")
            _read_spatial(one, source)
            if value and (scheme.lower(), value) not in known:
                reading.builder.put(f"{path}/{count}/scheme", scheme, one.pointer)
                reading.builder.put(f"{path}/{count}/value", value, place)
                count += 1
    read_identifiers(reading, path, others, count)


def _read_spatial(one: Source, owner: Source) -> None:
    """The country of an identifier says nothing new when it is that of its owner."""
    spatial, country = one.at("spatial"), _country(owner)
    if spatial and country and spatial.peek("id") == country.peek("id"):
        spatial.all()


def _country(source: Source) -> Source:
    return first(first(source, "location"), "address").at("countryCode")


def read_organisation(reading: Reading, path: str, source: Source) -> None:
    """An organisation into ``path``; where its country would stand is said in any case."""
    builder = reading.builder
    builder.would(path, source.pointer)
    read_party_identifiers(reading, f"{path}/identifiers", source)
    put_identity(reading, f"{path}/id", source)
    _read_names(reading, path, source)
    for one in source.each("dcType"):
        reading.put(f"{path}/kind", concepts.ORGANISATIONS.word(one), one.pointer)
    country = _country(source)
    place = country.place("id") if country else source.place("location")
    builder.put(f"{path}/country", concepts.read_country(country), place)
    reading.put(f"{path}/url", *web_address(source, "homepage"))
    _read_mailbox(reading, path, source)


def _read_names(reading: Reading, path: str, source: Source) -> None:
    """A legal name alone is the name; with another label it is the legal name beside it."""
    if same_texts(source, "legalName", {"en": concepts.NOT_STATED}):
        return
    legal, place = line(source, "legalName", reading.language)
    if not legal:
        legal, place = line(source, "prefLabel", reading.language)
    label, at = line(source, "altLabel", reading.language)
    if not label:
        reading.builder.put(f"{path}/name", legal, place)
        return
    reading.put(f"{path}/legal_name", legal, place)
    if label != legal:
        reading.put(f"{path}/name", label, at)


def _read_mailbox(reading: Reading, path: str, source: Source) -> None:
    mailbox = first(first(source, "contactPoint"), "emailAddress")
    found = str(mailbox.peek("id") or "")
    if found.startswith("mailto:"):
        mailbox.all()
        address = found.removeprefix("mailto:")
        reading.builder.put(f"{path}/email", address, mailbox.place("id"))


def same_party(one: Source, other: Source) -> bool:
    """Whether both are one organisation: the same identifier, or else the same in all it says."""
    mine, theirs = one.peek("id"), other.peek("id")
    if mine and mine == theirs:
        return True
    known = {name: value for name, value in one.tree.items() if name not in ("id", "type")}
    has_own = known_identity(one) and known_identity(other)
    return bool(known) and not has_own and known.items() <= dict(other.tree).items()


def read_bodies(reading: Reading, bodies: list[Source], issuer: Source) -> None:
    """Who awards: the issuer when it is among them, else the first; the others award jointly."""
    own = next((one for one in bodies if issuer and same_party(one, issuer)), None)
    if own is not None:
        own.all()
    elif bodies:
        read_organisation(reading, "/awarding_body", bodies[0])
    main = own or (bodies[0] if bodies else None)
    joint = [one for one in bodies if one is not main]
    read_parties(reading, joint, "awarding")


def read_parties(reading: Reading, found: list[Source], role: str) -> None:
    """Organisations and agents as further parties, unless notes told all of them."""
    if "parties" in reading.told:
        for one in found:
            one.all()
        return
    count = next(n for n in range(1_000) if not reading.builder.has(f"{_PARTIES}/{n}"))
    for one in found:
        name, place = line(one, "prefLabel", reading.language)
        if not name:
            name, place = line(one, "legalName", reading.language)
        if not name:
            continue
        path = f"{_PARTIES}/{count}"
        reading.builder.put(f"{path}/name", name, place)
        put_identity(reading, f"{path}/id", one)
        reading.builder.put(f"{path}/role", role, one.pointer)
        count += 1


def read_party_notes(reading: Reading, source: Source) -> None:
    """The parties of a specification, as our notes tell them in their order."""
    count = 0
    for note in source.each("additionalNote"):
        subject = note.at("subject")
        role, _, address = concepts.notation(subject, "party").partition(" ")
        if role:
            path, at = f"{_PARTIES}/{count}", subject.place("notation")
            reading.put_line(f"{path}/name", note, "noteLiteral")
            reading.put(f"{path}/id", address, at)
            reading.put(f"{path}/role", role, at)
            note.all()
            reading.told.add("parties")
            count += 1


def read_person(reading: Reading, source: Source) -> None:
    """The learner."""
    path = "/award/learner"
    reading.builder.would(path, source.pointer)
    put_identity(reading, f"{path}/id", source)
    read_party_identifiers(reading, f"{path}/identifiers", source)
    for name, field in (
        ("fullName", "name"),
        ("givenName", "given_name"),
        ("familyName", "family_name"),
    ):
        reading.put_line(f"{path}/{field}", source, name)
