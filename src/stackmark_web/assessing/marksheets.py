"""The rubric as a page shows and sends it: levels to choose, points, comments, what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from stackmark.model.assessment_plan import Component, Criterion, Plan
from stackmark_web.assessing import scoring
from stackmark_web.assessing.actions.marking import Marks
from stackmark_web.assessing.refusing import Problem


@dataclass(frozen=True, slots=True)
class LevelShown:
    """One level to choose."""

    level: Any
    key: int
    chosen: bool
    others: tuple[str, ...]  # which of the other markings chose it: "A", "B"


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """One criterion with its fields; ``error`` when it is missing."""

    criterion: Criterion
    name: str
    levels: tuple[LevelShown, ...]
    comment: str
    others: tuple[tuple[str, str], ...]  # letter and comment of the other markings
    error: str = ""
    is_far: bool = False


@dataclass(frozen=True, slots=True)
class PartShown:
    """One component: its criteria, or its points."""

    component: Component
    criteria: tuple[CriterionShown, ...]
    most: str
    points: str
    comment: str
    others: tuple[tuple[str, str], ...]
    error: str = ""


@dataclass(slots=True)
class MarkSheet:
    """The rubric form: read from a request or from what is stored, shown again with faults."""

    plan: Plan
    marks: Marks
    raw_points: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, plan: Plan, marking: Any) -> MarkSheet:
        """What a marking holds, or a decision."""
        marks = Marks(
            levels=marking.levels,
            points=getattr(marking, "points", {}),
            comments=getattr(marking, "comments", {}),
            comment=getattr(marking, "comment", ""),
            note=getattr(marking, "note", ""),
        )
        return cls(plan, marks, {name: f"{value:g}" for name, value in marks.points.items()})

    @classmethod
    def sent(cls, plan: Plan, data: Mapping[str, str]) -> MarkSheet:
        """What somebody sent; points that are no number are faults."""
        levels: dict[str, dict[str, str]] = {}
        comments: dict[str, str] = {}
        sheet = cls(plan, Marks())
        for component in plan.components:
            sheet._read(component, data, levels, comments)
        points = sheet._points()
        text = (data.get("comment") or "").strip()
        note = (data.get("note") or "").strip()
        sheet.marks = Marks(levels, points, comments, text, note)
        return sheet

    def _read(
        self,
        component: Component,
        data: Mapping[str, str],
        levels: dict[str, dict[str, str]],
        comments: dict[str, str],
    ) -> None:
        for each in component.criteria:
            chosen = data.get(f"level-{component.id}-{each.id}", "")
            if chosen:
                levels.setdefault(component.id, {})[each.id] = chosen
            said = (data.get(f"comment-{component.id}-{each.id}") or "").strip()
            if said:
                comments[f"{component.id}/{each.id}"] = said
        if not component.criteria:
            self.raw_points[component.id] = (data.get(f"points-{component.id}") or "").strip()
            said = (data.get(f"comment-{component.id}") or "").strip()
            if said:
                comments[component.id] = said

    def _points(self) -> dict[str, float]:
        found = {}
        for name, text in self.raw_points.items():
            if not text:
                continue
            try:
                value = float(text.replace(",", "."))
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                self.errors[name] = _("Give a number.")
            else:
                found[name] = value
        return found

    def fault(self, problem: Problem) -> None:
        """A refusal at its place."""
        self.errors[problem.field] = problem.detail

    def say_missing(self) -> None:
        """A fault at everything that is not marked."""
        scored = scoring.score(self.plan, self.marks.levels, self.marks.points)
        for name in scored.missing:
            self.errors[name] = _("Choose a level.") if "/" in name else _("Give points.")

    def parts(self, others: Mapping[str, Any] | None = None) -> list[PartShown]:
        """Everything to show; ``others`` are markings by letter, for who adjudicates."""
        return [self._part(one, dict(others or {})) for one in self.plan.components]

    def _part(self, component: Component, others: dict[str, Any]) -> PartShown:
        most = scoring.most_points(component)
        return PartShown(
            component,
            tuple(self._criterion(component, each, others) for each in component.criteria),
            f"{float(most):g}" if most else "",
            self.raw_points.get(component.id, ""),
            self.marks.comments.get(component.id, ""),
            tuple(
                (letter, f"{one.points[component.id]:g}")
                for letter, one in others.items()
                if component.id in one.points
            ),
            self.errors.get(component.id, ""),
        )

    def _criterion(
        self, component: Component, each: Criterion, others: dict[str, Any]
    ) -> CriterionShown:
        key = f"{component.id}/{each.id}"
        chosen = self.marks.levels.get(component.id, {}).get(each.id, "")
        theirs = {k: one.levels.get(component.id, {}).get(each.id, "") for k, one in others.items()}
        ids = [one.id for one in each.levels]
        ranks = [ids.index(one) for one in theirs.values() if one in ids]
        return CriterionShown(
            each,
            f"{component.id}-{each.id}",
            tuple(
                LevelShown(
                    one, n, one.id == chosen, tuple(k for k, v in theirs.items() if v == one.id)
                )
                for n, one in enumerate(each.levels, 1)
            ),
            self.marks.comments.get(key, ""),
            tuple((k, one.comments[key]) for k, one in others.items() if one.comments.get(key)),
            self.errors.get(key, ""),
            len(ranks) > 1 and max(ranks) - min(ranks) > 1,
        )
