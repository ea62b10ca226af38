"""Terms of SURF's edubadges extension on an Achievement, and of the Assessment Extension 2.0.

Dutch universities and colleges use these beside the native members
(educredentials/obv3-examples, contexts/educredential.json). Only words whose meaning is one of
ours are taken; all others stay in the loss report.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.source import Source

_PARTICIPATION: Final = {
    "online": ("online",),
    "onsite": ("onsite",),
    "blended": ("blended",),
    "onsite or blended": ("onsite", "blended"),
    "work experience": ("work-based",),
}
_METHODS: Final = {
    "portfolio": "portfolio",
    "application of a skill": "practical",
    "recognition of prior learning": "prior-learning",
    "Performance": "practical",
}
_SUPERVISION: Final = {
    "unsupervised with no identity verification": ("unsupervised-no-id", False),
    "supervised with no identity verification": ("supervised-no-id", False),
    "supervised online": ("supervised-online-id", True),
    "supervised online with identity verification": ("supervised-online-id", True),
    "onsite with identity verification": ("supervised-onsite-id", True),
    "supervised onsite with identity verification": ("supervised-onsite-id", True),
}
_HOURS: Final = ("SBU", "timeInvestment")  # study load in hours


def read_terms(source: Source, builder: Builder, language: str) -> None:
    """Put what the extensions say; a native or earlier value is kept."""
    _read_participation(source, builder)
    _read_supervision(source, builder)
    _read_size(source, builder)
    _read_method(source, builder, language)
    for one in source.each("resultDescription"):
        _read_method(one, builder, language)
    number = source.peek("educationProgramIdentifier")
    if isinstance(number, int | str) and not isinstance(number, bool):
        place = source.place("educationProgramIdentifier")
        found = {"scheme": "educationProgramIdentifier", "value": str(number)}
        builder.add("/identifiers", found, place)
        source.drop("educationProgramIdentifier")


def _read_participation(source: Source, builder: Builder) -> None:
    found = _PARTICIPATION.get(str(source.peek("participationType")), ())
    for one in found:
        builder.add("/achievement/participation", one, source.place("participationType"))
    if found:
        source.drop("participationType")


def _read_supervision(source: Source, builder: Builder) -> None:
    """Both members must agree, where both stand."""
    word, identity = source.peek("supervisionType"), source.peek("identityChecked")
    found, implied = _SUPERVISION.get(str(word), ("", None))
    if word == "supervised online" and identity is not True:
        return
    if found and identity in (None, implied):
        builder.put("/achievement/supervision", found, source.place("supervisionType"))
        source.drop("supervisionType", "identityChecked")


def _read_size(source: Source, builder: Builder) -> None:
    _read_number(source, ("ECTS",), lambda n, p: _put_credit(builder, n, p))
    _read_number(source, _HOURS, lambda n, p: _put_hours(builder, n, p))


def _read_number(source: Source, names: tuple[str, ...], put: Callable[[Any, str], None]) -> None:
    for name in names:
        number = source.peek(name)
        if isinstance(number, int | float) and not isinstance(number, bool) and number > 0:
            put(number, source.place(name))
            source.drop(name)
            return


def _put_credit(builder: Builder, number: Any, place: str) -> None:
    builder.put("/achievement/credit/value", number, place)
    builder.put("/achievement/credit/unit", "ects", place)


def _put_hours(builder: Builder, number: Any, place: str) -> None:
    builder.put("/achievement/workload/low", number, place)
    builder.put("/achievement/workload/high", number, place)


def _read_method(source: Source, builder: Builder, language: str) -> None:
    """An inexact word ("Exam", "testing") is kept as what is said of the assessment."""
    word = source.peek("assessmentType")
    if not isinstance(word, str) or not word.strip():
        return
    place = source.place("assessmentType")
    if word in _METHODS:
        builder.add("/achievement/assessment/methods", _METHODS[word], place)
    elif builder.has("/achievement/assessment/description"):
        return
    else:
        builder.put(f"/achievement/assessment/description/{language}", word.strip(), place)
    source.drop("assessmentType")
