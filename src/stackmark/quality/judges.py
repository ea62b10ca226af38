"""The tests of the vocabulary on what any field says; ``JUDGES`` has them all by name.

Each takes the case and the row and answers met, silent, wrong or open; what silence means depends
on the document and is decided in ``check``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from stackmark.quality import judges_facts as facts
from stackmark.quality import judges_people as people
from stackmark.quality.answers import Answer, met, silent, unsure, wrong
from stackmark.quality.case import Case
from stackmark.quality.classes import derive
from stackmark.quality.profile import Row
from stackmark.quality.titles import banned, held

_SHOWN: Final = 80  # characters of a value in a message


def present(case: Case, row: Row) -> Answer:
    """Every place says something."""
    absent = [one for one in row.where if not case.values(one)]
    if absent:
        return silent(_not_said(row, absent), absent[0])
    return met(_said(case, row.where[0]))


def one_of(case: Case, row: Row) -> Answer:
    """Any of the places says something."""
    for one in row.where:
        if case.values(one):
            return met(_said(case, one), one)
    return silent(f"{row.element}: nothing is stated.")


def at_least(case: Case, row: Row) -> Answer:
    """A list with so many entries."""
    found = _entries(case, row.where[0])
    wanted = int(row.parameters["count"])
    if not found:
        return silent(f"{row.element}: nothing is stated.")
    if len(found) < wanted:
        return wrong(f"{row.element}: {len(found)} stated, {wanted} or more are asked for.")
    return met(f"{len(found)} stated.")


def choice(case: Case, row: Row) -> Answer:
    """Words that are allowed, and none that is refused."""
    allowed, refused = row.parameters.get("allowed"), row.parameters.get("refused", ())
    found = _entries(case, row.where[0])
    if not found:
        return silent(f"{row.element}: nothing is stated.")
    for pointer, value in found:
        if value in refused or (allowed is not None and value not in allowed):
            told = f"; allowed are {', '.join(allowed)}" if allowed else ""
            return wrong(f"{row.element}: “{_short(value)}” does not fit{told}.", pointer)
    return met(", ".join(_short(value) for _, value in found))


def language_tagged(case: Case, row: Row) -> Answer:
    """A text with its language."""
    texts = dict(case.values(row.where[0])).get(row.where[0])
    if not isinstance(texts, Mapping) or not texts:
        return silent(f"{row.element}: there is none.")
    known = [tag for tag in texts if tag.partition("-")[0] not in ("und", "zxx", "mul")]
    if not known:
        return unsure(f"{row.element}: it does not say which language it is in.")
    return met(f"“{_short(texts[known[0]])}” ({', '.join(known)})")


def not_in_title(case: Case, row: Row) -> Answer:
    """No forbidden word in any language's title."""
    title = case.record.achievement.title
    if not title:
        return silent("There is no title.")
    words = row.parameters.get("words", ())
    place = row.parameters.get("jurisdiction", "")
    if place in banned():
        words = (*words, *banned()[place].words)
    for tag, text in title.items():
        if bad := held(text, words):
            told = ", ".join(f"“{one}”" for one in bad)
            return wrong(f"The title holds {told}.", f"/achievement/title/{tag}")
    return met("The title holds none of the words that are kept out of it.")


def class_is(case: Case, row: Row) -> Answer:
    """The class that the facts make of it."""
    derived = derive(case.record)
    because = " ".join(derived.because)
    if derived.value == "unknown":
        return silent(f"The class cannot be told. {because}")
    path = next((one for one in (*row.where, "/award/results") if case.values(one)), "/achievement")
    if derived.value not in row.parameters["allowed"]:
        return wrong(f"By its facts it is: {derived.words}. {because}", path)
    return met(f"By its facts it is: {derived.words}.", path)


def ask(case: Case, row: Row) -> Answer:
    """Never answered by a document."""
    del case
    return unsure(f"{row.element}: no document shows this; ask for it.")


Judge = Callable[[Case, Row], Answer]

JUDGES: Final[Mapping[str, Judge]] = {
    "present": present,
    "one-of": one_of,
    "at-least": at_least,
    "choice": choice,
    "language-tagged": language_tagged,
    "country": people.country,
    "date": people.date,
    "learner": people.learner,
    "organisation": people.organisation,
    "identifier": people.identifier,
    "outcomes": facts.outcomes,
    "aligned": facts.aligned,
    "linked": facts.linked,
    "level": facts.level,
    "workload": facts.workload,
    "size": facts.size,
    "assessed": facts.assessed,
    "supervised": facts.supervised,
    "identified": facts.identified,
    "independent": people.independent,
    "grade": people.grade,
    "quality-assured": people.quality_assured,
    "review": people.review,
    "ends": facts.ends,
    "not-in-title": not_in_title,
    "class-is": class_is,
    "ask": ask,
}


def _entries(case: Case, path: str) -> list[tuple[str, Any]]:
    """The values at a place, the entries of a list one by one."""
    found: list[tuple[str, Any]] = []
    for pointer, value in case.values(path):
        if isinstance(value, list):
            found += [(f"{pointer}/{number}", one) for number, one in enumerate(value)]
        else:
            found.append((pointer, value))
    return found


def _said(case: Case, path: str) -> str:
    _, value = case.values(path)[0]
    if isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values()):
        value = next(iter(value.values()))
    if isinstance(value, list):
        words = [one for one in value if isinstance(one, str)]
        return ", ".join(map(_short, words)) if words else f"{len(value)} stated"
    return "stated" if isinstance(value, Mapping) else _short(value)


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _not_said(row: Row, absent: list[str]) -> str:
    if len(row.where) == 1:
        return f"{row.element}: nothing is stated."
    names = ", ".join(one.rpartition("/")[2].replace("_", " ") for one in absent)
    return f"{row.element}: not stated: {names}."
