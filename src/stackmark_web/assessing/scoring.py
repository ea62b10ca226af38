"""From levels and points to percent, exactly, and whether that reaches the cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackmark.model.assessment_plan import Component, Criterion, Plan
from stackmark_web.assessing.cuts import Cut

Levels = Mapping[str, Mapping[str, str]]  # component → criterion → level
Points = Mapping[str, Any]  # component → points


@dataclass(frozen=True, slots=True)
class Scored:
    """Percent by component and in all; None where something is missing, named in ``missing``.

    A name in ``missing`` is a component, or ``component/criterion``.
    """

    components: dict[str, float | None]
    total: float | None
    missing: tuple[str, ...]


def score(plan: Plan, levels: Levels, points: Points) -> Scored:
    """The percents of a marking.

    A criterion gives its level's points as a share of its highest level's; a rubric the mean of its
    criteria by their weights; the total the mean of the components by theirs (1 when none is
    said). Worked out in fractions and rounded once, to a float.
    """
    found: dict[str, Fraction | None] = {}
    missing: list[str] = []
    for one in plan.components:
        lacks = _lacks(one, levels.get(one.id) or {}, points)
        missing += lacks
        found[one.id] = None if lacks else _share(one, levels.get(one.id) or {}, points)
    total = None if missing or not plan.components else _total(plan, found)
    percents = {name: _percent(share) for name, share in found.items()}
    return Scored(percents, _percent(total), tuple(missing))


def passes(plan: Plan, scored: Scored, cut: Cut) -> bool:
    """Whether a complete score reaches the cut and every component what it needs by itself.

    Without a cut or minimum, and with anything missing, nobody passes: it cannot be told.
    """
    if scored.missing or not cut.is_set or not plan.components:
        return False
    if cut.total is not None and (scored.total is None or scored.total < cut.total):
        return False
    return not short_components(scored, cut)


def short_components(scored: Scored, cut: Cut) -> tuple[str, ...]:
    """The components that lie below what they need by themselves."""
    return tuple(
        name
        for name, least in cut.components.items()
        if name in scored.components and (scored.components[name] or 0.0) < least
    )


def most_points(component: Component) -> Fraction | None:
    """The most points a component without rubric can give; items give one each if nobody said."""
    most = component.maximum or (component.items if component.kind == "items" else None)
    return Fraction(most) if most else None


def _lacks(component: Component, chosen: Mapping[str, str], points: Points) -> list[str]:
    if component.kind == "rubric":
        return [
            f"{component.id}/{one.id}"
            for one in component.criteria
            if _level_points(one, chosen.get(one.id, "")) is None
        ]
    most, got = most_points(component), _number(points.get(component.id))
    fits = most is not None and got is not None and 0 <= got <= most
    return [] if fits else [component.id]


def _number(value: Any) -> Fraction | None:
    try:
        return Fraction(str(value))
    except ValueError:  # nothing given, or no number
        return None


def _share(component: Component, chosen: Mapping[str, str], points: Points) -> Fraction:
    if component.kind != "rubric":
        return Fraction(str(points[component.id])) / (most_points(component) or 1)
    weighed = [(_weight(one), _gained(one, chosen[one.id])) for one in component.criteria]
    return _mean(weighed)


def _gained(criterion: Criterion, level: str) -> Fraction:
    most = max(Fraction(one.points or 0) for one in criterion.levels)
    return (_level_points(criterion, level) or Fraction(0)) / most


def _level_points(criterion: Criterion, level: str) -> Fraction | None:
    found = (Fraction(one.points or 0) for one in criterion.levels if one.id == level)
    return next(found, None)


def _total(plan: Plan, shares: Mapping[str, Fraction | None]) -> Fraction:
    return _mean([(_weight(one), shares[one.id] or Fraction(0)) for one in plan.components])


def _mean(weighed: list[tuple[Fraction, Fraction]]) -> Fraction:
    total = sum((weight for weight, _value in weighed), Fraction(0))
    return sum((weight * value for weight, value in weighed), Fraction(0)) / total


def _weight(part: Component | Criterion) -> Fraction:
    return Fraction(part.weight) if part.weight is not None else Fraction(1)


def _percent(share: Fraction | None) -> float | None:
    return None if share is None else float(share * 100)
