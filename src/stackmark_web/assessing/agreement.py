"""Two markings side by side: do they agree, and what is agreed when they do.

Markings are adjudicated when the levels of any criterion lie two or more apart, when the points of
a component that has no rubric lie ``FAR_POINTS`` percent of its maximum or more apart, or when one
would pass and the other would not. Otherwise the agreed scores are the means of both, component
by component and in total, and the level shown for a criterion is the lower of the two: what both
markers saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackmark.model.assessment_plan import Criterion, Plan
from stackmark_web.assessing import scoring
from stackmark_web.assessing.models import Marking

FAR_LEVELS: Final = 2
FAR_POINTS: Final = 20.0
Levels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two markings lie apart at one criterion, or component without a rubric."""

    component: str
    criterion: str  # empty for points
    steps: int | None  # levels apart
    percent: float | None  # points apart, of the maximum

    @property
    def is_far(self) -> bool:
        """Whether a third person has to look."""
        return (self.steps or 0) >= FAR_LEVELS or (self.percent or 0.0) >= FAR_POINTS


def place_of(criterion: Criterion, level: str | None) -> int | None:
    """The rank of a level, 0 for the lowest."""
    ids = [one.id for one in criterion.levels]
    return ids.index(level) if level in ids else None


def differences(plan: Plan, one: Marking, other: Marking) -> list[Difference]:
    """Every criterion and every component without a rubric, in the order of the plan."""
    found: list[Difference] = []
    for component in plan.components:
        if component.criteria:
            found += [
                Difference(component.id, each.id, _steps(each, component.id, one, other), None)
                for each in component.criteria
            ]
        else:
            found.append(Difference(component.id, "", None, _percent(plan, component, one, other)))
    return found


def _steps(criterion: Criterion, component: str, one: Marking, other: Marking) -> int | None:
    ranks = [
        place_of(criterion, each.levels.get(component, {}).get(criterion.id))
        for each in (one, other)
    ]
    return None if None in ranks else abs(ranks[0] - ranks[1])  # type: ignore[operator]


def _percent(plan: Plan, component: Any, one: Marking, other: Marking) -> float | None:
    scored = [scored_of(plan, each).components.get(component.id) for each in (one, other)]
    return None if None in scored else abs(scored[0] - scored[1])  # type: ignore[operator]


def scored_of(plan: Plan, marking: Marking) -> scoring.Scored:
    """The scores of one marking."""
    return scoring.score(plan, marking.levels, marking.points)


def must_adjudicate(plan: Plan, one: Marking, other: Marking, cut: Any) -> bool:
    """Whether a third person has to decide between the two."""
    if any(each.is_far for each in differences(plan, one, other)):
        return True
    verdicts = {scoring.passes(plan, scored_of(plan, each), cut) for each in (one, other)}
    return len(verdicts) > 1


def agreed(plan: Plan, one: Marking, other: Marking) -> tuple[scoring.Scored, dict[str, Any]]:
    """The means of both scores, and for each criterion the lower of the two levels."""
    first, second = scored_of(plan, one), scored_of(plan, other)
    components = {
        name: mean(first.components.get(name), second.components.get(name))
        for name in first.components
    }
    missing = tuple(sorted({*first.missing, *second.missing}))
    total = mean(first.total, second.total)
    scored = scoring.Scored(components=components, total=total, missing=missing)
    return scored, _lower_levels(plan, one.levels, other.levels)


def mean(one: float | None, other: float | None) -> float | None:
    """The mean, if both are there."""
    return None if one is None or other is None else (one + other) / 2


def _lower_levels(plan: Plan, one: Levels, other: Levels) -> dict[str, Any]:
    return {
        component.id: {
            each.id: _lower(each, one.get(component.id, {}), other.get(component.id, {}))
            for each in component.criteria
        }
        for component in plan.components
        if component.criteria
    }


def _lower(criterion: Criterion, one: Mapping[str, str], other: Mapping[str, str]) -> str:
    names = [one.get(criterion.id, ""), other.get(criterion.id, "")]
    return min(names, key=lambda name: place_of(criterion, name) or 0)
