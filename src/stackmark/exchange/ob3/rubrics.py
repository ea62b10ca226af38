"""The assessment plan as Open Badges 3.0 ResultDescriptions, and rubrics read back from them.

One description for the whole (``#result``), one for each component (``#result-COMPONENT``), one
for each criterion of a rubric (``#result-COMPONENT-CRITERION``) with its levels, whose order the
standard leaves to points (Open Badges 3.0, sections B.1.22 ResultDescription and B.1.24
RubricCriterionLevel). What has no member there (weights, anchors, items, what is handed in) is
said in words and stands in the facts document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ob3.aligned import write_skill
from stackmark.exchange.ob3.words import number, one_line
from stackmark.exchange.source import Source
from stackmark.model.achievement import Achievement, Skill
from stackmark.model.assessment_plan import (
    MAX_COMPONENTS,
    MAX_CRITERIA,
    MAX_LEVELS,
    Component,
    Criterion,
    Plan,
)

RUBRIC: Final = "RubricCriterionLevel"
TOTAL: Final = "#result"
UNSCALED: Final = "Total"  # its name where the descriptor states no scale
_PART: Final = f"{TOTAL}-"
_LEVEL: Final = "~"  # an id of the plan never has it
_RUBRICS: Final = frozenset({RUBRIC, "RubricCriterion", "RubricScore", "PerformanceLevel"})
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the results of a plan's parts are described; ``base`` is the achievement's address.

    Ids that would read in two ways ("a" with criterion "b-c", "a-b" with "c"; numbers, which
    mark descriptions of no plan) have ``~`` for hyphens or before them.
    """

    plan: Plan
    base: str

    @property
    def total(self) -> str:
        """Of the whole."""
        return f"{self.base}{TOTAL}"

    def component(self, component: str) -> str:
        """Of a component."""
        return f"{self.base}{_PART}{self._safe(component)}"

    def criterion(self, component: str, criterion: str) -> str:
        """Of a criterion of its rubric."""
        return f"{self.component(component)}-{criterion}"

    def level(self, component: str, criterion: str, level: str) -> str:
        """Of a level of the criterion."""
        return f"{self.criterion(component, criterion)}{_LEVEL}{level}"

    def names(self, component: str, criterion: str, level: str) -> tuple[set[str], set[str]]:
        """What a part and a level of it are called, in every language."""
        whole = self.plan.component(component)
        part = next((one for one in whole.criteria if one.id == criterion), None) if whole else None
        reached = next((one for one in part.levels if one.id == level), None) if part else None
        named = part if criterion else whole
        called = {one_line(text) for text in named.name.values()} if named else set()
        return called, {one_line(text) for text in reached.name.values()} if reached else set()

    def _safe(self, component: str) -> str:
        if component.isdigit():
            return f"~{component}"
        others = (one.id for one in self.plan.components)
        mixed = any(component.startswith(f"{one}-") for one in others)
        return component.replace("-", "~") if mixed else component


def described(descriptor: Achievement, base: str, language: str) -> list[dict[str, Any]]:
    """The descriptions of components and criteria, in the plan's order."""
    plan = descriptor.plan
    if plan is None:
        return []
    at = Addresses(plan, base)
    found: list[dict[str, Any]] = []
    for one in plan.components:
        skills = [write_skill(skill) for skill in _skills(descriptor, one)]
        found.append(_component(one, at, language, skills))
        found += [_criterion(one, each, at, language, skills) for each in one.criteria]
    return found


def _skills(descriptor: Achievement, component: Component) -> list[Skill]:
    """The skills of the outcomes it assesses, as far as they have an address."""
    of = [one for one in descriptor.outcomes if component.id in one.components]
    found = {skill.uri: skill for one in of for skill in one.skills if skill.uri}
    return list(found.values())


def _component(
    one: Component, at: Addresses, language: str, skills: list[dict[str, Any]]
) -> dict[str, Any]:
    return _kept(
        {
            "id": at.component(one.id),
            "type": ["ResultDescription"],
            "name": one_line(one.name.get(language, "")) or one.id,
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
            "requiredValue": number(one.minimum),
            "alignment": skills,
        }
    )


def _criterion(
    component: Component,
    one: Criterion,
    at: Addresses,
    language: str,
    skills: list[dict[str, Any]],
) -> dict[str, Any]:
    levels = [
        _kept(
            {
                "id": at.level(component.id, one.id, level.id),
                "type": [RUBRIC],
                "name": one_line(level.name.get(language, "")) or level.id,
                "description": level.description.get(language, ""),
                "level": str(place),
                "points": number(level.points),
            }
        )
        for place, level in enumerate(one.levels, 1)
    ]
    return _kept(
        {
            "id": at.criterion(component.id, one.id),
            "type": ["ResultDescription"],
            "name": one_line(one.name.get(language, "")) or one.id,
            "resultType": RUBRIC,
            "rubricCriterionLevel": levels,
            "alignment": skills,
        }
    )


def _kept(built: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in built.items() if value not in ("", [], None)}


# -- back --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """What a description is of: the whole, a component, or a criterion of one."""

    total: bool = False
    component: str = ""
    criterion: str = ""


def parts_of(achievement: Source) -> dict[str, Part]:
    """What the descriptions of an achievement are of, by their ids.

    By our own addresses; a foreign description with a rubric is a component of its own with one
    criterion. None for a description that is of no plan.
    """
    base = achievement.peek("id")
    found = {
        one.peek("id"): one
        for one in achievement.each("resultDescription")
        if isinstance(one.peek("id"), str)
    }
    own = f"{base}{_PART}" if isinstance(base, str) else "\0"
    names = [url.removeprefix(own) for url in found if url.startswith(own)]
    components = [one for one in names if not one.isdigit() and not _has_levels(found[own + one])]
    parts: dict[str, Part] = {}
    for place, (url, one) in enumerate(found.items(), 1):
        if url == f"{base}{TOTAL}":
            parts[url] = Part(total=True)
        elif url.startswith(own):
            part = _own_part(url.removeprefix(own), components)
            parts |= {url: part} if part else {}
        elif _levels(one):
            parts[url] = Part(component=f"r{place}", criterion=f"r{place}")
    return parts


def _own_part(name: str, components: list[str]) -> Part | None:
    if name in components:
        return _checked(Part(component=_plain(name)))
    within = [one for one in components if name.startswith(f"{one}-")]
    if len(within) != 1:
        return None
    criterion = name.removeprefix(f"{within[0]}-")
    return _checked(Part(component=_plain(within[0]), criterion=criterion))


def _checked(part: Part) -> Part | None:
    ids = filter(None, (part.component, part.criterion))
    return part if all(map(_ID.fullmatch, ids)) else None


def _plain(component: str) -> str:
    bare = component.removeprefix("~")
    return bare if bare.isdigit() else component.replace("~", "-")


def level_id(url: str, description: str) -> str:
    """The id of a level in the plan, by its address and that of its criterion."""
    own = f"{description}{_LEVEL}"
    found = url.removeprefix(own) if url.startswith(own) else ""
    return found if _ID.fullmatch(found) else ""


def _has_levels(one: Source) -> bool:
    return bool(one.each("rubricCriterionLevel"))


def _levels(one: Source) -> list[tuple[Decimal, Source]]:
    """The levels from low to high where that is certain: two or more, each with other points."""
    if one.peek_text("resultType") not in _RUBRICS or not one.peek("name"):
        return []
    found = [
        (points, level)
        for level in one.each("rubricCriterionLevel")
        if (points := _points(level)) is not None and level.peek("id") and level.peek("name")
    ]
    whole = len(found) == len(one.each("rubricCriterionLevel")) >= 2
    return sorted(found, key=lambda pair: pair[0]) if whole and _differ(found) else []


def _differ(found: list[tuple[Decimal, Source]]) -> bool:
    return len({points for points, _ in found}) == len(found)


def _points(level: Source) -> Decimal | None:
    return _points_of(level.peek("points"))


def _points_of(text: Any) -> Decimal | None:
    try:
        found = Decimal(text) if isinstance(text, str) and len(text) <= 12 else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and found >= 0 else None


def read_rubrics(achievement: Source, builder: Builder, language: str) -> None:
    """Put each component whose rubric is certain; what else a plan says is not in Open Badges.

    A description whose name is its own id has no name in this language and is left alone.
    """
    parts = parts_of(achievement)
    every = achievement.each("resultDescription")
    about = {part: one for one in every if (part := _of(one, parts))}
    for part, one in about.items():
        _drop_known_skills(one, achievement)
        if part.criterion and _named(one, part.criterion) and _levels(one):
            whole = about.get(Part(component=part.component), one)
            if _named(whole, part.component):
                _put_criterion(builder, part, one, whole, language)


def _of(one: Source, parts: Mapping[str, Part]) -> Part | None:
    url = one.peek("id")
    return parts.get(url) if isinstance(url, str) else None


def _named(one: Source, own: str) -> bool:
    name = one.peek("name")
    return isinstance(name, str) and bool(name.strip()) and name.strip() != own


def _put_criterion(builder: Builder, part: Part, one: Source, whole: Source, language: str) -> None:
    levels = list(_levels_of(one))
    if any(not _named(level, name) for name, level in levels):
        return
    at = _component_at(builder, part, whole, one, language)
    if not at or not builder.room(f"{at}/criteria", MAX_CRITERIA) or len(levels) > MAX_LEVELS:
        return
    at = f"{at}/criteria/{len(builder.value(f'{at}/criteria') or [])}"
    builder.put(f"{at}/id", part.criterion, one.place("id"))
    builder.put(f"{at}/name/{language}", one.text("name"), one.place("name"))
    one.drop("id", "type", "resultType")
    for place, (name, level) in enumerate(levels):
        _put_level(builder, f"{at}/levels/{place}", name, level, language)
        if level.peek("level") == str(place + 1):
            level.drop("level")


def _put_level(builder: Builder, at: str, name: str, level: Source, language: str) -> None:
    points = _points(level)
    builder.put(f"{at}/id", name, level.place("id"))
    builder.put(f"{at}/name/{language}", level.text("name"), level.place("name"))
    about = level.text("description")
    if about:
        builder.put(f"{at}/description/{language}", about, level.place("description"))
    if points is not None:
        builder.put(f"{at}/points", _plain_number(points), level.place("points"))
    level.drop("id", "type", "points")


def _component_at(builder: Builder, part: Part, whole: Source, one: Source, language: str) -> str:
    """The path of the component, begun if it is new; empty when there is no room for it."""
    path = "/achievement/plan/components"
    for place, there in enumerate(builder.value(path) or []):
        if there["id"] == part.component:
            return f"{path}/{place}"
    if not builder.room(path, MAX_COMPONENTS):
        return ""
    at = f"{path}/{len(builder.value(path) or [])}"
    builder.put(f"{at}/id", part.component, whole.place("id"))
    builder.put(f"{at}/name/{language}", whole.text("name"), whole.place("name"))
    builder.put(f"{at}/kind", "rubric", one.place("resultType"))
    needed = _points_of(whole.peek("requiredValue")) if whole.pointer != one.pointer else None
    if needed is not None:
        builder.put(f"{at}/minimum", _plain_number(needed), whole.place("requiredValue"))
        whole.drop("requiredValue")
    if (whole.peek("valueMin"), whole.peek("valueMax")) == ("0", "100"):
        whole.drop("valueMin", "valueMax")
    whole.drop("id", "type", "resultType")
    return at


def _levels_of(one: Source) -> Iterator[tuple[str, Source]]:
    """The levels from low to high, each with its id in the plan."""
    url = str(one.peek("id"))
    for place, (_, level) in enumerate(_levels(one), 1):
        yield level_id(str(level.peek("id")), url) or f"l{place}", level


def level_in(one: Source, url: str) -> str:
    """The id in the plan of the level with this address; empty where its rubric is not certain."""
    return next((name for name, level in _levels_of(one) if level.peek("id") == url), "")


def _drop_known_skills(one: Source, achievement: Source) -> None:
    """Alignments that repeat those of the achievement say which part assesses a skill."""
    known = {each.peek_text("targetUrl") for each in achievement.each("alignment")} - {""}
    for each in one.each("alignment"):
        if each.peek_text("targetUrl") in known:
            each.all()


def finish_rubrics(achievement: Source, builder: Builder) -> None:
    """Descriptions of parts that the plan has, from wherever it came, say nothing more."""
    held = {
        (one.get("id"), each)
        for one in builder.value("/achievement/plan/components") or []
        for each in ("", *(criterion.get("id") for criterion in one.get("criteria", [])))
    }
    parts = parts_of(achievement)
    base = str(achievement.peek("id"))
    for one in achievement.each("resultDescription"):
        part = _of(one, parts)
        own = str(one.peek("id")).startswith(base + _PART)
        if part and own and (part.component, part.criterion) in held:
            one.all()


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
