"""An answer made ready for a page: words, addresses and places on the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stackmark_web.pathways import planner_drawing as drawing
from stackmark_web.pathways import planner_words as words
from stackmark_web.pathways.planner_wanted import query
from stackmark_web.ui.site import address
from stackmark_web.ui.text import best_text

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepView:
    """One credential of a plan."""

    title: str
    url: str
    issuer: str
    group: str
    where: str
    start: dt.date
    end: dt.date
    apply_by: dt.date | None
    own_pace: bool
    cost: str
    hours: str
    load: str
    chance: str
    chance_known: bool
    before: str
    reasons: list[dict[str, Any]]
    bar: drawing.Bar
    key: str


@dataclass(frozen=True, slots=True)
class PathView:
    """One plan."""

    label: str
    labels: list[str]
    cost: str
    hours: str
    load: str
    finish: dt.date
    number: str
    steps: list[StepView]
    skills: list[dict[str, Any]]
    left: list[str]
    bonuses: list[Json]
    weekly: drawing.Load | None
    axis: drawing.Axis
    ticks: list[tuple[float, str]]
    deadline: float | None
    chances: str

    @property
    def first_label(self) -> str:
        """The word a form names it by."""
        return self.labels[0]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change that opens a plan."""

    sentence: str
    button: str
    url: str
    path: PathView


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A whole answer."""

    feasible: bool | None
    paths: list[PathView]
    together: str
    changes: list[ChangeView]
    gaps: list[str]
    short: list[str]
    have: list[str]
    left_out: list[tuple[str, str]]
    unknown_interests: list[str]
    nothing: bool
    not_taken: int


def view(answer: Json, key: str, limits: Json) -> AnswerView:
    """An answer to the question of a target and limits."""
    rows = [*answer["plans"], *(one["plan"] for one in answer["changes"])]
    by = dt.date.fromisoformat(limits["by"])
    axis = _axis(answer, rows)
    told = _Told(answer["currency"], axis, limits.get("hours"), by)
    paths = [told.path(one) for one in answer["plans"]]
    return AnswerView(
        feasible=answer["feasible"],
        paths=paths,
        together=_together(paths),
        changes=[_change(one, told, key, limits) for one in answer["changes"]],
        gaps=list(answer["gaps"]),
        short=list(answer["short"]),
        have=list(answer["have"]),
        left_out=[(one["title"], words.left_out(one)) for one in answer["left_out"]],
        unknown_interests=list(answer["unknown_interests"]),
        nothing=bool(paths) and not any(one.steps for one in paths),
        not_taken=answer["not_taken"],
    )


def chosen_path(answer: Json, label: str, limits: Json) -> PathView | None:
    """One plan of a saved answer by one of its labels, alone on its axis."""
    for one in answer["plans"]:
        if label in one["labels"]:
            by = dt.date.fromisoformat(limits["by"])
            axis = _axis(answer, [one])
            return _Told(answer["currency"], axis, limits.get("hours"), by).path(one)
    return None


def _axis(answer: Json, rows: Iterable[Json]) -> drawing.Axis:
    ends = [dt.date.fromisoformat(one["finish"]) for one in rows]
    return drawing.axis_of(dt.date.fromisoformat(answer["at"]), ends)


def _together(paths: list[PathView]) -> str:
    """Where one plan is best at several things, it is said once."""
    if len(paths) == 1:
        return _("One plan is the cheapest, the fastest and the one with the fewest credentials.")
    for one in paths:
        if len(one.labels) == 2:
            known = {"names": words.labels(one.labels)}
            return _("One plan is best at two things at once: %(names)s.") % known
    return ""


def _change(one: Json, told: _Told, key: str, limits: Json) -> ChangeView:
    url = f"{reverse('pathways:plan')}?{query(key, {**limits, **one['limits']})}"
    path = told.path({**one["plan"], "labels": ["change"]})
    sentence = words.change(one, told.currency)
    return ChangeView(sentence, words.button(one, told.currency), url, path)


class _Told:
    """Plans of one answer on one axis."""

    def __init__(self, currency: str, axis: drawing.Axis, limit: float | None, by: dt.date) -> None:
        self.currency, self.axis, self.limit, self.by = currency, axis, limit, by

    def path(self, one: Json) -> PathView:
        steps, number = one["steps"], len(one["steps"])
        return PathView(
            label=words.labels(one["labels"]),
            labels=list(one["labels"]),
            cost=words.money(one["cost"], self.currency),
            hours=words.hours(one["hours"]),
            load=words.load(one["load"]) if steps else words.hours(0),
            finish=dt.date.fromisoformat(one["finish"]),
            number=ngettext("%(n)d credential", "%(n)d credentials", number) % {"n": number},
            steps=[self.step(step) for step in steps],
            skills=[_skill(skill) for skill in one["skills"]],
            left=list(one["left"]),
            bonuses=list(one["bonuses"]),
            weekly=drawing.load_of(self.axis, steps, self.limit),
            axis=self.axis,
            ticks=[(x, _tick(day)) for x, day in self.axis.ticks()],
            deadline=self.axis.at(self.by) if self.by < self.axis.last else None,
            chances=_chances(steps),
        )

    def step(self, one: Json) -> StepView:
        start, end = (dt.date.fromisoformat(one[name]) for name in ("start", "end"))
        achievement = one["achievement"]
        parts = (words.delivery(one), one["place"])
        return StepView(
            title=one["title"],
            url=address("registry:achievement", f"/achievements/{achievement}", achievement),
            issuer=one["issuer"],
            group=one["group"],
            where=" · ".join(filter(None, parts)),
            start=start,
            end=end,
            apply_by=dt.date.fromisoformat(one["apply_by"]) if one["apply_by"] else None,
            own_pace=one["own_pace"],
            cost=words.money(one["cost"], one["currency"] or self.currency),
            hours=words.hours(one["hours"]),
            load=words.load(one["load"]),
            chance=words.chance(one),
            chance_known=one["chance"] is not None,
            before=best_text(one["before"]) if one["before"] else "",
            reasons=[words.reason(reason) for reason in one["reasons"]],
            bar=drawing.bar(self.axis, start, end),
            key=one["offering"],
        )


def _tick(day: dt.date) -> str:
    return date_format(day, "Y" if day.month == 1 else "M")


def _skill(one: Json) -> dict[str, Any]:
    asked = one["confidence"]
    if one["held"]:
        told = _("you have it")
    elif asked is None:
        told = _("reached if you pass")
    else:
        known = {"chance": words.percent(one["chance"]), "asked": words.percent(asked)}
        told = _("reached with a chance of %(chance)s (%(asked)s asked)") % known
    return {"name": one["name"], "told": told, "held": one["held"]}


def _chances(steps: list[Json]) -> str:
    """How many of the steps have a known pass chance."""
    known = sum(1 for one in steps if one["chance"] is not None)
    if not steps:
        return ""
    if not known:
        return _("not known")
    return _("known for %(known)d of %(all)d") % {"known": known, "all": len(steps)}
