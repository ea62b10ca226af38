"""Reads ELM 3 documents: credentials of the EDC application profile, and specifications alone.

Terms are those of the JSON-LD context edc-ap, single or in lists, as the Commission's own issuer
and others write them. One learning achievement becomes the record; further claims are left over
and named. Nothing is verified here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.elm import codes, concepts
from stackmark.exchange.elm.durations import refusal
from stackmark.exchange.elm.read_assessment import read_specifications
from stackmark.exchange.elm.read_parties import (
    read_bodies,
    read_organisation,
    read_parties,
    read_person,
)
from stackmark.exchange.elm.read_specification import (
    read_accreditations,
    read_entitlement,
    read_specification,
    read_volume,
)
from stackmark.exchange.elm.taking import (
    Reading,
    drop_names,
    first,
    note_value,
    own_notes,
    put_identity,
    same_texts,
    scalar,
)
from stackmark.exchange.shapes import Imported, Loss
from stackmark.exchange.source import Source

_CONTEXT: Final = "http://data.europa.eu/snb/model/context/edc-ap"
_SPECIFICATIONS: Final = frozenset({"LearningAchievementSpecification", "Qualification"})
_CREDENTIAL: Final = "EuropeanDigitalCredential"
_NO_HOME: Final = "A record has no place for it."
_QUALITY: Final = "/achievement/quality"
_LONG: Final = 500  # characters of a value that the report shows


def recognises(tree: Mapping[str, Any]) -> bool:
    """By the type of a credential; a specification only with ELM's own context."""
    types = set(_types(tree))
    if _CREDENTIAL in types:
        return True
    contexts = tree.get("@context")
    entries = contexts if isinstance(contexts, list) else [contexts]
    return _CONTEXT in entries and bool(types & _SPECIFICATIONS)


def _types(tree: Mapping[str, Any]) -> list[str]:
    found = tree.get("type", tree.get("@type"))
    entries = found if isinstance(found, list) else [found]
    return [one for one in entries if isinstance(one, str)]


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record of a document, with the place of each value and what was left over."""
    del resources
    source = Source(tree)
    source.drop("@context", "type", "@type", "proof")
    builder = Builder()
    if _CREDENTIAL in _types(tree):
        _read_credential(builder, source)
    else:
        _read_design(builder, source)
    drop_names(source)
    found = builder.finish("elm", source, _reason(tree))
    return replace(found, loss=tuple(_shortened(one) for one in found.loss))


def _reading(builder: Builder, specification: Source, title: Source, told: Source) -> Reading:
    """The language: as a note of ours says, as ``told``, else the first of the title."""
    value, place = note_value(own_notes(specification), "language")
    tags = tuple(str(tag) for tag in title.at("title").tree)
    language = value or codes.choose_language(str(told.peek("id") or ""), tags)
    builder.put("/achievement/language", language, place or told.pointer)
    return Reading(builder, language)


def _read_design(builder: Builder, source: Source) -> None:
    title = source.at("title")
    reading = _reading(builder, source, source, Source({}, title.pointer))
    read_specification(reading, source)
    issuer = source.at("publisher")
    if issuer:
        read_organisation(reading, "/issuer", issuer)
    bodies = first(source, "awardingOpportunity").each("awardingBody")
    read_bodies(reading, bodies, issuer)


def _read_credential(builder: Builder, source: Source) -> None:
    display, person = source.at("displayParameter"), first(source, "credentialSubject")
    claim = _main_claim(person)
    specification = first(claim, "specifiedBy")
    title = specification if "title" in specification else claim
    told = first(display, "primaryLanguage")
    reading = _reading(builder, specification, title, told)
    _read_claim(reading, claim, specification)
    _read_display(display, title)
    issuer = first(source, "issuer")
    read_organisation(reading, "/issuer", issuer)
    _read_awarding(reading, first(claim, "awardedBy"), issuer, source)
    stated = len(specification.each("accreditation"))
    read_accreditations(reading, issuer, stated if reading.builder.has(_QUALITY) else 0)
    put_identity(reading, "/award/id", source)
    _read_dates(reading, source)
    read_person(reading, person)
    _read_evidence(reading, source)
    _read_boilerplate(source)


def _main_claim(person: Source) -> Source:
    """The first achievement of the claims; any first claim when none is one."""
    claims = person.each("hasClaim")
    achieved = [one for one in claims if "LearningAchievement" in _types(one.tree)]
    return next(iter([*achieved, *claims]), person.at("hasClaim"))


def _read_claim(reading: Reading, claim: Source, specification: Source) -> None:
    where = specification or Source({}, claim.place("specifiedBy"))
    read_specification(reading, where)
    if not reading.builder.has("/achievement/title"):
        reading.builder.put("/achievement/title", {}, claim.place("title"))
        reading.put_texts("/achievement/title", claim, "title")
    same_texts(claim, "title", where.peek("title"))
    if not reading.builder.has("/achievement/description"):
        reading.put_texts("/achievement/description", claim, "description")
    read_entitlement(reading, claim)
    _read_results(reading, claim)
    _read_activity(reading, claim)
    notes = own_notes(claim)
    if "narrative" in notes:
        reading.put_line("/award/narrative", notes["narrative"], "noteLiteral")
        notes["narrative"].take("subject")


def _read_results(reading: Reading, claim: Source) -> None:
    found = claim.each("provenBy")
    reading.builder.would("/award/results", claim.place("provenBy"))
    if not reading.builder.has("/achievement/assessment"):
        read_specifications(reading, [first(one, "specifiedBy") for one in found])
    _read_supervision(reading, claim, found)
    count = 0
    for one in found:
        count += _read_result(reading, f"/award/results/{count}", one, claim)
        same_process(one, claim)


def same_process(one: Source, claim: Source) -> None:
    """The awarding process of an assessment or activity that is the one of the achievement."""
    if one.peek("awardedBy") and one.peek("awardedBy") == claim.peek("awardedBy"):
        one.take("awardedBy")


def _read_supervision(reading: Reading, claim: Source, found: list[Source]) -> None:
    path = "/achievement/supervision"
    if reading.builder.has(path):
        return
    place = found[0].place("idVerification") if found else claim.place("provenBy")
    reading.builder.would(path, place)
    for one in found:
        modes = first(one, "specifiedBy").each("mode")
        words = frozenset(filter(None, (concepts.MODES.word(mode) for mode in modes)))
        word = concepts.read_supervision(first(one, "idVerification"), words)
        if not reading.builder.has(path):
            reading.put(path, word, one.place("idVerification"))


def _read_result(reading: Reading, path: str, one: Source, claim: Source) -> int:
    builder, notes = reading.builder, own_notes(one)
    if not _says_title(one, claim):
        reading.put_line(f"{path}/name", one, "title")
    else:
        reading.put(f"{path}/name", *note_value(notes, "name"))
    grade = first(one, "grade")
    if concepts.own_scheme(grade.at("subject")) == "no-grade":
        grade.all()
    else:
        reading.put_line(f"{path}/value", grade, "noteLiteral")
    status = first(one, "gradeStatus")
    reading.put(f"{path}/status", concepts.STATUS.word(status), status.pointer)
    for name in _RESULT_NOTES:
        reading.put(f"{path}/{name.replace('-', '_')}", *note_value(notes, name))
    part, place = note_value(notes, "part")
    if part == "total":
        reading.put(f"{path}/total", True, place)  # noqa: FBT003 - a value
    read_parties(reading, one.each("assessedBy"), "assessor")
    return int(builder.has(path))


_RESULT_NOTES: Final = (
    *("scale", "minimum", "maximum", "required", "level", "component", "criterion", "level-id"),
)


def _says_title(one: Source, claim: Source) -> bool:
    """Whether an assessment or activity is called as the achievement is: no name of its own."""
    return same_texts(one, "title", claim.peek("title"))


def _read_activity(reading: Reading, claim: Source) -> None:
    for one in claim.each("influencedBy"):
        _says_title(one, claim)
        same_process(one, claim)
        period = first(one, "temporal")
        for name, field in (("startDate", "started"), ("endDate", "ended")):
            if not reading.builder.has(f"/award/{field}"):
                reading.put(f"/award/{field}", *scalar(period, name))
        read_volume(reading, one, "workload")


def _read_awarding(reading: Reading, process: Source, issuer: Source, source: Source) -> None:
    place = process.place("awardingBody")
    reading.builder.would("/awarding_body", place)
    read_bodies(reading, process.each("awardingBody"), issuer)
    if process.peek("awardingDate") == source.peek("issued"):
        process.take("awardingDate")


def _read_dates(reading: Reading, source: Source) -> None:
    issued, place = scalar(source, "issued")
    if not issued:
        issued, place = scalar(source, "issuanceDate")
    reading.builder.put("/award/issued", issued, place)
    start, at = scalar(source, "validFrom")
    if start != issued:
        reading.put("/award/valid_from", start, at)
    end, at = scalar(source, "validUntil")
    if not end:
        end, at = scalar(source, "expirationDate")
    reading.builder.put("/award/valid_until", end, at)
    for name, value in (("issuanceDate", issued), ("expirationDate", end)):
        if source.peek(name) == value:
            source.take(name)


def _read_evidence(reading: Reading, source: Source) -> None:
    """Work of the learner; EDC's own types tell how a credential came to be issued instead."""
    count = 0
    for one in source.each("evidence"):
        kind = one.at("dcType")
        if str(kind.peek("id") or "").startswith(f"{concepts.SNB}evidence-type/"):
            continue
        path = f"/award/evidence/{count}"
        put_identity(reading, f"{path}/url", one)
        reading.put_line(f"{path}/name", one, "title")
        reading.put(f"{path}/narrative", *scalar(one, "evidenceStatement"))
        if concepts.notation(kind, "evidence") or concepts.own_scheme(kind) != "evidence":
            reading.put_line(f"{path}/genre", kind, "prefLabel")
        if concepts.own_scheme(kind):
            kind.all()
        count += int(reading.builder.has(path))


def _read_display(display: Source, title: Source) -> None:
    """What is shown says nothing new, but for a title of its own and the pictures of its pages."""
    same_texts(display, "title", title.peek("title"))
    shown = display.each("individualDisplay")
    for one in (display, *shown):
        for concept in (*one.each("primaryLanguage"), *one.each("language")):
            concepts.read_language(concept)
    for detail in (detail for one in shown for detail in one.each("displayDetail")):
        detail.drop("page")
        first(detail, "image").drop("contentType", "contentEncoding")


def _read_boilerplate(source: Source) -> None:
    """Which rules the document follows is not about the achievement."""
    for one in source.each("credentialProfiles"):
        if str(one.peek("id") or "").endswith(f"/{concepts.GENERIC_PROFILE}"):
            one.all()
    for one in source.each("credentialSchema"):
        one.all()


def _reason(tree: Mapping[str, Any]) -> Any:
    """Why a value was left over, by its place."""

    def say(place: str) -> str:
        name = place.rpartition("/")[2]
        odd = next((part for part in place.split("/") if not part.isascii()), "")
        if odd:
            return f"{odd!r} is no term of ELM: it has a letter that only looks like another."
        if name in ("workload", "volumeOfLearning"):
            return refusal(str(_value(tree, place)))
        return _NO_HOME

    return say


def _value(tree: Any, place: str) -> Any:
    for part in place.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        tree = tree[int(name)] if isinstance(tree, list) else tree[name]
    return tree


def _shortened(loss: Loss) -> Loss:
    """A picture in a document is a long text: its size tells enough."""
    if isinstance(loss.value, str) and len(loss.value) > _LONG:
        size = f"{loss.value[:20]}… ({len(loss.value):,} characters)"
        return replace(loss, value=size)
    return loss
