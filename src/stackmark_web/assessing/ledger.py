"""From stored attempts to the ledger of the library: what every statistic here is made of.

Counted are attempts with a total: decided here, or imported. What nobody finished, withdrew or
was made void is not there, nor anything of the care models. A cohort has whoever made their first
counted attempt in it, with all their attempts. Numbers and the words "first" and "resit" follow
the days, so that a file imported late takes its place in time.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from stackmark.assessment.ledger import Attempt as Entry
from stackmark.assessment.ledger import Ledger, Purpose, ledger
from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.assessment_plan import Plan
from stackmark_web.assessing.models import AnchorItem, Attempt, Decision, Marking

ALL: Final = "all"
_YEAR: Final = re.compile(r"(\d{4})(?:-S([12]))?")
_FORM: Final = "form:"
_COUNTED: Final = (Attempt.Purpose.FIRST, Attempt.Purpose.RESIT)
_STATES: Final = (Attempt.State.SUBMITTED, Attempt.State.MARKING, Attempt.State.DECIDED)
_MOST: Final = 100.0


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who is meant: everybody, a calendar year, a half of one, or whoever sat a form first."""

    code: str = ALL
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    form: str = ""

    @classmethod
    def read(cls, code: str) -> Cohort:
        """From "all", "2026", "2026-S1", "form:A"; anything else is everybody."""
        if code.startswith(_FORM) and len(code) > len(_FORM):
            return cls(code=code[:60], form=code[len(_FORM) : 60])
        found = _YEAR.fullmatch(code)
        if found is None or not 1900 <= int(found[1]) <= 2200:
            return cls()
        year, half = int(found[1]), found[2]
        start = dt.date(year, 7 if half == "2" else 1, 1)
        end = dt.date(year, 6, 30) if half == "1" else dt.date(year, 12, 31)
        return cls(code=code, first_day=start, last_day=end)

    def has(self, entry: Entry) -> bool:
        """Whether somebody with this first counted attempt belongs to it."""
        if self.form:
            return entry.form == self.form
        if self.first_day is None or self.last_day is None:
            return True
        return entry.on is not None and self.first_day <= entry.on <= self.last_day


def of(achievement: Any, *, cohort: str = ALL, component: str = "") -> list[Entry]:
    """The attempts of a cohort as entries of the library's ledger, scores in percent.

    ``component`` asks for that component's percent instead of the total's.
    """
    entries = _entries(achievement, component)
    wanted = Cohort.read(cohort)
    if wanted.code == ALL:
        return entries
    people: dict[str, list[Entry]] = {}
    for one in entries:
        people.setdefault(one.candidate, []).append(one)
    return [
        one
        for mine in people.values()
        if (key := next((one for one in mine if one.counts), mine[0])) and wanted.has(key)
        for one in mine
    ]


def ledger_of(achievement: Any, *, cohort: str = ALL, component: str = "") -> Ledger:
    """The same, checked and in order."""
    return ledger(of(achievement, cohort=cohort, component=component))


def cohorts(achievement: Any) -> list[str]:
    """The cohorts that have anybody in them: all, forms, then years and halves, latest first."""
    seen: set[str] = set()
    forms: set[str] = set()
    people: set[str] = set()
    for one in _entries(achievement, ""):
        if one.candidate in people or not one.counts:
            continue
        people.add(one.candidate)
        if one.form:
            forms.add(f"{_FORM}{one.form}")
        if one.on:
            seen |= {str(one.on.year), f"{one.on.year}-S{1 if one.on.month < 7 else 2}"}
    return [ALL, *sorted(seen, reverse=True), *sorted(forms)]


def rows_of(achievement: Any) -> list[Attempt]:
    """The stored attempts that count for statistics, by candidate and day."""
    rows = Attempt.everywhere.filter(achievement=achievement, state__in=_STATES)
    rows = rows.exclude(sat_on=None, submitted_at=None).select_related("version")
    return sorted(rows.defer("choices"), key=lambda one: (one.candidate, _day(one), one.number))


def _entries(achievement: Any, component: str) -> list[Entry]:
    anchors = frozenset(
        AnchorItem.everywhere.filter(achievement=achievement, released_at__isnull=True).values_list(
            "item", flat=True
        )
    )
    marked = _marked(achievement)
    plans: dict[Any, Plan | None] = {}
    people: dict[str, list[Entry]] = {}
    for row in rows_of(achievement):
        if row.version_id not in plans:
            plans[row.version_id] = Descriptor.from_json(row.version.content).plan
        plan = plans[row.version_id]
        score = row.total if not component else row.scores.get(component)
        if score is None:
            continue
        mine = people.setdefault(row.candidate, [])
        items = _items(row, plan, marked.get(row.pk, {}), component)
        mine.append(
            Entry(
                candidate=row.candidate,
                number=len(mine) + 1,
                purpose=Purpose(row.purpose),
                score=min(max(float(score), 0.0), _MOST),
                max_score=_MOST,
                cut=row.cut if not component else _minimum(plan, component),
                on=_day(row),
                form=row.form,
                hours=row.hours,
                supervision=plan.supervision if plan else "",
                items=tuple(items),
                item_scores=tuple(items.values()),
                anchors=anchors & items.keys(),
                anchor_script=row.is_archived,
            )
        )
    return _without_other_forms([one for mine in people.values() for one in _in_order(mine)])


def _without_other_forms(entries: list[Entry]) -> list[Entry]:
    """Without items that nobody at the same form answered: they were not on it."""
    seen: dict[str, set[str]] = {}
    for one in entries:
        there = seen.setdefault(one.form, set())
        pairs = zip(one.items, one.item_scores, strict=True)
        there.update(name for name, score in pairs if not math.isnan(score))
    return [_only(one, seen[one.form]) for one in entries]


def _only(entry: Entry, names: set[str]) -> Entry:
    if names.issuperset(entry.items):
        return entry
    pairs = [
        (name, score)
        for name, score in zip(entry.items, entry.item_scores, strict=True)
        if name in names
    ]
    return replace(
        entry,
        items=tuple(name for name, _score in pairs),
        item_scores=tuple(score for _name, score in pairs),
        anchors=entry.anchors & names,
    )


def _in_order(mine: list[Entry]) -> list[Entry]:
    """The earliest counted attempt is the first, if a first is known at all; others are resits."""
    if not any(one.purpose is Purpose.FIRST for one in mine):
        return mine
    counted = [one for one in mine if one.counts]
    first = counted[0]
    return [
        one
        if not one.counts
        else replace(one, purpose=Purpose.FIRST if one is first else Purpose.RESIT)
        for one in mine
    ]


def _day(row: Attempt) -> dt.date:
    day: dt.date = row.sat_on or (row.submitted_at or row.opened_at).date()
    return day


def _minimum(plan: Plan | None, component: str) -> float | None:
    found = plan.component(component) if plan else None
    return None if found is None or found.minimum is None else float(found.minimum)


def _marked(achievement: Any) -> dict[Any, Mapping[str, Mapping[str, str]]]:
    """The final levels of each attempt, by component and criterion."""
    rows = Decision.everywhere.filter(attempt__achievement=achievement, is_current=True)
    return {key: levels for key, levels in rows.values_list("attempt", "levels") if levels}


def _items(
    row: Attempt, plan: Plan | None, levels: Mapping[str, Mapping[str, str]], component: str
) -> dict[str, float]:
    """Points by item, those of a rubric's criteria among them, in an order that stays."""
    found = {str(name): _points(value) for name, value in row.responses.items()}
    for part in plan.components if plan else ():
        given = levels.get(part.id, {})
        for criterion in part.criteria:
            points = {level.id: float(level.points or 0) for level in criterion.levels}
            if criterion.id in given and given[criterion.id] in points:
                found[f"{part.id}/{criterion.id}"] = points[given[criterion.id]]
    if component and plan and len(plan.components) > 1:
        found = {name: one for name, one in found.items() if name.startswith(f"{component}/")}
    return dict(sorted(found.items(), key=lambda pair: natural(pair[0])))


def _points(value: Any) -> float:
    return float("nan") if value is None else float(value)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts Q2 before Q10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts if one]


# -- two markers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """What one marker gave one attempt for one thing: a criterion, or the total."""

    attempt: str
    marker: str
    what: str
    value: float


TOTAL: Final = "total"


def marks(achievement: Any, *, cohort: str = ALL) -> list[Mark]:
    """The first and second markings of attempts that were marked twice, blind of each other.

    Criteria count from 0 for their lowest level; the total is in percent. Adjudications are no
    independent marks and are left out.
    """
    wanted = {one.candidate for one in of(achievement, cohort=cohort)} if cohort != ALL else None
    rows = Marking.everywhere.filter(
        attempt__achievement=achievement,
        state=Marking.State.SUBMITTED,
        kind__in=(Marking.Kind.FIRST, Marking.Kind.SECOND),
    ).select_related("attempt__version")
    by_attempt: dict[Any, list[Marking]] = {}
    for one in rows.order_by("attempt", "kind"):
        if wanted is None or one.attempt.candidate in wanted:
            by_attempt.setdefault(one.attempt_id, []).append(one)
    twice = [one for pair in by_attempt.values() if len(pair) > 1 for one in pair]
    return [mark for one in twice for mark in _marks_of(one)]


def _marks_of(one: Marking) -> Iterable[Mark]:
    plan = Descriptor.from_json(one.attempt.version.content).plan
    key, who = str(one.attempt_id), one.marker_code or str(one.kind)
    for part in plan.components if plan else ():
        given = one.levels.get(part.id, {})
        for criterion in part.criteria:
            order = [level.id for level in criterion.levels]
            if given.get(criterion.id) in order:
                place = float(order.index(given[criterion.id]))
                yield Mark(key, who, f"{part.id}/{criterion.id}", place)
    if one.total is not None:
        yield Mark(key, who, TOTAL, float(one.total))
