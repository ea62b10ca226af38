"""Reads a LearningAchievementSpecification or Qualification into the achievement of a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from stackmark.exchange.elm import concepts
from stackmark.exchange.elm.concepts import NOT_STATED
from stackmark.exchange.elm.durations import read_hours
from stackmark.exchange.elm.making import CODE_SCHEME
from stackmark.exchange.elm.read_assessment import read_assessments
from stackmark.exchange.elm.read_parties import read_identifiers, read_party_notes
from stackmark.exchange.elm.taking import (
    Reading,
    first,
    line,
    note_value,
    number,
    own_notes,
    put_identity,
    same_texts,
    scalar,
    web_address,
)
from stackmark.exchange.source import Source

_NATIONAL: Final = re.compile(r"(\S.*?)\s+(?:[Ll]evel\s+)?(\S+)")
_TEXT_NOTES: Final = {
    "": "/achievement/further",
    "criteria": "/achievement/criteria/narrative",
    "ai-policy": "/achievement/ai_policy",
    "counts-towards": "/achievement/stackability",
    "renewal": "/achievement/validity/renewal",
}
_ECVET: Final = f"{concepts.SNB}education-credit/60b314e826"


def read_specification(reading: Reading, source: Source) -> None:
    """Everything about what can be earned."""
    notes = own_notes(source)
    put_identity(reading, "/id", source)
    reading.put_texts("/achievement/title", source, "title")
    reading.put_texts("/achievement/description", source, "description")
    _read_kind(reading, source)
    _read_numbers(reading, source)
    _read_tags(reading, source)
    _read_level(reading, source, notes)
    _read_size(reading, source, notes)
    _read_words(reading, source)
    reading.put_note("/achievement/prerequisites", source, "entryRequirement")
    _read_outcomes(reading, source)
    read_assessments(reading, source)
    read_accreditations(reading, source)
    _read_programme(reading, source)
    _read_criteria(reading, source)
    _read_notes(reading, source, notes)


def _read_kind(reading: Reading, source: Source) -> None:
    """The kind by our own word; any other type by its label."""
    for one in source.each("dcType"):
        word = concepts.KINDS.word(one)
        reading.put("/achievement/kind", word, one.pointer)
        if not (word or reading.builder.has("/type_stated")):
            reading.put_line("/type_stated", one, "prefLabel")
            one.take("inScheme")


def _read_numbers(reading: Reading, source: Source) -> None:
    others = source.each("identifier")
    code = [one for one in others if one.peek("schemeId") == CODE_SCHEME]
    if code:
        others.remove(code[0])
        reading.put("/achievement/code", *scalar(code[0], "notation"))
        code[0].all()
    read_identifiers(reading, "/identifiers", others)


def _read_tags(reading: Reading, source: Source) -> None:
    inner = source.at("category")
    tag = reading.language if reading.language in inner else next(iter(inner.tree), "")
    value = inner.peek(tag)
    words = value if isinstance(value, list) else [value] if value else []
    if all(isinstance(one, str) for one in words):
        reading.builder.put("/achievement/tags", list(words), inner.place(tag))
        inner.take(tag)


def _read_level(reading: Reading, source: Source, notes: Mapping[str, Source]) -> None:
    builder = reading.builder
    builder.would("/achievement/level", source.place("eqfLevel"))
    eqf = first(source, "eqfLevel")
    code = str(eqf.peek("id") or "").removeprefix(f"{concepts.SNB}eqf/")
    if code in set("12345678"):
        eqf.all()
        builder.put("/achievement/level/eqf", int(code), eqf.place("id"))
    _read_national(reading, first(source, "nqfLevel"))
    absent, place = note_value(notes, "level")
    if absent == "not-levelled":
        builder.put("/achievement/level/not_levelled", value=True, place=place)


def _read_national(reading: Reading, level: Source) -> None:
    """A framework and its code: apart, or in one label such as "RQF Level 6"."""
    framework, place = line(level.at("inScheme"), "prefLabel", reading.language)
    code, at = scalar(level, "notation")
    if not (framework and code):
        level.leave("notation")
        text, place = line(level, "prefLabel", reading.language)
        found = _NATIONAL.fullmatch(text)
        framework, code, at = (*found.groups(), place) if found else ("", "", place)
    if framework and code:
        level.all()
        reading.builder.put("/achievement/level/framework", framework, place)
        reading.builder.put("/achievement/level/code", code, at)


def _read_size(reading: Reading, source: Source, notes: Mapping[str, Source]) -> None:
    builder = reading.builder
    builder.would("/achievement/workload", source.place("volumeOfLearning"))
    builder.would("/achievement/credit", source.place("creditPoint"))
    low, _, high = note_value(notes, "workload")[0].partition("/")
    read_volume(reading, source, "volumeOfLearning")
    if builder.has("/achievement/workload") and low and high:
        at = notes["workload"].at("subject").place("notation")
        builder.put("/achievement/workload/low", number(low), at)
        builder.put("/achievement/workload/high", number(high), at)
    _read_credit(reading, first(source, "creditPoint"))


def read_volume(reading: Reading, source: Source, name: str) -> None:
    """A duration of hours as the workload, unless there is one; years and months stay."""
    text, place = scalar(source, name)
    hours = read_hours(text)
    if hours is None or reading.builder.has("/achievement/workload"):
        source.leave(name)
        return
    for end in ("low", "high"):
        reading.put(f"/achievement/workload/{end}", number(f"{hours:f}"), place)


def _read_credit(reading: Reading, source: Source) -> None:
    framework = source.at("framework")
    label = line(framework, "prefLabel", reading.language)
    unit = concepts.CREDITS.word(framework)
    name = label[0] if unit == "other" else ""
    if framework.peek("id") == _ECVET:
        unit, name = "other", "ECVET"
        framework.all()
    value, place = scalar(source, "point")
    if not (unit and value):
        source.leave("point")
        return
    reading.builder.put("/achievement/credit/value", number(value), place)
    reading.builder.put("/achievement/credit/unit", unit, framework.pointer)
    reading.put("/achievement/credit/unit_name", name, label[1])


def _read_words(reading: Reading, source: Source) -> None:
    builder = reading.builder
    builder.would("/achievement/participation", source.place("mode"))
    modes = [
        (word, one.pointer) for one in source.each("mode") if (word := concepts.MODES.word(one))
    ]
    tongues = [
        (t, one.pointer) for one in source.each("language") if (t := concepts.read_language(one))
    ]
    for name, found in (("participation", modes), ("instruction", tongues)):
        for place, (word, at) in enumerate(dict(found).items()):
            builder.put(f"/achievement/{name}/{place}", word, at)
    _read_field(reading, first(source, "thematicArea"))


def _read_field(reading: Reading, source: Source) -> None:
    base = f"{concepts.SNB}isced-f/"
    uri = str(source.peek("id") or "")
    if not uri.startswith(base):
        return
    reading.builder.put("/achievement/field/code", uri.removeprefix(base), source.place("id"))
    reading.put_line("/achievement/field/name", source, "prefLabel")
    source.all()


def _read_outcomes(reading: Reading, source: Source) -> None:
    reading.builder.would("/achievement/outcomes", source.place("learningOutcome"))
    for place, one in enumerate(source.each("learningOutcome")):
        path = f"/achievement/outcomes/{place}"
        reading.builder.put(path, {}, one.pointer)
        if not same_texts(one, "title", {"en": NOT_STATED}):
            reading.put_texts(f"{path}/statement", one, "title")
        for number_, skill in enumerate(_skills(one)):
            _read_skill(reading, f"{path}/skills/{number_}", skill)


def _skills(outcome: Source) -> list[Source]:
    """ESCO's first, then the others; all in the order of the others when those have them too."""
    public, related = outcome.each("relatedESCOSkill"), outcome.each("relatedSkill")
    seen = [one.tree for one in related]
    if all(one.tree in seen for one in public):
        for one in public:
            one.all()
        return related
    return [*public, *(one for one in related if one.tree not in [p.tree for p in public])]


def _read_skill(reading: Reading, path: str, source: Source) -> None:
    name, place = line(source, "prefLabel", reading.language)
    if not name:
        return
    scheme = source.at("inScheme")
    framework, at = line(scheme, "prefLabel", reading.language)
    if scheme.peek("id") == concepts.ESCO_SKILLS:
        scheme.take("id")
        framework, at = framework or "ESCO", at if framework else scheme.place("id")
    put_identity(reading, f"{path}/uri", source)
    code, code_place = scalar(source, "notation")
    for field, value, where in (
        ("name", name, place),
        ("framework", framework, at),
        ("code", code, code_place),
    ):
        reading.put(f"{path}/{field}", value, where)


def read_accreditations(reading: Reading, source: Source, start: int = 0) -> int:
    """Accreditations of a qualification or an organisation; how many there are then."""
    reading.builder.would("/achievement/quality", source.place("accreditation"))
    count = start
    for one in source.each("accreditation"):
        kind = one.at("dcType")
        label = kind.peek("prefLabel")
        word = concepts.ACCREDITATIONS.word(kind)
        if not word:
            continue
        path = f"/achievement/quality/{count}"
        reading.builder.put(f"{path}/type", word, kind.pointer)
        same_texts(one, "title", label)
        _read_accreditation(reading, path, one)
        count += 1
    return count


def _read_accreditation(reading: Reading, path: str, one: Source) -> None:
    agent = first(one, "accreditingAgent")
    if not same_texts(agent, "legalName", {"en": NOT_STATED}):
        reading.put_line(f"{path}/name", agent, "legalName")
    concepts.read_country(first(first(agent, "location"), "address").at("countryCode"))
    put_identity(reading, f"{path}/id", agent)
    reading.put(f"{path}/url", *web_address(one, "report"))
    for name, field in (("dateIssued", "date"), ("reviewDate", "review_due")):
        text, at = scalar(one, name)
        day = re.fullmatch(r"(\d{4}-\d\d-\d\d)(T.*)?", text)
        reading.put(f"{path}/{field}", day[1] if day else text, at)


def _read_programme(reading: Reading, source: Source) -> None:
    one = first(source, "isPartOf")
    if not one:
        return
    path = "/achievement/programme"
    reading.builder.would(path, one.pointer)
    if not same_texts(one, "title", {"en": NOT_STATED}):
        reading.put_texts(f"{path}/name", one, "title")
    reading.put(f"{path}/url", *web_address(one, "homepage"))
    text, at = note_value(own_notes(one), "position")
    position, _, parts = text.partition("/")
    for name, value in (("position", position), ("parts", parts)):
        reading.put(f"{path}/{name}", number(value), at)


def _read_criteria(reading: Reading, source: Source) -> None:
    for one in source.each("supplementaryDocument"):
        if same_texts(one, "title", {"en": "Criteria"}):
            reading.put("/achievement/criteria/url", *scalar(one, "contentURL"))
            return


def _read_notes(reading: Reading, source: Source, notes: Mapping[str, Source]) -> None:
    builder = reading.builder
    builder.would("/achievement/further", source.place("additionalNote"))
    for name, path in _TEXT_NOTES.items():
        if name in notes:
            reading.put_texts(path, notes[name], "noteLiteral")
            notes[name].take("subject")
    for name, path in (("version", "/version"), ("author", "/achievement/author")):
        reading.put(path, *note_value(notes, name))
    reading.put("/achievement/supervision", *note_value(notes, "supervision"))
    read_party_notes(reading, source)
    _read_entitlement(reading, source)
    _read_validity(reading, notes)


def _read_validity(reading: Reading, notes: Mapping[str, Source]) -> None:
    text, place = note_value(notes, "validity")
    kind, _, rest = text.partition(" ")
    reading.put("/achievement/validity/kind", kind, place)
    name = "months" if kind == "months" else "until"
    value = number(rest) if kind == "months" else rest
    reading.put(f"/achievement/validity/{name}", value, place)


def _read_entitlement(reading: Reading, source: Source) -> None:
    """What it entitles to, where nothing else is said of what it counts towards."""
    path = "/achievement/stackability"
    reading.builder.would(path, source.place("entitlesTo"))
    read_entitlement(reading, source)


def read_entitlement(reading: Reading, source: Source) -> None:
    """The title of the first entitlement of a specification or an achievement."""
    path = "/achievement/stackability"
    if not reading.builder.has(path):
        reading.put_texts(path, first(source, "entitlesTo"), "title")
