"""Reads how learning is assessed: LearningAssessmentSpecification into the record's assessment."""

from __future__ import annotations

from typing import Final

from stackmark.exchange.elm import concepts
from stackmark.exchange.elm.taking import Reading, note_value, number, own_notes, same_texts
from stackmark.exchange.source import Source

_PATH: Final = "/achievement/assessment"
_NUMBERS: Final = ("maximum", "required", "attempts")


def read_assessments(reading: Reading, source: Source) -> None:
    """The assessment specifications of an achievement's specification, one a method."""
    reading.builder.would(_PATH, source.place("provenBy"))
    reading.builder.would(f"{_PATH}/methods", source.place("provenBy"))
    read_specifications(reading, source.each("provenBy"))


def read_specifications(reading: Reading, found: list[Source]) -> None:
    """Methods of all; the texts and the grading of those that have some."""
    count = 0
    for one in found:
        _read_facts(reading, one)
        count += _read_method(reading, one, count)


def _read_method(reading: Reading, one: Source, count: int) -> int:
    """Whether the type of the assessment is a method that the record knows."""
    kind = one.at("dcType")
    word = concepts.METHODS.word(kind)
    if not word:
        if not same_texts(one, "title", {"en": "Assessment"}) and not _says(reading):
            reading.put_texts(f"{_PATH}/description", one, "title")
        return 0
    reading.builder.put(f"{_PATH}/methods/{count}", word, kind.pointer)
    same_texts(one, "title", {"en": concepts.METHODS.labels[word]})
    return 1


def _says(reading: Reading) -> bool:
    return reading.builder.has(f"{_PATH}/description")


def _read_facts(reading: Reading, one: Source) -> None:
    builder, notes = reading.builder, own_notes(one)
    if not _says(reading):
        reading.put_texts(f"{_PATH}/description", one, "description")
    grading = one.at("gradingScheme")
    if grading and not builder.has(f"{_PATH}/pass_rule"):
        same_texts(grading, "title", {"en": "Grading"})
        reading.put_texts(f"{_PATH}/pass_rule", grading, "description")
    reading.put(f"{_PATH}/scale", *note_value(notes, "scale"))
    for name in _NUMBERS:
        value, place = note_value(notes, name)
        reading.put(f"{_PATH}/{name}", number(value), place)
