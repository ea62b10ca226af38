"""Reads the parts of schema.org data: bodies, levels, credits, modes, field, programme."""

from __future__ import annotations

from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.languages import said
from stackmark.exchange.schemaorg import terms
from stackmark.exchange.source import Source
from stackmark.model.achievement_codes import PARTICIPATION

_IDENTIFIER: Final = ("https://", "http://", "urn:", "did:")
_MODES: Final = {
    **{one: one for one in PARTICIPATION},
    "onsite": "onsite",
    "on-site": "onsite",
    "in person": "onsite",
}
_MAX_IDENTIFIERS: Final = 20


def read_identifiers(source: Source, builder: Builder, path: str) -> None:
    """Numbers with the name of their scheme."""
    builder.would(path, source.place("identifier"))
    for one in source.each("identifier")[:_MAX_IDENTIFIERS]:
        scheme, value = one.peek("propertyID"), one.peek("value")
        if isinstance(scheme, str) and isinstance(value, str) and scheme and value:
            builder.add(path, {"scheme": scheme, "value": value}, one.pointer)
            one.drop("@type", "propertyID", "value")


def read_organisations(main: Source, course: Source, builder: Builder) -> None:
    """The creator of the credential awards, the course's provider issues; one alone is both."""
    creator, provider = main.at("creator"), course.at("provider")
    for path in ("/issuer", "/issuer/country"):
        builder.would(path, main.place("creator"))
    if creator and provider and creator.tree != provider.tree:
        _read_organisation(creator, builder, "/awarding_body")
        _read_organisation(provider, builder, "/issuer")
        return
    if creator and provider:
        provider.all()
    _read_organisation(creator or provider, builder, "/issuer")


def _read_organisation(one: Source, builder: Builder, path: str) -> None:
    if not one:
        return
    one.drop("@type")
    identity = one.peek("@id")
    if isinstance(identity, str) and identity.startswith(_IDENTIFIER):
        builder.put(f"{path}/id", one.text("@id"), one.place("@id"))
    for name, field in (
        ("name", "name"),
        ("legalName", "legal_name"),
        ("url", "url"),
        ("email", "email"),
    ):
        builder.put(f"{path}/{field}", one.text(name), one.place(name))
    address = one.at("address")
    country = address.peek("addressCountry")
    if isinstance(country, str) and len(country) == 2:
        place = address.place("addressCountry")
        builder.put(f"{path}/country", address.text("addressCountry"), place)
        address.drop("@type")
    read_identifiers(one, builder, f"{path}/identifiers")


def read_levels(main: Source, course: Source, builder: Builder) -> None:
    """The level of the European framework and one of another, as defined terms."""
    builder.would("/achievement/level", main.place("educationalLevel"))
    for one in [*main.each("educationalLevel"), *course.each("educationalLevel")]:
        if one.peek("inDefinedTermSet") == terms.EQF:
            _read_eqf(one, builder)
        else:
            _read_national(one, builder)


def _read_eqf(one: Source, builder: Builder) -> None:
    path, name, code = "/achievement/level/eqf", one.peek("name"), one.peek("termCode")
    digit = code or (name[-1:] if isinstance(name, str) else "")
    if digit in tuple("12345678") and not builder.has(path):
        builder.put(path, int(digit), one.place("termCode" if code else "name"))
        one.all()


def _read_national(one: Source, builder: Builder) -> None:
    path, frame, code = "/achievement/level", one.peek("inDefinedTermSet"), one.peek("termCode")
    stated = isinstance(frame, str) and isinstance(code, str) and frame and code
    if not stated or builder.has(f"{path}/framework"):
        return
    builder.put(f"{path}/framework", frame, one.place("inDefinedTermSet"))
    builder.put(f"{path}/code", code, one.place("termCode"))
    one.drop("@type", "inDefinedTermSet", "termCode")
    if one.peek("name") == code:
        one.drop("name")


def read_credits(course: Source, builder: Builder) -> None:
    """A number with a unit; a bare one means nothing."""
    path, one = "/achievement/credit", course.at("numberOfCredits")
    builder.would(path, course.place("numberOfCredits"))
    value, text = one.peek("value"), one.peek("unitText")
    if not _is_number(value) or not isinstance(text, str) or not 0 < len(text.strip()) <= 60:
        return
    units = {label.lower(): unit for unit, label in terms.UNITS.items()} | {"ects": "ects"}
    unit = units.get(text.strip().lower(), "other")
    one.drop("@type", "value", "unitText")
    builder.put(f"{path}/value", value, one.place("value"))
    builder.put(f"{path}/unit", unit, one.place("unitText"))
    if unit == "other":
        builder.put(f"{path}/unit_name", text.strip(), one.place("unitText"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_modes(course: Source, builder: Builder) -> None:
    """How one takes part, of the course's instances."""
    path = "/achievement/participation"
    builder.would(path, course.place("hasCourseInstance"))
    for one in course.each("hasCourseInstance"):
        value = one.peek("courseMode")
        entries = value if isinstance(value, list) else [value]
        for number, each in enumerate(entries):
            word = _MODES.get(each.strip().lower(), "") if isinstance(each, str) else ""
            if not word:
                continue
            at = one.place("courseMode") + (f"/{number}" if isinstance(value, list) else "")
            builder.add(path, word, at)
            one.drop("@type")
            if isinstance(value, list):
                one.take_item("courseMode", number)
            else:
                one.take("courseMode")


def read_quality(main: Source, builder: Builder) -> None:
    """Who recognises it: schema.org does not say in which way."""
    path = "/achievement/quality"
    builder.would(path, main.place("recognizedBy"))
    for one in main.each("recognizedBy")[:20]:
        name, identity = one.peek("name"), one.peek("@id")
        if not (isinstance(name, str) and name) and not isinstance(identity, str):
            continue
        at = f"{path}/{len(builder.value(path) or [])}"
        builder.put(f"{at}/type", "other", one.pointer)
        one.drop("@type")
        if isinstance(identity, str) and identity.startswith(_IDENTIFIER):
            builder.put(f"{at}/id", one.text("@id"), one.place("@id"))
        builder.put(f"{at}/name", one.text("name"), one.place("name"))
        builder.put(f"{at}/url", one.text("url"), one.place("url"))


def read_field(main: Source, builder: Builder) -> None:
    """What it is about; a code only of ISCED-F."""
    path, one = "/achievement/field", main.at("about")
    builder.would(path, main.place("about"))
    name, frame = one.text("name"), one.peek("inDefinedTermSet")
    if name:
        builder.put(f"{path}/name", name, one.place("name"))
    if isinstance(frame, str) and frame.startswith("ISCED"):
        builder.put(f"{path}/code", one.text("termCode"), one.place("termCode"))
        one.drop("inDefinedTermSet")
    if builder.has(path):
        one.drop("@type")


def read_programme(main: Source, builder: Builder, language: str) -> None:
    """The larger whole it is a part of."""
    path, one = "/achievement/programme", main.at("isPartOf")
    for tongue, text, place in said(one, "name", language):
        builder.put(f"{path}/name/{tongue}", text, place)
    page = one.text("url")
    if page:
        builder.put(f"{path}/url", page, one.place("url"))
    if builder.has(path):
        one.drop("@type")
