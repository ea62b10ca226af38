"""Extensions that SURF's edubadges put on Open Badges 2.0 classes.

Each is a member ``extensions:<Name>Extension`` with one value under ``<Name>``.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.languages import tag
from stackmark.exchange.source import Source

_PREFIX: Final = "extensions:"


def language_of(source: Source) -> tuple[str, str]:
    """The language of a class by its extension, and the place of that."""
    found = source.at(f"{_PREFIX}LanguageExtension")
    return tag(found.peek("Language")), found.place("Language")


def read_extensions(source: Source, builder: Builder, language: str) -> None:
    """Put credit, study load, level, outcome and programme numbers where nothing says them yet."""
    ects, at = _number(source, "ECTS")
    if ects:
        builder.put("/achievement/credit/value", ects, at)
        builder.put("/achievement/credit/unit", "ects", at)
    for name in ("StudyLoad", "TimeInvestment"):
        hours, at = _number(source, name)
        if hours and not builder.has("/achievement/workload"):
            builder.put("/achievement/workload/low", hours, at)
            builder.put("/achievement/workload/high", hours, at)
    level, at = _number(source, "EQF")
    if level and not builder.has("/achievement/level/eqf"):
        builder.put("/achievement/level/eqf", level, at)
    _read_outcome(source, builder, language)
    _read_programmes(source, builder)


def _opened(source: Source, name: str) -> Source:
    found = source.at(f"{_PREFIX}{name}Extension")
    if name in found:
        found.drop("type", "@context", "@type")
    return found


def _number(source: Source, name: str) -> tuple[Any, str]:
    found = _opened(source, name)
    value = found.peek(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None, ""
    return found.take(name), found.place(name)


def _read_outcome(source: Source, builder: Builder, language: str) -> None:
    found = _opened(source, "LearningOutcome")
    text = found.text("LearningOutcome")
    if text:
        number = len(builder.value("/achievement/outcomes") or [])
        path = f"/achievement/outcomes/{number}/statement/{language}"
        builder.put(path, text, found.place("LearningOutcome"))


def _read_programmes(source: Source, builder: Builder) -> None:
    name = "EducationProgramIdentifier"
    found = _opened(source, name)
    value = found.peek(name)
    values = value if isinstance(value, list) else [value]
    if values and all(isinstance(one, int | str) and not isinstance(one, bool) for one in values):
        for one in values:
            row = {"scheme": "educationProgramIdentifier", "value": str(one)}
            builder.add("/identifiers", row, found.place(name))
        found.take(name)
