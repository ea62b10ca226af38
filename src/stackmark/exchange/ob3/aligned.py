"""Alignments both ways: levels of qualification frameworks, skills of competency frameworks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ob3.profiles import put_object
from stackmark.exchange.source import Source
from stackmark.model.achievement import MAX_OUTCOMES, Skill

_EQF_URL: Final = re.compile(r"https?://data\.europa\.eu/snb/eqf/([1-8])/?\Z")
_EQF_TYPES: Final = frozenset({"ext:EQFLevel", "ext:EQF", "ext:EqfLevel"})
_EQF_NAME: Final = re.compile(r"european qualifications? framework|\beqf\b", re.IGNORECASE)
_EQF_CODE: Final = re.compile(r"(?:EQF)?[ -]*(?:level)?[ -]*([1-8])\Z", re.IGNORECASE)
_NATIONAL: Final = re.compile(r"ext:.*(?:NQF|Qualification|Level)", re.IGNORECASE)
_SKILLS: Final = re.compile(
    r"ceasn:Competency\Z|CFItem\Z|ext:.*(?:skill|esco|competenc)", re.IGNORECASE
)
_MEMBERS: Final = {
    "name": "targetName",
    "uri": "targetUrl",
    "framework": "targetFramework",
    "code": "targetCode",
}


def read_alignments(
    source: Source, builder: Builder, language: str, outcomes: Sequence[dict[str, Any]] = ()
) -> None:
    """Levels go to the level; a competency becomes a skill of an outcome.

    ``outcomes`` are those read from words; a skill one of them names is put there, any other
    stands in an outcome of its own, whose statement is the alignment's own description.
    """
    aligned = source.each("alignment")
    others = [one for one in aligned if not _read_level(one, builder)]
    skills = [one for one in others if _is_skill(one)]
    builder.would("/achievement/level", source.place("alignment"))
    builder.would("/achievement/outcomes", source.place("alignment"))
    _put_outcomes(outcomes, skills, builder)
    for one in skills:
        if builder.room("/achievement/outcomes", MAX_OUTCOMES):
            _put_own(one, builder, language)


def _read_level(one: Source, builder: Builder) -> bool:
    return _read_eqf(one, builder) or _read_national(one, builder)


def _read_eqf(one: Source, builder: Builder) -> bool:
    level = _eqf_level(one)
    if not level or builder.has("/achievement/level/eqf"):
        return False
    place = next(filter(one.__contains__, ("targetCode", "targetUrl", "targetName")), "targetCode")
    builder.put("/achievement/level/eqf", int(level), one.place(place))
    one.drop("type", "targetType", "targetName", "targetCode", "targetUrl", "targetFramework")
    return True


def _eqf_level(one: Source) -> str:
    texts = {name: str(one.peek(name) or "") for name in (*_MEMBERS.values(), "targetType")}
    by_url = _EQF_URL.match(texts["targetUrl"])
    if by_url:
        return by_url[1]
    framework = _EQF_NAME.search(texts["targetFramework"])
    if texts["targetType"] not in _EQF_TYPES and not framework:
        return ""
    for name in ("targetCode", "targetName"):
        found = _EQF_CODE.search(texts[name].strip())
        if found:
            return found[1]
    return ""


def _read_national(one: Source, builder: Builder) -> bool:
    """A level of a named framework with a code, marked as a level by its type."""
    kind, framework, code = (one.peek(n) for n in ("targetType", "targetFramework", "targetCode"))
    marked = isinstance(kind, str) and _NATIONAL.match(kind) and kind not in _EQF_TYPES
    if not (marked and framework and code) or builder.has("/achievement/level/framework"):
        return False
    builder.put(
        "/achievement/level/framework", one.text("targetFramework"), one.place("targetFramework")
    )
    builder.put("/achievement/level/code", one.text("targetCode"), one.place("targetCode"))
    one.drop("type", "targetType")
    return True


def _is_skill(one: Source) -> bool:
    kind = one.peek("targetType")
    return bool(one.peek("targetName")) and (kind is None or bool(_SKILLS.match(str(kind))))


def _skill(one: Source) -> dict[str, str]:
    one.drop("type", "targetType")
    return {field: one.text(name) for field, name in _MEMBERS.items()}


def _put_outcomes(
    outcomes: Sequence[dict[str, Any]], skills: list[Source], builder: Builder
) -> None:
    """Outcomes read from words, with the skills they name; those are taken off the list."""
    for number, outcome in enumerate(outcomes):
        at = f"/achievement/outcomes/{number}"
        for tongue, text in outcome["statement"].items():
            builder.put(f"{at}/statement/{tongue}", text, outcome["place"])
        for label in outcome["skills"]:
            aligned = [one for one in skills if label in _labels(one)]
            for one in aligned[:1]:
                put_object(builder, f"{at}/skills", _skill(one), one, _MEMBERS)
            if not aligned and ", " not in label:
                builder.add(f"{at}/skills", {"name": label}, outcome["place"])
    named = {label for outcome in outcomes for label in outcome["skills"]}
    skills[:] = [one for one in skills if not named & _labels(one)]


def _labels(one: Source) -> set[str]:
    name, framework = one.peek("targetName"), one.peek("targetFramework")
    return {f"{name}, {framework}" if framework else str(name)}


def _put_own(one: Source, builder: Builder, language: str) -> None:
    at = f"/achievement/outcomes/{len(builder.value('/achievement/outcomes') or [])}"
    about = one.text("targetDescription")
    if about:
        builder.put(f"{at}/statement/{language}", about, one.place("targetDescription"))
    put_object(builder, f"{at}/skills", _skill(one), one, _MEMBERS)


def write_skill(skill: Skill) -> dict[str, Any]:
    """A skill with an address as an Alignment."""
    return write_alignment(
        name=skill.name,
        url=skill.uri,
        kind="ceasn:Competency",
        framework=skill.framework,
        code=skill.code,
    )


def write_alignment(*, name: str, url: str, kind: str, framework: str, code: str) -> dict[str, Any]:
    """An Alignment without what is empty."""
    built = {
        "type": ["Alignment"],
        "targetName": name,
        "targetUrl": url,
        "targetFramework": framework,
        "targetCode": code,
        "targetType": kind,
    }
    return {member: value for member, value in built.items() if value}
