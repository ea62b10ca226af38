"""What would become of a file's results: whose attempts they are, which number, first or resit."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from stackmark.model.assessment_plan import Plan
from stackmark_web import clock
from stackmark_web.assessing.imports.found import Finding, Read, Result
from stackmark_web.assessing.ledger import natural
from stackmark_web.assessing.models import Attempt
from stackmark_web.assessing.pseudonyms import candidate_of, candidate_of_address
from stackmark_web.tenancy.queries import root_of

BY_ORDER: Final = "by-order"
PURPOSES: Final = (BY_ORDER, "practice", "baseline", "retest")
_COUNTED: Final = ("first", "resit")
_CHUNK: Final = 500
_HIGHEST: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person said of a file: which part it is, when, out of how many, whose."""

    component: str = ""
    form: str = ""
    purpose: str = BY_ORDER
    day: dt.date | None = None
    maximum: float | None = None
    match_people: bool = True
    keeps_people: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "component": self.component,
            "form": self.form,
            "purpose": self.purpose,
            "day": self.day.isoformat() if self.day else "",
            "maximum": self.maximum,
            "match_people": self.match_people,
            "keeps_people": self.keeps_people,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Choices:
        """Read back; what is missing is as at the beginning."""
        day = found.get("day")
        return cls(
            component=found.get("component", ""),
            form=found.get("form", ""),
            purpose=found.get("purpose", BY_ORDER),
            day=dt.date.fromisoformat(day) if day else None,
            maximum=found.get("maximum"),
            match_people=found.get("match_people", True),
            keeps_people=found.get("keeps_people", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An attempt as it would be stored; ``known`` says that it is there already."""

    result: Result
    candidate: str
    learner: Any
    number: int
    purpose: str
    day: dt.date
    form: str
    percent: float
    responses: dict[str, float | None]
    choices: dict[str, str]
    known: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import would do."""

    attempts: tuple[Planned, ...]
    findings: tuple[Finding, ...]
    items: tuple[str, ...]
    notes: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def new(self) -> list[Planned]:
        """What is not there yet."""
        return [one for one in self.attempts if not one.known]


def outlook(achievement: Any, plan: Plan | None, read: Read, choices: Choices) -> Outlook:
    """The attempts of a file under these choices, against what is stored already."""
    findings = list(read.findings)
    usable = [
        (one, day, percent)
        for one in read.results
        if (day := _day(one, choices, findings))
        and (percent := _percent(one, choices, findings)) is not None
    ]
    learners = _learners((one.email for one, _day, _percent in usable), wanted=choices.match_people)
    root = root_of(achievement.organisation)
    people: dict[str, list[tuple[Result, dt.date, float]]] = {}
    for row in usable:
        learner = learners.get(row[0].email)
        who = candidate_of(root, learner) if learner else candidate_of_address(root, row[0].who)
        people.setdefault(who, []).append(row)
    stored = _stored(achievement, people)
    planned = [
        one
        for who, rows in people.items()
        for one in _of_person(
            who, rows, stored.get(who, []), learners.get(rows[0][0].email), plan, choices
        )
    ]
    return Outlook(
        tuple(sorted(planned, key=lambda one: one.result.line)),
        tuple(sorted(findings, key=lambda one: one.line)),
        tuple(sorted(read.items, key=natural)),
        read.notes,
        _counts(planned, findings),
    )


def _counts(planned: list[Planned], findings: list[Finding]) -> dict[str, int]:
    new = [one for one in planned if not one.known]
    purposes = Counter(one.purpose for one in new)
    return {
        "attempts": len(planned),
        "new": len(new),
        "known": len(planned) - len(new),
        "people": len({one.candidate for one in planned}),
        "matched": len({one.candidate for one in planned if one.learner is not None}),
        "errors": len({one.line for one in findings if one.is_error}),
        "left_out": len({one.line for one in findings if not one.is_error}),
        **{one: purposes[one] for one in Attempt.Purpose.values},
    }


def _day(one: Result, choices: Choices, findings: list[Finding]) -> dt.date | None:
    day = one.day or choices.day
    if day is None:
        detail = _("There is no day in this row; say below when the assessment was sat.")
        findings.append(Finding(one.line, "", "date", detail))
    elif day > clock.today():
        detail = _("%(day)s has not come yet.") % {"day": day.isoformat()}
        findings.append(Finding(one.line, "", "date", detail))
        return None
    return day


def _percent(one: Result, choices: Choices, findings: list[Finding]) -> float | None:
    """Percent of the maximum: the file's own, else the one a person said."""
    most = one.maximum or choices.maximum
    if one.points is None:
        return None
    if not most:
        detail = _("The most points that can be reached are not known; say so below.")
        findings.append(Finding(one.line, "", "maximum", detail))
        return None
    percent = _HIGHEST * one.points / most
    if not -1e-9 <= percent <= _HIGHEST + 1e-9:
        detail = _("%(points)g points are not between 0 and the maximum of %(most)g.")
        numbers = {"points": one.points, "most": most}
        findings.append(Finding(one.line, "", "range", detail % numbers))
        return None
    return min(max(percent, 0.0), _HIGHEST)


def _learners(emails: Iterable[str], *, wanted: bool) -> dict[str, Any]:
    """Accounts by their verified addresses."""
    known: dict[str, Any] = {}
    asked = sorted({one for one in emails if one}) if wanted else []
    for start in range(0, len(asked), _CHUNK):
        rows = EmailAddress.objects.filter(email__in=asked[start : start + _CHUNK], verified=True)
        known |= {one.email.casefold(): one.user for one in rows.select_related("user")}
    return known


def _stored(achievement: Any, people: Mapping[str, Any]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    names = list(people)
    for start in range(0, len(names), _CHUNK):
        rows = Attempt.everywhere.filter(
            achievement=achievement, candidate__in=names[start : start + _CHUNK]
        )
        for one in rows.order_by("number"):
            found.setdefault(one.candidate, []).append(one)
    return found


def _of_person(
    candidate: str,
    rows: list[tuple[Result, dt.date, float]],
    stored: list[Attempt],
    learner: Any,
    plan: Plan | None,
    choices: Choices,
) -> Iterable[Planned]:
    """The attempts of one person, in the order of their days."""
    there = Counter(key_of(one, choices.component) for one in stored)
    begun = any(one.purpose in _COUNTED and _is_same_part(one, choices) for one in stored)
    highest = max((one.number for one in stored), default=0)
    prefix = _prefix(plan, choices.component)
    for result, day, percent in sorted(rows, key=lambda row: (row[1], row[0].number or 0)):
        responses = {f"{prefix}{name}"[:60]: value for name, value in result.items.items()}
        form = result.form or choices.form
        key = _key(day, form, percent, responses)
        known = there[key] > 0
        purpose = _purpose(result, choices, begun=begun)
        if known:
            there[key] -= 1
        else:
            highest = max(highest + 1, result.number or 1)
            begun = begun or purpose in _COUNTED
        yield Planned(
            result=result,
            candidate=candidate,
            learner=learner,
            number=highest,
            purpose=purpose,
            day=day,
            form=form,
            percent=percent,
            responses=responses,
            choices={f"{prefix}{name}"[:60]: one for name, one in result.choices.items()},
            known=known,
        )


def _is_same_part(one: Attempt, choices: Choices) -> bool:
    """Whether an attempt is at what this file is about: the same component, or the whole."""
    return not choices.component or one.total is not None or choices.component in one.scores


def _prefix(plan: Plan | None, component: str) -> str:
    """Items of one component among several are called after it."""
    return f"{component}/" if component and plan and len(plan.components) > 1 else ""


def _purpose(result: Result, choices: Choices, *, begun: bool) -> str:
    """The file's own word, else the choice for the whole file, else by the order."""
    if result.purpose:
        return "resit" if result.purpose == "first" and begun else result.purpose
    if choices.purpose != BY_ORDER:
        return choices.purpose
    return "resit" if begun or (result.number or 1) > 1 else "first"


def _key(day: dt.date | None, form: str, percent: float | None, responses: Any) -> str:
    shown = None if percent is None else round(percent, 6)
    return json.dumps([str(day), form, shown, responses], sort_keys=True)


def key_of(one: Attempt, component: str) -> str:
    """What makes an attempt the same as one in a file."""
    percent = one.scores.get(component) if component in one.scores else one.total
    return _key(one.sat_on, one.form, percent, one.responses)


def total_of(plan: Plan | None, scores: Mapping[str, float]) -> float | None:
    """The mean of the components' percents by weight; None while one is missing."""
    if plan is None or not plan.components:
        return None
    if any(part.id not in scores for part in plan.components):
        return None
    weights = {part.id: float(part.weight or 1) for part in plan.components}
    return sum(scores[name] * one for name, one in weights.items()) / sum(weights.values())
