"""Reads Open Badges 2.0: an Assertion with its BadgeClass and Issuer, or a BadgeClass alone.

Badge and issuer stand inside, or are at hand among the resources by their address; what is read
from a resource has the member that names it as its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from stackmark.errors import ReadError
from stackmark.exchange.building import Builder
from stackmark.exchange.languages import UNKNOWN, said, tag
from stackmark.exchange.ob2.extensions import language_of, read_extensions
from stackmark.exchange.ob2.picture import PICTURE
from stackmark.exchange.ob3 import worded
from stackmark.exchange.ob3.achieved import MAX_TAGS, read_image
from stackmark.exchange.ob3.aligned import read_alignments
from stackmark.exchange.ob3.people import read_evidence
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source
from stackmark.model.strict_json import parse_json
from stackmark.reading.received import types_of

# Kinds of recipient: https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/#IdentityObject
SCHEMES: Final = {"email": "emailAddress", "telephone": "telephone"}
_MACHINERY: Final = ("@context", "type", "@type", "verification", "verify")
_NOWHERE: Final = "A record has no place for it."
_DATES: Final = {"issuedOn": "issued", "expires": "valid_until"}


def recognises(tree: Mapping[str, Any]) -> bool:
    """An Assertion or a BadgeClass; an issuer's Profile alone is no achievement."""
    types = set(types_of(tree))
    if {"Assertion", "BadgeClass"} & types:
        return True
    return "badge" in tree and "recipient" in tree and "credentialSubject" not in tree


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, its places and its loss.

    ``resources`` may hold badge class and issuer by their address. Raises ``ReadError``
    ``read.descriptor`` when nothing of it fits a record.
    """
    builder = Builder()
    inlined: list[str] = []
    whole = _inlined(tree, "", resources, builder, inlined)
    source = Source(whole)
    if "BadgeClass" in types_of(tree):
        _read_badge(source, builder)
    else:
        _read_assertion(source, builder)
    return _placed(builder.finish("ob2", source, _NOWHERE), tuple(inlined))


def _inlined(
    tree: Mapping[str, Any],
    pointer: str,
    resources: Mapping[str, bytes],
    builder: Builder,
    inlined: list[str],
) -> dict[str, Any]:
    """The tree with badge and issuer put in the place of their addresses."""
    found = dict(tree)
    for name in ("badge", "issuer"):
        value, place = found.get(name), f"{pointer}/{name}"
        if isinstance(value, str) and value in resources:
            value = _parsed(resources[value])
            inlined += [place] if value else []
        elif isinstance(value, str):
            builder.missing.append(value)
        if isinstance(value, dict) and value:
            found[name] = _inlined(value, place, resources, builder, inlined)
    return found


def _parsed(data: bytes) -> Any:
    try:
        return parse_json(data)
    except ReadError:
        return None


def _placed(found: Imported, inlined: tuple[str, ...]) -> Imported:
    """Places within a resource become the place that names it."""
    return replace(
        found,
        places={path: _outside(place, inlined) for path, place in found.places.items()},
        loss=tuple(replace(one, path=_outside(one.path, inlined)) for one in found.loss),
    )


def _outside(place: str, inlined: tuple[str, ...]) -> str:
    for one in inlined:
        if place.startswith(f"{one}/"):
            return one
    return place


def _read_assertion(source: Source, builder: Builder) -> None:
    source.drop(*_MACHINERY)
    builder.put("/award/id", source.text("id"), source.place("id"))
    for name, field in _DATES.items():
        builder.put(f"/award/{field}", source.text(name), source.place(name))
    builder.put("/award/narrative", source.text("narrative"), source.place("narrative"))
    _read_recipient(source.at("recipient"), builder)
    if isinstance(source.peek("evidence"), str):
        builder.put("/award/evidence/0/url", source.text("evidence"), source.place("evidence"))
    read_evidence(source, builder)
    if isinstance(source.peek("badge"), str):
        builder.put("/id", source.text("badge"), source.place("badge"))
        return
    badge = source.at("badge")
    _read_badge(badge, builder)
    if "image" in source and source.peek("image") == badge.peek("image"):
        source.drop("image")


def _read_recipient(recipient: Source, builder: Builder) -> None:
    builder.would("/award/learner", recipient.pointer)
    kind, value = recipient.peek("type"), recipient.peek("identity")
    hashed = recipient.peek("hashed") is True
    if not isinstance(kind, str) or not isinstance(value, str) or not value.strip():
        return
    recipient.drop("type", "identity", "hashed")
    place = recipient.place("identity")
    if kind in ("url", "id") and not hashed:
        builder.put("/award/learner/id", value.strip(), place)
        return
    at = "/award/learner/identifiers/0"
    builder.put(f"{at}/scheme", SCHEMES.get(kind, kind), recipient.place("type"))
    builder.put(f"{at}/value", value.strip(), place)
    if hashed:
        builder.put(f"{at}/hashed", hashed, recipient.place("hashed"))
    builder.put(f"{at}/salt", recipient.text("salt"), recipient.place("salt"))


def _read_badge(badge: Source, builder: Builder) -> None:
    badge.drop("@context", "type", "@type")
    language = _language(badge, builder)
    for name, path in (("id", "/id"), ("version", "/version")):
        builder.put(path, badge.text(name), badge.place(name))
    for name, field in (("name", "title"), ("description", "description")):
        builder.would(f"/achievement/{field}", badge.place(name))
        for tongue, text, place in said(badge, name, language):
            builder.put(f"/achievement/{field}/{tongue}", text, place)
    if badge.peek("image") == PICTURE:  # nobody's own, see write.py
        badge.drop("image")
    read_image(badge, builder, "/image")
    _read_tags(badge, builder)
    spoken = _read_criteria(badge, builder, language)
    read_alignments(badge, builder, language, spoken.outcomes)
    read_extensions(badge, builder, language)
    worded.put_facts(spoken, builder, language)
    _read_issuer(badge, builder)


def _language(badge: Source, builder: Builder) -> str:
    found, place = tag(badge.peek("@language")), badge.place("@language")
    extension, extension_place = language_of(badge)
    if found:
        badge.drop("@language")
    elif extension:
        found, place = extension, extension_place
        badge.drop("extensions:LanguageExtension")
    builder.put("/achievement/language", found or UNKNOWN, place)
    return found or UNKNOWN


def _read_criteria(badge: Source, builder: Builder, language: str) -> worded.Spoken:
    if isinstance(badge.peek("criteria"), str):
        builder.put("/achievement/criteria/url", badge.text("criteria"), badge.place("criteria"))
        return worded.Spoken()
    return worded.take_narrative(badge.at("criteria"), builder, language, read=True)


def _read_tags(badge: Source, builder: Builder) -> None:
    found = badge.peek("tags")
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, str) and builder.room("/achievement/tags", MAX_TAGS):
            builder.add("/achievement/tags", one.strip(), f"{badge.place('tags')}/{number}")
            badge.take_item("tags", number)


def _read_issuer(badge: Source, builder: Builder) -> None:
    builder.would("/issuer", badge.place("issuer"))
    builder.would("/issuer/country", badge.place("issuer"))
    if isinstance(badge.peek("issuer"), str):
        builder.put("/issuer/id", badge.text("issuer"), badge.place("issuer"))
        return
    issuer = badge.at("issuer")
    issuer.drop("@context", "type", "@type")
    for name in ("id", "name", "url", "email"):
        builder.put(f"/issuer/{name}", issuer.text(name), issuer.place(name))
