"""Predicates on one holding from JSON."""

from __future__ import annotations

from typing import Any, Final

from stackmark.model.holding import SUPERVISION
from stackmark.stacking import rules as r
from stackmark.stacking.parse_values import (
    as_object,
    is_word,
    maybe_number,
    maybe_whole,
    number_of,
    only,
    refuse,
    text_of,
    texts_of,
    truth_of,
    years_of,
)

_SELECT: Final = frozenset(
    {
        *("id", "achievement", "issuer", "issuer_class", "class", "field", "skill", "level"),
        *("level_min", "level_max", "credits_min", "max_age_years", "grade_min"),
        *("supervision_min", "evidence_min", "status", "verified", "not_applied_to"),
    }
)


def select_of(value: Any, place: str) -> r.Select:
    """The predicates of a leaf or a limit."""
    found = as_object(value, place)
    only(found, tuple(_SELECT), place)
    level = maybe_whole(found, "level", place)
    if level is not None and ("level_min" in found or "level_max" in found):
        refuse("choice", f"{place}/level", "stands beside level_min or level_max; give one.")
    status = texts_of(found, "status", place)
    if status and status != ("valid",):
        refuse("choice", f"{place}/status", 'can only be "valid", which is asked anyway.')
    supervision = text_of(found, "supervision_min", place)
    if supervision and supervision not in SUPERVISION:
        refuse("choice", f"{place}/supervision_min", f"is none of {', '.join(SUPERVISION)}.")
    return r.Select(
        id=texts_of(found, "id", place),
        achievement=texts_of(found, "achievement", place),
        issuer=texts_of(found, "issuer", place),
        issuer_class=texts_of(found, "issuer_class", place),
        field=texts_of(found, "field", place),
        skill=texts_of(found, "skill", place),
        not_applied_to=texts_of(found, "not_applied_to", place),
        kind=texts_of(found, "class", place),
        level_min=level if level is not None else maybe_whole(found, "level_min", place),
        level_max=level if level is not None else maybe_whole(found, "level_max", place),
        credits_min=maybe_number(found, "credits_min", place),
        max_age_years=(
            years_of(found, "max_age_years", place) if "max_age_years" in found else None
        ),
        grade_min=(
            _grade(found["grade_min"], f"{place}/grade_min") if "grade_min" in found else None
        ),
        supervision_min=supervision,
        evidence_min=maybe_whole(found, "evidence_min", place),
        verified=truth_of(found, "verified", place, default=False),
    )


def _grade(value: Any, place: str) -> r.GradeAtLeast:
    found = as_object(value, place)
    only(found, ("value", "scale", "policy", "from"), place)
    grade = found.get("value")
    if isinstance(grade, int | float) and not isinstance(grade, bool):
        grade = str(grade)
    if not is_word(grade) or not text_of(found, "scale", place):
        refuse("missing", place, "a grade needs its value and its scale.")
    return r.GradeAtLeast(
        grade,
        text_of(found, "scale", place),
        text_of(found, "policy", place),
        _source(found["from"], f"{place}/from") if "from" in found else None,
    )


def _source(value: Any, place: str) -> r.GradesFrom:
    found = as_object(value, place)
    only(found, ("scale", "best", "lowest_pass"), place)
    if not text_of(found, "scale", place):
        refuse("missing", f"{place}/scale", "say which scale these marks are of.")
    best, lowest = (number_of(found, name, place) for name in ("best", "lowest_pass"))
    if best == lowest:
        refuse("number", place, "the best mark and the lowest pass cannot be the same.")
    return r.GradesFrom(text_of(found, "scale", place), best, lowest)
