"""Reads the claims of an EUDI learning credential, signed or not.

Of an SD-JWT the recreated claims are read: what is withheld is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.eudi import terms
from stackmark.exchange.languages import UNKNOWN, tag
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source
from stackmark.reading.received import EUDI_VCT

_NOWHERE: Final = "A record has no place for it."
_MACHINERY: Final = ("vct", "vct#integrity", "iat", "cnf", "status", "_sd_alg")
_PLAIN: Final = {
    "jti": "/award/id",
    "sub": "/award/learner/id",
    "family_name": "/award/learner/family_name",
    "given_name": "/award/learner/given_name",
    "iss": "/issuer/id",
    "issuing_authority": "/issuer/name",
    "issuing_country": "/issuer/country",
    "assessment_grade": "/award/results/0/value",
}
# Elements of the EU list that stand nowhere else: where they would be.
_WOULD: Final = {
    "achievement_title": ("/achievement/title",),
    "achievement_description": ("/achievement/description",),
    "learning_outcomes": ("/achievement/outcomes",),
    "expected_study_time": ("/achievement/workload", "/achievement/credit"),
    "level_of_learning_experience": ("/achievement/level",),
    "types_of_quality_assurance": ("/achievement/quality",),
    "prerequisites_to_enroll": ("/achievement/prerequisites",),
    "integration_stackability_options": ("/achievement/stackability",),
    "assessment_grade": ("/award/results",),
    "learner_identification": ("/award/learner",),
    "issuing_authority": ("/issuer",),
}
MAX_OUTCOMES: Final = 60


def recognises(tree: Mapping[str, Any]) -> bool:
    """Claims of this type."""
    return tree.get("vct") == EUDI_VCT


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, its places and its loss; raises ``ReadError`` ``read.descriptor``."""
    del resources
    builder, source = Builder(), Source(tree)
    source.drop(*_MACHINERY)
    for name, paths in _WOULD.items():
        for path in paths:
            builder.would(path, source.place(name))
    for path in ("/achievement/assessment", "/achievement/participation"):
        builder.would(path, "")  # the claims have no place for them
    for name, path in _PLAIN.items():
        builder.put(path, source.text(name), source.place(name))
    _read_times(source, builder)
    _read_identification(source, builder)
    _read_texts(source, builder, _language(source, builder))
    _read_facts(source, builder)
    return builder.finish("eudi", source, _NOWHERE)


def _language(source: Source, builder: Builder) -> str:
    found = tag(source.peek(terms.LANGUAGE))
    if found:
        source.drop(terms.LANGUAGE)
    builder.put("/achievement/language", found or UNKNOWN, source.place(terms.LANGUAGE))
    return found or UNKNOWN


def _read_times(source: Source, builder: Builder) -> None:
    """Days; where an exact instant of the same day is there, that one."""
    builder.would("/award/issued", source.place("date_of_issuance"))
    issued = terms.day_of(source.peek("date_of_issuance"))
    if issued is not None:
        place = source.place("date_of_issuance")
        builder.put("/award/issued", terms.stamp(terms.midnight(issued)), place)
        source.drop("date_of_issuance")
    start = terms.moment_of(source.peek("nbf"))
    if start is not None:
        source.drop("nbf")
        if issued is None or start != terms.midnight(issued):
            builder.put("/award/valid_from", terms.stamp(start), source.place("nbf"))
    _read_end(source, builder)


def _read_end(source: Source, builder: Builder) -> None:
    exact, day = terms.moment_of(source.peek("exp")), terms.day_of(source.peek("date_of_expiry"))
    if day is not None:
        last = terms.midnight(day) + timedelta(days=1, seconds=-1)
        if exact is not None and exact.date() == day:
            last = exact
            source.drop("exp")
        builder.put("/award/valid_until", terms.stamp(last), source.place("date_of_expiry"))
        source.drop("date_of_expiry")
    elif exact is not None:
        builder.put("/award/valid_until", terms.stamp(exact), source.place("exp"))
        source.drop("exp")


def _read_identification(source: Source, builder: Builder) -> None:
    """The learner's number; it is no second one where it only repeats the learner's id."""
    found = source.text("learner_identification")
    if not found or found == source.peek("sub"):
        return
    at, place = "/award/learner/identifiers/0", source.place("learner_identification")
    builder.put(f"{at}/scheme", terms.LEARNER_SCHEME, place)
    builder.put(f"{at}/value", found, place)


def _read_texts(source: Source, builder: Builder, language: str) -> None:
    for name, field in (("achievement_title", "title"), ("achievement_description", "description")):
        place = source.place(name)
        builder.put(f"/achievement/{field}/{language}", source.text(name), place)
    for number, (text, place) in enumerate(_each(source, "learning_outcomes")[:MAX_OUTCOMES]):
        builder.put(f"/achievement/outcomes/{number}/statement/{language}", text, place)
        _take(source, "learning_outcomes", place)
    wanted = _each(source, "prerequisites_to_enroll")
    if wanted:
        text = "\n".join(text for text, _ in wanted)
        builder.put(f"/achievement/prerequisites/{language}", text, wanted[0][1])
        source.take("prerequisites_to_enroll")


def _each(source: Source, name: str) -> list[tuple[str, str]]:
    """The texts of a list, or one alone, each with its place."""
    found = source.peek(name)
    if isinstance(found, str):
        return [(found.strip(), source.place(name))] if found.strip() else []
    listed = found if isinstance(found, list) else []
    return [
        (one.strip(), f"{source.place(name)}/{number}")
        for number, one in enumerate(listed)
        if isinstance(one, str) and one.strip()
    ]


def _take(source: Source, name: str, place: str) -> None:
    number = place.removeprefix(f"{source.place(name)}/")
    if number.isdigit():
        source.take_item(name, int(number))
    else:
        source.take(name)


def _read_facts(source: Source, builder: Builder) -> None:
    for text, place in _each(source, "language_of_classes"):
        if tag(text):
            builder.add("/achievement/instruction", tag(text), place)
            _take(source, "language_of_classes", place)
    level = source.peek("level_of_learning_experience")
    if level.__class__ is int and 1 <= level <= 8:
        place = source.place("level_of_learning_experience")
        builder.put("/achievement/level/eqf", source.take("level_of_learning_experience"), place)
    hours = terms.read_study_time(source.peek("expected_study_time"))
    if hours:
        place = source.place("expected_study_time")
        builder.put("/achievement/workload/low", hours["low"], place)
        builder.put("/achievement/workload/high", hours["high"], place)
        source.take("expected_study_time")
    _read_quality(source, builder)


def _read_quality(source: Source, builder: Builder) -> None:
    """Types in our words get their code; in other words they are kept as the name of one."""
    for number, (text, place) in enumerate(_each(source, "types_of_quality_assurance")[:20]):
        code = terms.quality_code(text)
        builder.put(f"/achievement/quality/{number}/type", code or "other", place)
        if not code:
            builder.put(f"/achievement/quality/{number}/name", text, place)
        _take(source, "types_of_quality_assurance", place)
