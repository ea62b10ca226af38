"""Marks: Open Badges 3.0 Result and ResultDescription (sections B.1.21, B.1.22) both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ob3.rubrics import TOTAL, UNSCALED, Addresses, Part, level_in, parts_of
from stackmark.exchange.source import Source
from stackmark.model.assessment_plan import Plan
from stackmark.model.record import Result

# ResultType of Open Badges 3.0; other scales are written with the prefix "ext:".
RESULT_TYPES: Final = frozenset(
    {
        *("GradePointAverage", "LetterGrade", "Percent", "PerformanceLevel", "PredictedScore"),
        *("RawScore", "Result", "RubricCriterion", "RubricCriterionLevel", "RubricScore"),
        *("ScaledScore", "Status"),
    }
)
_SCALES: Final = {"Status": "pass-fail", "Percent": "percent", "RawScore": "points"}
_STATUS: Final = {
    "Completed": "completed",
    "Enrolled": "enrolled",
    "Failed": "failed",
    "InProgress": "in-progress",
    "OnHold": "on-hold",
    "Withdrew": "withdrew",
}
_BOUNDS: Final = {"minimum": "valueMin", "maximum": "valueMax", "required": "requiredValue"}
_PLAIN: Final = "Result"  # the name and type where nobody gave one; both are demanded
MAX_RESULTS: Final = 100


def read_scale(source: Source, builder: Builder, used: frozenset[str]) -> None:
    """The scale that holders are marked on: our own description, or the only one there is.

    A description that a result refers to, or that is of a part of a plan, is another.
    """
    whole = source.each("resultDescription")
    own = [one for one in whole if str(one.peek("id")).endswith(TOTAL)]
    parts = parts_of(source)
    found = [one for one in whole if str(one.peek("id")) not in used | parts.keys()]
    builder.would("/achievement/assessment", source.place("resultDescription"))
    if own or len(found) == 1:
        _put_scale((own or found)[0], builder)


def _put_scale(one: Source, builder: Builder) -> None:
    word = one.peek("resultType")
    scale = _SCALES.get(str(word), "other" if word == _PLAIN else "")
    if not scale or one.peek("name") == UNSCALED:
        _drop_total(one)
        return
    at = "/achievement/assessment"
    builder.put(f"{at}/scale", scale, one.place("resultType"))
    one.drop("type", "id", "resultType")
    if one.peek("name") == _PLAIN:
        one.drop("name")
    if scale in ("percent", "points"):
        _put_bounds(one, builder, at, scale)


def _drop_total(one: Source) -> None:
    """The total of a plan without a stated scale says nothing of its own."""
    if one.peek("name") == UNSCALED and str(one.peek("id")).endswith(TOTAL):
        one.all()


def _put_bounds(one: Source, builder: Builder, at: str, scale: str) -> None:
    top, needed = _number(one.peek("valueMax")), _number(one.peek("requiredValue"))
    if _number(one.peek("valueMin")) == 0:
        one.drop("valueMin")
    if top is not None and (scale == "points" or top == 100):
        one.drop("valueMax")
        if scale == "points":
            builder.put(f"{at}/maximum", top, one.place("valueMax"))
    if needed is not None:
        one.drop("requiredValue")
        builder.put(f"{at}/required", needed, one.place("requiredValue"))


def _number(value: Any) -> int | float | None:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    if found is None or not found.is_finite():
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def read_results(subject: Source, achievement: Source, builder: Builder) -> frozenset[str]:
    """The marks of one person, each with the scale its description gives.

    Gives the ids of the descriptions they refer to.
    """
    used: set[str] = set()
    parts = parts_of(achievement)
    scales = {str(one.peek("id")): one for one in achievement.each("resultDescription")}
    for one in subject.each("result")[:MAX_RESULTS]:
        wanted = one.peek("resultDescription")
        scale = scales.get(wanted, Source({})) if isinstance(wanted, str) else Source({})
        if _put_result(one, scale, parts.get(str(wanted), Part()), builder):
            used.add(str(wanted))
    return frozenset(used)


def _put_result(one: Source, scale: Source, part: Part, builder: Builder) -> bool:
    achieved = str(one.peek("achievedLevel") or "")
    found = {
        "value": (one, "value", one.text("value")),
        "status": (one, "status", _STATUS.get(str(one.peek("status")), "")),
        "level": _level(one, scale),
    }
    if not any(value for _, _, value in found.values()):
        return False
    if found["status"][2]:
        one.drop("status")
    found |= _from_scale(scale)
    at = f"/award/results/{len(builder.value('/award/results') or [])}"
    for field, (source, name, value) in found.items():
        if value:
            builder.put(f"{at}/{field}", value, source.place(name))
    _put_part(at, one, part, level_in(scale, achieved) if part.criterion else "", builder)
    one.drop("type", "resultDescription" if scale else "type")
    return True


def _put_part(at: str, one: Source, part: Part, level: str, builder: Builder) -> None:
    """Of what part of the plan it is the result, by its reference."""
    place = one.place("resultDescription")
    if part.total:
        builder.put(f"{at}/total", True, place)  # noqa: FBT003 - a value
    for field in ("component", "criterion"):
        if getattr(part, field):
            builder.put(f"{at}/{field}", getattr(part, field), place)
    if level:
        builder.put(f"{at}/level_id", level, one.place("achievedLevel"))


def _level(one: Source, scale: Source) -> tuple[Source, str, str]:
    """The level reached, by the name its description gives, else as it stands."""
    wanted = one.text("achievedLevel")
    for level in scale.each("rubricCriterionLevel"):
        if wanted and level.peek("id") == wanted:
            level.drop("type", "id")
            return level, "name", level.text("name")
    return one, "achievedLevel", wanted


def _from_scale(scale: Source) -> dict[str, tuple[Source, str, str]]:
    kind, name = scale.text("resultType").removeprefix("ext:"), scale.text("name")
    scale.drop("type", "id")
    found = {
        "name": (scale, "name", "" if name == _PLAIN else name),
        "scale": (scale, "resultType", "" if kind == _PLAIN else kind),
    }
    return found | {field: (scale, n, scale.text(n)) for field, n in _BOUNDS.items()}


def write_results(
    results: Sequence[Result], base: str, plan: Plan | None, stated: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Results, and the descriptions that the achievement does not state already.

    ``base`` is the achievement's address, ``stated`` its descriptions: what is of the plan refers
    to them, unless it says otherwise than they do.
    """
    at = Addresses(plan or Plan(), base)
    there = {str(one["id"]): one for one in stated}
    given, scales = [], []
    for number, one in enumerate(results, 1):
        scale = there.get(_address(one, at))
        if scale is None or not _agrees(one, scale, at):
            scale = _scale(one, f"{base}{TOTAL}-{number}")
            scales += [scale] if scale else []
        given.append(_result(one, scale, at))
    return given, scales


def _address(one: Result, at: Addresses) -> str:
    if one.total:
        return at.total
    if not one.component:
        return ""
    if one.criterion:
        return at.criterion(one.component, one.criterion)
    return at.component(one.component)


def _agrees(one: Result, scale: Mapping[str, Any], at: Addresses) -> bool:
    """Whether a result says what the description of its part says, as far as it says it.

    A name may be that of the plan in another language.
    """
    kind = "" if scale["resultType"] == _PLAIN else scale["resultType"]
    said = {"scale": kind} | {field: scale.get(member, "") for field, member in _BOUNDS.items()}
    name, level = at.names(one.component, one.criterion, one.level_id)
    levels = {each["id"]: each["name"] for each in scale.get("rubricCriterionLevel", [])}
    level.add(levels.get(at.level(one.component, one.criterion, one.level_id), ""))
    name.add("" if scale["name"] == _PLAIN else scale["name"])
    return (
        all(getattr(one, field) in ("", value) for field, value in said.items())
        and one.name in {"", *name}
        and one.level in {"", *level}
    )


def _result(one: Result, scale: Mapping[str, Any], at: Addresses) -> dict[str, Any]:
    status = {ours: theirs for theirs, ours in _STATUS.items()}
    built = {
        "type": ["Result"],
        "resultDescription": scale.get("id"),
        "value": one.value,
        "status": status.get(one.status),
        "achievedLevel": _achieved(one, scale, at),
    }
    return {name: value for name, value in built.items() if value}


def _achieved(one: Result, scale: Mapping[str, Any], at: Addresses) -> str:
    """The address of the level: in the rubric, or the only one of a description made for it."""
    levels = [str(each["id"]) for each in scale.get("rubricCriterionLevel", [])]
    wanted = at.level(one.component, one.criterion, one.level_id)
    if wanted in levels:
        return wanted
    return levels[0] if one.level and len(levels) == 1 else ""


def _scale(one: Result, address: str) -> dict[str, Any]:
    known = one.scale in RESULT_TYPES or not one.scale
    built: dict[str, Any] = {
        "id": address,
        "type": ["ResultDescription"],
        "name": one.name or _PLAIN,
        "resultType": (one.scale or _PLAIN) if known else f"ext:{one.scale}",
        **{name: getattr(one, field) for field, name in _BOUNDS.items()},
    }
    if one.level:
        level = {"id": f"{address}-level", "type": ["RubricCriterionLevel"], "name": one.level}
        built["rubricCriterionLevel"] = [level]
    kept = {name: value for name, value in built.items() if value}
    says = one.name or one.scale or one.level or kept.keys() & set(_BOUNDS.values())
    return kept if says else {}
