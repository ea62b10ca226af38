"""Reads schema.org JSON-LD: a credential, a course or programme, alone or in a graph.

Texts without a language are in the ``inLanguage`` of the credential. A number of credits without
a unit is no credit, and a duration of weeks or months is no workload; both are left over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from stackmark.errors import ReadError
from stackmark.exchange.building import Builder
from stackmark.exchange.elm.durations import read_hours, refusal
from stackmark.exchange.languages import UNKNOWN, said, tag
from stackmark.exchange.schemaorg import terms
from stackmark.exchange.schemaorg.read_parts import (
    read_credits,
    read_field,
    read_identifiers,
    read_levels,
    read_modes,
    read_organisations,
    read_programme,
    read_quality,
)
from stackmark.exchange.schemaorg.read_skills import read_outcomes
from stackmark.exchange.schemaorg.terms import types_of
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source

_NOWHERE: Final = "A record has no place for it."
_MAX_TAGS: Final = 30
_NOTHING: Final = Source({})


def recognises(tree: Mapping[str, Any]) -> bool:
    """schema.org's context, or its credential class, with a credential or course in it."""
    contexts = tree.get("@context")
    entries = contexts if isinstance(contexts, list) else [contexts]
    known = any(isinstance(one, str) and "schema.org" in one for one in entries)
    nodes = _nodes(Source(tree))
    if any(terms.CREDENTIAL in types_of(one.tree) for one in nodes):
        return True
    return known and any(set(terms.COURSES) & set(types_of(one.tree)) for one in nodes)


def _nodes(whole: Source) -> list[Source]:
    return whole.each("@graph") or [whole]


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, with the place of each value and what was left over.

    Raises ``ReadError`` ``read.descriptor`` when there is no credential or course in it.
    """
    del resources
    whole = Source(tree)
    whole.drop("@context")
    nodes = _nodes(whole)
    credential = _first(nodes, terms.CREDENTIAL)
    course = _first(nodes, *terms.COURSES)
    person = _first(nodes, "Person")
    if credential is None and course is None:
        raise ReadError("read.descriptor", "No credential or course of schema.org is in it.")
    builder = Builder()
    main = credential or course or _NOTHING
    language = _language(main, builder)
    _read_main(main, builder, language)
    _read_both(main, course or Source({}, main.pointer), builder, language)
    if credential is not None and person is not None:
        _read_award(credential, person, builder)
    elif credential is not None:
        _read_expiry(credential, builder)
    return builder.finish("schemaorg", whole, _NOWHERE)


def _first(nodes: list[Source], *kinds: str) -> Source | None:
    return next((one for one in nodes if set(kinds) & set(types_of(one.tree))), None)


def _language(main: Source, builder: Builder) -> str:
    """The language of the credential's text; a course says what it is taught in."""
    found = tag(main.peek("inLanguage")) if terms.CREDENTIAL in types_of(main.tree) else ""
    tagged = said(main, "name", UNKNOWN)
    main.leave("name")
    if found:
        main.take("inLanguage")
    spoken = found or (tagged[0][0] if tagged else UNKNOWN)
    builder.put("/achievement/language", spoken, main.place("inLanguage" if found else "name"))
    return spoken


def _read_main(main: Source, builder: Builder, language: str) -> None:
    main.drop("@type")
    identity = main.text("@id")
    if not identity.startswith("_:"):
        builder.put("/id", identity, main.place("@id"))
    _would(main, builder)
    _read_page(main, builder)
    for name, path in (("image", "/image"), ("version", "/version")):
        builder.put(path, main.text(name), main.place(name))
    for name, path in (("name", "title"), ("description", "description")):
        _put_texts(main, name, f"/achievement/{path}", builder, language)
    _read_category(main, builder)
    read_identifiers(main, builder, "/identifiers")
    _read_tags(main, builder)
    read_quality(main, builder)
    read_field(main, builder)
    read_programme(main, builder, language)


def _would(main: Source, builder: Builder) -> None:
    """Where values would stand for which schema.org has no property of the same meaning."""
    for path, name in (
        ("assessment", "assesses"),
        ("supervision", "assesses"),
        ("stackability", "isPartOf"),
        ("further", "description"),
    ):
        builder.would(f"/achievement/{path}", main.place(name))


def _put_texts(source: Source, name: str, path: str, builder: Builder, language: str) -> None:
    builder.would(path, source.place(name))
    for tongue, text, place in said(source, name, language):
        builder.put(f"{path}/{tongue}", text, place)


def _read_page(main: Source, builder: Builder) -> None:
    page = main.text("url")
    if page and not builder.has("/id"):
        builder.put("/id", page, main.place("url"))
    elif page and page != builder.value("/id"):
        builder.put("/achievement/criteria/url", page, main.place("url"))


def _read_category(main: Source, builder: Builder) -> None:
    """One of our words, else the word as it stands: as text or as a defined term."""
    builder.would("/achievement/kind", main.place("credentialCategory"))
    where = main if isinstance(main.peek("credentialCategory"), str) else None
    inner = main.at("credentialCategory")
    text = main.text("credentialCategory") if where else inner.text("name")
    place = main.place("credentialCategory") if where else inner.place("name")
    kinds = {label.lower(): kind for kind, label in terms.CATEGORIES.items()}
    if text.lower() in kinds:
        builder.put("/achievement/kind", kinds[text.lower()], place)
    elif text:
        builder.put("/type_stated", text, place)
    if text and not where:
        inner.drop("@type")


def _read_tags(main: Source, builder: Builder) -> None:
    value, place = main.peek("keywords"), main.place("keywords")
    if isinstance(value, str):
        main.take("keywords")
        for one in value.split(","):
            if one.strip() and builder.room("/achievement/tags", _MAX_TAGS):
                builder.add("/achievement/tags", one.strip(), place)
    for number, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, str) and builder.room("/achievement/tags", _MAX_TAGS):
            builder.add("/achievement/tags", one.strip(), f"{place}/{number}")
            main.take_item("keywords", number)


def _read_both(main: Source, course: Source, builder: Builder, language: str) -> None:
    read_outcomes(main, course, builder, language)
    read_levels(main, course, builder)
    read_organisations(main, course, builder)
    code = course.text("courseCode")
    builder.put("/achievement/code", code, course.place("courseCode"))
    path = "/achievement/prerequisites"
    name = "coursePrerequisites" if "coursePrerequisites" in course else "programPrerequisites"
    _put_texts(course, name, path, builder, language)
    _read_time(course, builder)
    read_credits(course, builder)
    read_modes(course, builder)
    _read_instruction(course, builder)
    _drop_course(main, course)


def _read_time(course: Source, builder: Builder) -> None:
    path, place = "/achievement/workload", course.place("timeRequired")
    builder.would(path, place)
    text = course.peek("timeRequired")
    if not isinstance(text, str):
        return
    hours = read_hours(text)
    if hours is None:
        builder.refuse(place, course.take("timeRequired"), refusal(text))
        return
    course.take("timeRequired")
    value = int(hours) if hours == hours.to_integral_value() else float(hours)
    builder.put(f"{path}/low", value, place)
    builder.put(f"{path}/high", value, place)


def _read_instruction(course: Source, builder: Builder) -> None:
    path, name = "/achievement/instruction", "inLanguage"
    builder.would(path, course.place(name))
    value = course.peek(name)
    if isinstance(value, str):
        builder.add(path, tag(value) or value, course.place(name))
        course.take(name)
    for number, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, str):
            builder.add(path, tag(one) or one, f"{course.place(name)}/{number}")
            course.take_item(name, number)


def _drop_course(main: Source, course: Source) -> None:
    """A course that is named like the credential it leads to says nothing more by its name."""
    if course.pointer == main.pointer:
        return
    course.drop("@type")
    for name in ("name", "description", "url"):
        if course.peek(name) == main.peek(name):
            course.take(name)
    awarded = course.at("educationalCredentialAwarded")
    if awarded.peek("@id") == main.peek("@id"):
        awarded.take("@id")


def _read_expiry(credential: Source, builder: Builder) -> None:
    path = "/achievement/validity"
    builder.would(path, credential.place("validFor"))
    months = _months(credential.peek("validFor"))
    if months:
        credential.take("validFor")
        builder.put(f"{path}/kind", "months", credential.place("validFor"))
        builder.put(f"{path}/months", months, credential.place("validFor"))
    elif _is_day(credential.peek("expires")):
        place = credential.place("expires")
        builder.put(f"{path}/kind", "fixed", place)
        builder.put(f"{path}/until", str(credential.take("expires"))[:10], place)


def _is_day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _months(value: Any) -> int:
    found = re.fullmatch(
        r"P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?", value if isinstance(value, str) else ""
    )
    months = 12 * int(found[1] or 0) + int(found[2] or 0) if found else 0
    return months if months <= 600 else 0


def _read_award(credential: Source, person: Source, builder: Builder) -> None:
    """A person in the graph who holds the credential: then its dates are those of the award."""
    held = person.at("hasCredential")
    if held.peek("@id") != credential.peek("@id") or "@id" not in held:
        return
    held.take("@id")
    person.drop("@type")
    for name, field in (
        ("@id", "id"),
        ("name", "name"),
        ("givenName", "given_name"),
        ("familyName", "family_name"),
    ):
        builder.put(f"/award/learner/{field}", person.text(name), person.place(name))
    for name, field in (("dateCreated", "issued"), ("expires", "valid_until")):
        builder.put(f"/award/{field}", credential.text(name), credential.place(name))
    months = _months(credential.peek("validFor"))
    if months:
        _read_expiry(credential, builder)
