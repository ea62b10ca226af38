"""Warnings on how outcomes are written and assessed, on size, and on the title.

A warning never decides. The words are judged in English only; other languages are passed over.
Good outcomes begin with one verb that can be seen (A4 of the design notes; Bloom's taxonomy as
revised by Anderson and Krathwohl 2001 gives most of the verbs in ``data/verbs-en.txt``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from stackmark.model.achievement_words import SUPERVISION
from stackmark.model.assessment_plan import supervision_of
from stackmark.model.record import Record
from stackmark.quality import sizes
from stackmark.quality.advice import Advice, cut
from stackmark.quality.coverage import Coverage
from stackmark.quality.plan_lints import plan_lint
from stackmark.quality.titles import banned, held

MAX_LISTED: Final = 3  # outcomes named in one sentence


def lint(record: Record, coverage: Coverage, *, own: bool) -> Iterator[Advice]:
    """Every warning; pointers lead into the record's JSON.

    Most formats cannot say which assessment shows which outcome: where a document that is not in
    our ``own`` form says it of none, nothing is said of it here either.
    """
    for number, one in enumerate(record.achievement.outcomes):
        for tag, text in one.statement.items():
            if tag.partition("-")[0] == "en":
                place = f"/achievement/outcomes/{number}/statement/{tag}"
                yield from _words(text, place)
    if own or len(coverage.uncovered) < len(coverage.lines):
        yield from _coverage(coverage)
    yield from plan_lint(record.achievement)
    yield from _size(record)
    yield from _title(record)
    yield from _supervision(record)


@cache
def _verbs() -> dict[str, frozenset[str]]:
    """The verbs by list: ``seen``, ``weak``, and ``noun`` for those that are nouns, too."""
    text = files("stackmark.quality").joinpath("data", "verbs-en.txt").read_text("utf-8")
    lists: dict[str, set[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            lists.setdefault(name, set()).update(line.split())
    return {key: frozenset(words) for key, words in lists.items()}


_WORD: Final = re.compile(r"[A-Za-z][A-Za-z’'-]*|[,;.]")
_LEAD: Final = re.compile(
    r"(?i)^\s*(?:(?:upon|on|after) [^,]*,\s*)?(?:(?:the |a )?(?:learner|student|participant|holder|"
    r"earner|graduate|candidate)s?|you|they|they can)?\s*"
    r"(?:(?:will|should|can|could|is|are|be|able|to)\s+)*"
)
_INSIDE: Final = ("aware", "awareness", "familiar", "knowledgeable", "knowledge", "understanding")
_MODALS: Final = ("be", "able", "can", "will", ",")
_CONTEXT: Final = ("a", "an", "the", "their", "its", "your", "what", "how", "why", "which", "to")


def _words(text: str, place: str) -> Iterator[Advice]:
    words = [one.lower() for one in _WORD.findall(_LEAD.sub("", text, count=1))]
    while words and words[0].endswith("ly") and len(words) > 1:
        words = words[1:]
    verb = _verb(words[0]) if words else ""
    if _weak(words):
        yield Advice(
            "outcome.weak-verb",
            place,
            f"“{cut(text)}” says what goes on inside a person, which nobody can see.",
            "Say what a holder does that shows it: explains, compares, applies, builds.",
        )
    elif not verb:
        yield Advice(
            "outcome.no-verb",
            place,
            f"“{cut(text)}” does not begin with a verb for something that can be seen.",
            "Begin with what a holder can do: Explain …, Plan …, Repair ….",
        )
    second = _second(words) if verb else ""
    if second:
        yield Advice(
            "outcome.two-verbs",
            place,
            f"“{cut(text)}” joins two things, {verb} and {second}: who can do one only, fails it.",
            "Make an outcome of each, or keep the one that counts.",
        )


def _weak(words: list[str]) -> bool:
    """Understands, knows; is aware of; shows an understanding of."""
    if not words:
        return False
    if words[0] in ("have", "become", *_INSIDE) or any(
        form in _verbs()["weak"] for form in _forms(words[0])
    ):
        return True
    return words[0] in ("demonstrate", "show") and bool(set(words[1:3]) & set(_INSIDE))


def _verb(word: str) -> str:
    return next((form for form in _forms(word) if form in _verbs()["seen"]), "")


def _forms(word: str) -> Iterator[str]:
    """A word and what it may be a form of: plans, applies, watches, planning."""
    yield word
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("ing"):
        yield from (word[:-3], f"{word[:-3]}e", word[:-4])


def _second(words: list[str]) -> str:
    """The verb after an "and" that begins a second thing; "to" of "able to" is passed over."""
    told = [word for word in words if word not in _MODALS]
    for place, word in enumerate(told[:-1]):
        if word != "and":
            continue
        rest = told[place + 2 :] if told[place + 1] == "to" else told[place + 1 :]
        verb = _verb(rest[0]) if rest else ""
        after = rest[1] if len(rest) > 1 else ""
        # "plan and design a study"; "sampling and design principles" is no second verb.
        doubtful = verb in _verbs()["noun"] and place != 1 and after not in _CONTEXT
        if verb and not doubtful:
            return verb
    return ""


def _coverage(coverage: Coverage) -> Iterator[Advice]:
    open_ = coverage.uncovered
    if open_:
        names = "; ".join(f"“{cut(line.statement)}”" for line in open_[:MAX_LISTED])
        more = f"; and {len(open_) - MAX_LISTED} more" if len(open_) > MAX_LISTED else ""
        yield Advice(
            "outcome.not-assessed",
            f"{open_[0].path}/assessed_by",
            f"{len(open_)} of {len(coverage.lines)} outcomes name no assessment that shows them: "
            f"{names}{more}.",
            "Name for each outcome the kinds of assessment that show it (assessed_by).",
        )
    if coverage.unstated:
        yield Advice(
            "assessment.unstated",
            "/achievement/assessment/methods",
            f"An outcome is assessed by {', '.join(coverage.unstated)}, which the list of kinds of "
            "assessment does not have.",
            "Add it to the list, or take it off the outcome.",
        )


def _size(record: Record) -> Iterator[Advice]:
    country = record.issuer.country if record.issuer else ""
    told = sizes.disagreement(record.achievement, country)
    if told:
        yield Advice(
            "size.disagreement",
            "/achievement/credit",
            told,
            "Correct the credit or the hours; hours are all learning, not only teaching.",
        )


def _supervision(record: Record) -> Iterator[Advice]:
    """The EU's one word for supervision and identity against the plan's facts of integrity."""
    one = record.achievement
    fitting = supervision_of(one.plan) if one.plan else ""
    if not fitting or fitting == one.supervision:
        return
    if one.supervision:
        yield Advice(
            "supervision.contradicts",
            "/achievement/supervision",
            f"It is called {SUPERVISION[one.supervision]}, but by the plan of assessment it is "
            f"{SUPERVISION[fitting]}.",
            f"Choose {SUPERVISION[fitting]!r}, or correct the plan.",
        )


def _title(record: Record) -> Iterator[Advice]:
    """Words that the issuer's own country keeps out of titles."""
    rule = banned().get(record.issuer.country if record.issuer else "")
    for tag, title in record.achievement.title.items() if rule else ():
        for word in held(title, rule.words if rule else ()):
            assert rule is not None
            yield Advice(
                "title.banned",
                f"/achievement/title/{tag}",
                f"The title holds “{word}”, which is kept for qualifications in "
                f"{rule.jurisdiction} ({rule.reading} reading).",
                f"Choose another title. Source: {rule.source}.",
            )
