"""From the canonical descriptor to an Open Badges 3.0 Achievement.

Native members first. What has none is said in ``criteria.narrative`` (see ``words``):
nothing a designer stated is left out of what gets signed, and a credit number never stands
without its unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.ob3 import rubrics, words
from stackmark.exchange.ob3.aligned import write_alignment, write_skill
from stackmark.model.achievement import Achievement

_TYPES: Final = {
    "digital-badge": "Badge",
    "certificate": "Certificate",
    "nano-degree-part": "MicroCredential",
    "micro-certification": "Certification",
}
_RESULT_TYPES: Final = {
    "pass-fail": "Status",
    "percent": "Percent",
    "points": "RawScore",
    "other": "Result",
}
_EQF: Final = "European Qualifications Framework"
_EQF_LEVEL: Final = "http://data.europa.eu/snb/eqf/"
_MAX_TAGS: Final = 40


def open_badge_achievement(
    descriptor: Achievement,
    *,
    id: str,  # noqa: A002 - its name in the standard
    creator: Mapping[str, Any] | None = None,
    image: str | None = None,
    version: str | None = None,
    language: str | None = None,
    earlier: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The Achievement that credentials carry.

    ``id`` is the absolute address of this very version, ``creator`` the awarding body's Profile,
    ``image`` an absolute address, ``language`` the one to write in (the descriptor's own if not
    given), ``earlier`` the addresses and numbers of former versions. Raises ``UsageError``
    ``descriptor.missing`` when title, description or criteria are not there.
    """
    tongue = language or descriptor.language
    built: dict[str, Any] = {"id": id, "type": ["Achievement"], **_texts(descriptor, tongue)}
    built = {**native_members(descriptor, tongue, id), **built}
    built |= {
        "achievementType": _TYPES.get(descriptor.kind, "Achievement"),
        "inLanguage": tongue,
        "version": version,
        "creator": dict(creator) if creator else None,
        "tag": _tags(descriptor),
        "image": _image(image, descriptor, tongue),
        "related": [_related(*one) for one in earlier],
    }
    return {name: value for name, value in built.items() if value not in (None, "", [])}


def native_members(descriptor: Achievement, language: str, address: str) -> dict[str, Any]:
    """The members that hold a descriptor's field as it is; ``address`` is the achievement's."""
    return {
        "name": words.one_line(descriptor.title.get(language, "")),
        "description": descriptor.description.get(language, ""),
        "humanCode": descriptor.code,
        "fieldOfStudy": _field_of_study(descriptor),
        "creditsAvailable": _credits(descriptor),
        "tag": list(descriptor.tags),
        "alignment": _alignments(descriptor),
        "resultDescription": [
            *_results(descriptor, address),
            *rubrics.described(descriptor, address, language),
        ],
    }


def _texts(descriptor: Achievement, language: str) -> dict[str, Any]:
    name = descriptor.title.get(language) or descriptor.name
    about = descriptor.description.get(language) or descriptor.say(descriptor.description)
    criteria = {
        "id": descriptor.criteria.url if descriptor.criteria else "",
        "narrative": words.narrative(descriptor, language),
    }
    for place, value in (("title", name), ("description", about), ("criteria", _own(descriptor))):
        if not value:
            raise UsageError(
                "descriptor.missing", f"{place}: is empty; a badge cannot be made without it."
            )
    return {
        "name": words.one_line(name),
        "description": about,
        "criteria": {member: value for member, value in criteria.items() if value},
    }


def _own(descriptor: Achievement) -> str:
    found = descriptor.criteria
    return "" if found is None else descriptor.say(found.narrative) or found.url


def _field_of_study(descriptor: Achievement) -> str:
    found = descriptor.field
    return "" if found is None else f"{found.code} {found.name}".strip()


def _credits(descriptor: Achievement) -> float | int | None:
    """The number; its unit is in the criteria (the member has none)."""
    found = descriptor.credit
    if found is None or not found.value:
        return None
    return int(found.value) if found.value == int(found.value) else float(found.value)


def _tags(descriptor: Achievement) -> list[str]:
    """The designer's tags, and the skills that no alignment can hold."""
    loose = [skill.name for skill in descriptor.skills if not skill.uri]
    return list(dict.fromkeys([*descriptor.tags, *loose]))[:_MAX_TAGS]


def _alignments(descriptor: Achievement) -> list[dict[str, Any]]:
    level = descriptor.level
    found = {one.uri: write_skill(one) for one in reversed(descriptor.skills) if one.uri}
    aligned = list(reversed(found.values()))
    if level and level.eqf:
        aligned.append(
            write_alignment(
                name=f"EQF level {level.eqf}",
                url=f"{_EQF_LEVEL}{level.eqf}",
                kind="ext:EQFLevel",
                framework=_EQF,
                code=str(level.eqf),
            )
        )
    return aligned


def _results(descriptor: Achievement, base: str) -> list[dict[str, Any]]:
    """The mark a holder can reach, when the scale is known; with a plan it is percent of all."""
    found = descriptor.assessment
    if found is None or not found.scale:
        return _total(descriptor, base)
    top = "100" if found.scale == "percent" else words.number(found.maximum)
    numeric = found.scale in ("percent", "points")
    built = {
        "id": f"{base}#result",
        "type": ["ResultDescription"],
        "name": "Result",
        "resultType": _RESULT_TYPES[found.scale],
        "valueMin": "0" if numeric else "",
        "valueMax": top if numeric else "",
        "requiredValue": words.number(found.required) if numeric else "",
    }
    return [{member: value for member, value in built.items() if value}]


def _total(descriptor: Achievement, base: str) -> list[dict[str, Any]]:
    """The total of a plan whose scale nobody stated; its name tells it from a stated scale."""
    if descriptor.plan is None or not descriptor.plan.components:
        return []
    return [
        {
            "id": f"{base}#result",
            "type": ["ResultDescription"],
            "name": rubrics.UNSCALED,
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
        }
    ]


def _image(image: str | None, descriptor: Achievement, language: str) -> dict[str, Any] | None:
    if not image:
        return None
    title = words.one_line(descriptor.title.get(language) or descriptor.name)
    return {"id": image, "type": "Image", "caption": f"Badge: {title}"}


def _related(address: str, version: str) -> dict[str, Any]:
    return {"id": address, "type": ["Related"], "version": version}
