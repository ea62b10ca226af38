"""The cut in force at a moment: one for all candidates, and how it was come by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.achievement import Assessment
from stackmark_web.assessing.models import CutScore

STATED: Final = CutScore.Method.STATED.value


@dataclass(frozen=True, slots=True)
class Cut:
    """What has to be reached, in percent.

    ``total`` is None when nobody set a cut for the whole. ``components`` holds what a component
    needs by itself. ``score`` is the decision ``total`` comes from; None for one that is merely
    stated in the descriptor. ``scores`` are those of single components.
    """

    total: float | None = None
    components: Mapping[str, float] = field(default_factory=dict)
    score: CutScore | None = None
    method: str = ""  # a value of CutScore.Method; empty without any cut
    scores: Mapping[str, CutScore] = field(default_factory=dict)

    @property
    def is_justified(self) -> bool:
        """Whether the cut comes of a method of standard setting."""
        return bool(self.method) and self.method != STATED

    @property
    def is_set(self) -> bool:
        """Whether there is anything to reach; without it nobody can be said to have passed."""
        return self.total is not None or bool(self.components)


def in_force(achievement: Any, at: datetime, *, version: Any = None) -> Cut:
    """The cut in force at a moment for those assessed by ``version`` (the current one if None).

    A cut that was set stands before one that a descriptor states.
    """
    version = version or achievement.current
    descriptor = Descriptor.from_json(version.content) if version else Descriptor()
    latest = _latest(achievement, at)
    whole = latest.pop("", None)
    plan = descriptor.plan
    known = {one.id for one in plan.components} if plan else set()
    scores = {name: one for name, one in latest.items() if name in known}
    least = {one.id: float(one.minimum) for one in plan.components if one.minimum} if plan else {}
    least |= {name: one.cut for name, one in scores.items()}
    total = whole.cut if whole else stated(descriptor.assessment)
    method = whole.method if whole else STATED if total is not None else ""
    return Cut(total, least, whole, method, scores)


def stated(assessment: Assessment | None) -> float | None:
    """The pass mark a descriptor states, as percent of its maximum; None when it states none."""
    if assessment is None or assessment.required is None:
        return None
    top = 100 if assessment.scale == "percent" else assessment.maximum
    return float(assessment.required * 100 / top) if top else None


def _latest(achievement: Any, at: datetime) -> dict[str, CutScore]:
    """The newest decision in force by component, ``""`` for the whole."""
    rows = CutScore.everywhere.filter(achievement=achievement, in_force_from__lte=at)
    return {one.component: one for one in rows.order_by("in_force_from", "set_at", "pk")}
