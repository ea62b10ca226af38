"""From the short notes of ``world`` to full descriptors."""

from __future__ import annotations

from typing import Any, Final

from stackmark_web.demo.courses import COURSES, Course
from stackmark_web.demo.plans import with_plan
from stackmark_web.demo.world import HOUSES, House

_HOUSES: Final = {house.slug: house for house in HOUSES}
_ESCO: Final = "ESCO"
_QUALITY: Final = {
    "university": ("institution-accreditation", "European Quality Board"),
    "provider": ("external-review", "European Quality Board"),
    "association": ("professional-body", "Guild of Digital Assurance"),
    "employer": ("internal-review", "Meridian Health"),
}
_AI: Final = "AI tools may be used where the task says so; their use is stated in the work."


def course(word: str) -> Course:
    """A course by its short name."""
    return next(one for one in COURSES if one.word == word)


def descriptor(one: Course) -> dict[str, Any]:
    """The canonical descriptor of a course (``stackmark.model.achievement``) as JSON."""
    house = _HOUSES[one.house]
    found: dict[str, Any] = {
        "language": "en",
        "kind": one.kind,
        "title": {"en": one.title} | ({"de": one.german} if one.german else {}),
        "description": {"en": one.description},
        "outcomes": [_outcome(*outcome) for outcome in one.outcomes],
        "criteria": {"narrative": {"en": _criteria(one)}},
        "level": {"eqf": one.level} if one.level else {"not_levelled": True},
        "participation": [one.participation],
        "assessment": {
            "methods": list(one.methods),
            "description": {"en": one.assessment},
            "pass_rule": {"en": "Every outcome has to be shown."},
            "scale": "pass-fail",
            "attempts": 3,
        },
        "supervision": one.supervision,
        "ai_policy": {"en": _AI},
        "quality": [_quality(house)],
        "instruction": ["en"],
        "validity": _validity(one),
        "code": one.word,
    }
    return with_plan(one.word, found | _workload(one) | _programme(one) | _rest(one))


def _outcome(statement: str, skill: str) -> dict[str, Any]:
    return {
        "statement": {"en": statement},
        "skills": [{"name": skill, "framework": _ESCO}],
    }


def _criteria(one: Course) -> str:
    lines = "\n".join(f"- {statement}" for statement, _ in one.outcomes)
    return f"Show in the assessment that you can:\n\n{lines}\n\n{one.assessment}"


def _quality(house: House) -> dict[str, Any]:
    kind, name = _QUALITY[house.kind]
    return {"type": kind, "name": name, "date": "2025-03-14", "review_due": "2028-03-14"}


def _validity(one: Course) -> dict[str, Any]:
    if one.months is None:
        return {"kind": "unlimited"}
    renewal = "Take the assessment again, or show continuing practice."
    return {"kind": "months", "months": one.months, "renewal": {"en": renewal}}


def _workload(one: Course) -> dict[str, Any]:
    if not one.hours:
        return {}
    found: dict[str, Any] = {"workload": {"low": one.hours, "high": one.hours}}
    if one.ects:
        house = _HOUSES[one.house]
        found["credit"] = {"value": one.ects, "unit": "ects", "assigned_by": house.name}
    return found


def _programme(one: Course) -> dict[str, Any]:
    if one.programme is None:
        return {}
    name, position = one.programme
    return {"programme": {"name": {"en": name}, "position": position, "parts": 3}}


def _rest(one: Course) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if one.prerequisites:
        found["prerequisites"] = {"en": one.prerequisites}
    if one.partners:
        found["parties"] = [
            {"name": _HOUSES[slug].name, "role": "partner"} for slug in one.partners
        ]
    return found
