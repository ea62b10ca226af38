"""Reads back what ``words`` says in the criteria: the facts of a credential signed without others.

The sections stand at the end of the criteria's text. A row is read only where it can mean one
thing; any other is named in the loss report. Where a facts document or extension members give
the facts, the words are not needed and only taken off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.languages import said
from stackmark.exchange.ob3.plan_words import COMPONENT
from stackmark.exchange.source import Source
from stackmark.model import achievement_words

_LINES: Final = r"- [^\n]*(?:\n- [^\n]*)*"
_SECTIONS: Final = re.compile(
    rf"(?:(?:\A|\n\n)\*\*Learning outcomes\*\*\n\n(?P<outcomes>{_LINES}))?"
    rf"(?:(?:\A|\n\n)\*\*Facts\*\*\n\n(?P<facts>{_LINES}))?\Z"
)
_SKILLS: Final = re.compile(r"(?:(.*) )?\(skills: (.*)\)\Z")
_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_HOURS: Final = re.compile(rf"{_NUMBER}(?: to {_NUMBER})? hours\Z")
_CREDIT: Final = re.compile(rf"{_NUMBER} (.+?)(?: \(assigned by (.+)\))?\Z")
_GRADING: Final = re.compile(rf"(.+?)(?:, at most {_NUMBER})?(?:, {_NUMBER} to pass)?\Z")
_MONTHS: Final = re.compile(r"(\d+) months? from the day of issue\Z")
_UNTIL: Final = re.compile(r"until (\d{4}-\d\d-\d\d)\Z")
_EQF: Final = re.compile(r"EQF level ([1-8])\Z")
_UNREAD: Final = "stands in the words of the criteria only, in a form that is not read back."

Values = dict[str, Any]  # path below /achievement → value


@dataclass(slots=True)
class Spoken:
    """What the words say: outcomes, and rows of label and value."""

    place: str = ""
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)


def take_narrative(criteria: Source, builder: Builder, language: str, *, read: bool) -> Spoken:
    """Put the criteria's own text and address; give what the words behind it say."""
    spoken = Spoken(criteria.place("narrative"))
    criteria.drop("type")
    builder.put("/achievement/criteria/url", criteria.text("id"), criteria.place("id"))
    builder.would("/achievement/criteria/narrative", spoken.place)
    for tongue, text, place in said(criteria, "narrative", language):
        own, sections = _split(text)
        builder.put(f"/achievement/criteria/narrative/{tongue}", own, place)
        if sections and read:
            spoken.place = place
            _read_sections(sections, tongue, spoken)
    return spoken


def _split(text: str) -> tuple[str, re.Match[str] | None]:
    found = _SECTIONS.search(text)
    if found is None or not found[0] or not _is_ours(found):
        return text, None
    return text[: found.start()].strip(), found


def _is_ours(found: re.Match[str]) -> bool:
    """Every row of facts has a label that ``words`` writes."""
    return all(label in _LABELS for label, _ in _rows(found))


def _rows(found: re.Match[str]) -> list[tuple[str, str]]:
    lines = (found["facts"] or "").split("\n") if found["facts"] else []
    pairs = (line.removeprefix("- ").partition(": ") for line in lines)
    return [(label, value) for label, _, value in pairs]


def _read_sections(found: re.Match[str], language: str, spoken: Spoken) -> None:
    spoken.rows += _rows(found)
    for line in (found["outcomes"] or "").split("\n") if found["outcomes"] else []:
        text = line.removeprefix("- ").strip()
        match = _SKILLS.match(text)
        statement, skills = (match[1], match[2].split("; ")) if match else (text, [])
        spoken.outcomes.append(
            {
                "statement": {language: statement} if statement else {},
                "skills": skills,
                "place": spoken.place,
            }
        )


def put_facts(spoken: Spoken, builder: Builder, language: str) -> None:
    """Put each row that can be read where nothing else says it; name the others."""
    for label, value in spoken.rows:
        found = _LABELS[label](value, language)
        if found is None:
            builder.refuse(spoken.place, f"{label}: {value}", f"It {_UNREAD}")
            continue
        for path, one in found.items():
            if not builder.has(f"/achievement/{path}"):
                builder.put(f"/achievement/{path}", one, spoken.place)


def _turned(labels: Mapping[str, str]) -> dict[str, str]:
    return {label: code for code, label in labels.items()}


def _one(path: str, labels: Mapping[str, str]) -> Callable[[str, str], Values | None]:
    codes = _turned(labels)
    return lambda value, _: {path: codes[value]} if value in codes else None


def _several(path: str, labels: Mapping[str, str]) -> Callable[[str, str], Values | None]:
    codes = _turned(labels)

    def read(value: str, language: str) -> Values | None:
        del language
        found = [codes.get(one) for one in value.split(", ")]
        return {path: found} if all(found) else None

    return read


def _text(path: str) -> Callable[[str, str], Values | None]:
    return lambda value, language: {f"{path}/{language}": value}


def _plain(path: str) -> Callable[[str, str], Values | None]:
    return lambda value, _: {path: value}


def _unread(value: str, language: str) -> Values | None:
    del value, language
    return None


def _level(value: str, language: str) -> Values | None:
    del language
    eqf = _EQF.match(value)
    if eqf:
        return {"level/eqf": int(eqf[1])}
    return {"level/not_levelled": True} if value == "not levelled" else None


def _workload(value: str, language: str) -> Values | None:
    del language
    found = _HOURS.match(value)
    if found is None:
        return None
    low = number(found[1])
    return {"workload/low": low, "workload/high": number(found[2]) if found[2] else low}


def _credit(value: str, language: str) -> Values | None:
    del language
    found = _CREDIT.match(value)
    if found is None or value.count("(assigned by ") > 1:
        return None
    units = {label: code for code, label in achievement_words.UNITS.items()}
    units |= {achievement_words.singular(label): code for label, code in units.items()}
    unit = units.get(found[2])
    says = {"credit/value": number(found[1]), "credit/unit": unit or "other"}
    named = {} if unit else {"credit/unit_name": found[2]}
    return says | named | ({"credit/assigned_by": found[3]} if found[3] else {})


def number(text: str) -> int | float:
    """A number as JSON has it."""
    return float(text) if "." in text else int(text)


def _grading(value: str, language: str) -> Values | None:
    del language
    found = _GRADING.match(value)
    scale = _turned(achievement_words.SCALES).get(found[1]) if found else None
    if found is None or scale is None:
        return None
    says: Values = {"assessment/scale": scale}
    bounds = (("maximum", found[2]), ("required", found[3]))
    return says | {f"assessment/{name}": number(one) for name, one in bounds if one}


def _attempts(value: str, language: str) -> Values | None:
    del language
    if value == "not limited":
        return {"assessment/attempts": 0}
    return {"assessment/attempts": int(value)} if value.isdecimal() else None


def _validity(value: str, language: str) -> Values | None:
    del language
    months, until = _MONTHS.match(value), _UNTIL.match(value)
    if months:
        return {"validity/kind": "months", "validity/months": int(months[1])}
    if until:
        return {"validity/kind": "fixed", "validity/until": until[1]}
    return {"validity/kind": "unlimited"} if value == "does not expire" else None


_LABELS: Final[dict[str, Callable[[str, str], Values | None]]] = {
    "Kind": _one("kind", achievement_words.KINDS),
    "Programme": _unread,
    "Level": _level,
    "Workload": _workload,
    "Credit": _credit,
    "Form of participation": _several("participation", achievement_words.PARTICIPATION),
    "Language of instruction": lambda value, _: {"instruction": value.split(", ")},
    "Assessment": _several("assessment/methods", achievement_words.METHODS),
    "How it is assessed": _text("assessment/description"),
    "Pass rule": _text("assessment/pass_rule"),
    "Grading": _grading,
    "Attempts allowed": _attempts,
    "Supervision and identity check": _one("supervision", achievement_words.SUPERVISION),
    COMPONENT: _unread,
    "Identity proofing": _one("plan/identity", achievement_words.IDENTITY_PROOFING),
    "Identity at the assessment": _one("plan/binding", achievement_words.IDENTITY_BINDING),
    "Supervision of the assessment": _one("plan/supervision", achievement_words.PROCTORING),
    "Authorship": _several("plan/authorship", achievement_words.AUTHORSHIP),
    "AI tools": _one("plan/ai", achievement_words.AI_POLICY),
    "Markers of each piece of work": lambda value, _: (
        {"plan/markers": int(value)} if value.isdecimal() else None
    ),
    "Independence of the assessment": _one("plan/independence", achievement_words.INDEPENDENCE),
    "Quality assurance": _unread,
    "Use of AI": _text("ai_policy"),
    "Prerequisites": _text("prerequisites"),
    "Counts towards": _text("stackability"),
    "Further information": _text("further"),
    **dict.fromkeys([role.capitalize() for role in achievement_words.ROLES.values()], _unread),
    "Validity": _validity,
    "Renewal": _text("validity/renewal"),
    "Author": _plain("author"),
    "Title in other languages": _unread,
}
