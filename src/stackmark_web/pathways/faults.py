"""A fault in the rules as their reader says it, at the field of the form it is about."""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import UsageError

# Members of the rules whose field is called otherwise.
_FIELDS: Final = {
    "class": "kind",
    "id": "holding_id",
    "grade_min": "grade_value",
    "value": "grade_value",
    "from": "from_scale",
    "best": "from_best",
    "lowest_pass": "from_lowest_pass",
    "policy": "grade_policy",
    "exclude": "groups",
    "equivalent": "groups",
    "before": "pairs",
    "share": "a",
    "cap": "max_credits",
    "residency": "min_credits",
    "level_mix": "max_credits",
    "level_floor": "min_credits",
    "max_age_years": "years",
    "at_least": "k",
}


def say(form: Any, problem: UsageError) -> None:
    """The fault at its field, or above the form; the sentence without the place in the file."""
    named = getattr(problem, "field", None)
    if named is not None:
        form.add_error(named if named in form.fields else None, problem.detail)
        return
    place, _colon, sentence = problem.detail.partition(": ")
    if not _colon or " " in place:
        form.add_error(None, problem.detail)
        return
    field = next((one for one in _names(place) if one in form.fields), None)
    form.add_error(field, sentence[:1].upper() + sentence[1:])


def _names(place: str) -> list[str]:
    """Fields that a place may mean, the nearest first."""
    found: list[str] = []
    parts = place.split("/")
    for at in range(len(parts) - 1, -1, -1):
        one = parts[at]
        if one == "scale" and at and parts[at - 1] in ("grade_min", "from"):
            found.append("grade_scale" if parts[at - 1] == "grade_min" else "from_scale")
        found += [one, _FIELDS.get(one, "")]
    return found
