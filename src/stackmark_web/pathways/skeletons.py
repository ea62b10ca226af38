"""What the rules of each kind of pathway begin with, so that nobody starts on a blank page."""

from __future__ import annotations

from typing import Any, Final

from stackmark_web.pathways.models import Pathway

Json = dict[str, Any]
Kind = Pathway.Kind


def _any(least: int, **more: Any) -> Json:
    return {"count": {"select": more, "min": least}}


def _certificate() -> Json:
    return {
        "all": [
            {"id": "core", "title": "Core", **_any(2)},
            {
                "id": "electives",
                "title": "Electives",
                "credits": {"select": {}, "min": 6},
            },
        ]
    }


def _series() -> Json:
    return {
        "all": [
            {"id": "courses", "title": "Courses", **_any(3)},
            {
                "id": "project",
                "title": "Project",
                "capstone": {"select": {"evidence_min": 3}},
            },
        ]
    }


def _micro() -> Json:
    return {
        "all": [
            {
                "id": "examination",
                "title": "Examination",
                **_any(1, **{"class": ["micro-certification"]}),
            },
            {
                "id": "continuing",
                "title": "Continuing credits",
                "credits": {"select": {"max_age_years": 3}, "min": 3},
            },
        ]
    }


def _module() -> Json:
    return {
        "all": [
            {
                "id": "module",
                "title": "Module",
                "credits": {"select": {"level_min": 6}, "min": 10},
            }
        ]
    }


_RULES: Final = {
    Kind.CERTIFICATE: _certificate,
    Kind.SERIES: _series,
    Kind.MICRO: _micro,
    Kind.MODULE: _module,
}
_LIMITS: Final[dict[str, list[Json]]] = {
    Kind.MODULE: [
        {"id": "own-work", "residency": {"select": {}, "min_share": 0.5}},
        {"id": "age", "max_age_years": 10},
    ],
}


def skeleton(kind: str, issuer: str) -> Json:
    """Rules to begin with; ``issuer`` is the DID of who awards."""
    limits: list[Json] = []
    for one in _LIMITS.get(kind, ()):
        made = dict(one)
        if "residency" in made:
            made["residency"] = {**made["residency"], "select": {"issuer": [issuer]}}
        limits.append(made)
    return {
        "version": "1",
        "unit": "ects",
        "rule": {"id": "award", **_RULES[Kind(kind)]()},
        "limits": limits,
    }
