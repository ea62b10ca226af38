"""Decisions by self-declared group, in totals from which nobody can be told.

A group is shown from the policy's least size on (10 or more), and only if at least three people
of it passed and three did not. Whoever is not shown falls into one remainder with those who
declared nothing; where that remainder is small enough to be worked out, the smallest shown group
is hidden as well. There is one population, everybody: no cohorts to be subtracted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackmark.assessment.fairness import Fairness, pass_rates
from stackmark.assessment.ledger import Attempt as Entry
from stackmark_web import clock
from stackmark_web.assessing import cuts, declaring, figuring
from stackmark_web.assessing import ledger as ledgers
from stackmark_web.assessing.models import FairnessPolicy, GroupDeclaration, Workshop
from stackmark_web.tenancy.queries import root_of

FEWEST: Final = 3  # people of a group who passed, and who did not
NONE: Final = ""
Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Category:
    """One category: rates of the groups that are shown, how many are not, and the items."""

    code: str
    label: str
    values: Mapping[str, str]
    rates: Fairness | None
    hidden: int  # groups
    dif: figuring.DifSummary
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All categories of an achievement, or why there is none."""

    categories: tuple[Category, ...]
    why_not: str = ""


def report(achievement: Any) -> Report:
    """What the institution may look at about an achievement."""
    policy = declaring.policy_of(achievement.organisation)
    if not policy.is_on:
        return Report((), "off")
    if not _is_locked(achievement):
        return Report((), "cut")
    entries = ledgers.of(achievement)
    passed = verdicts(entries)
    if len(passed) < policy.least * 2:
        return Report((), "few")
    groups = _groups(achievement, passed)
    return Report(
        tuple(
            _category(code, one, groups.get(code, {}), passed, entries, policy)
            for code, one in declaring.asked_by(policy).items()
        )
    )


def _is_locked(achievement: Any) -> bool:
    """Whether there is one cut for all, and nobody is setting another just now."""
    cut = cuts.in_force(achievement, clock.now(), version=achievement.current)
    open_states = (Workshop.State.DRAFT, Workshop.State.OPEN, Workshop.State.PAUSED)
    busy = Workshop.everywhere.filter(achievement=achievement, state__in=open_states).exists()
    return cut.total is not None and not busy


def verdicts(entries: Iterable[Entry]) -> dict[str, bool]:
    """Whether each candidate passed in the end, by the cut in force of each attempt."""
    found: dict[str, bool] = {}
    for one in entries:
        verdict = one.passed()
        if one.counts and verdict is not None:
            found[one.candidate] = found.get(one.candidate, False) or verdict
    return found


def _groups(achievement: Any, people: Mapping[str, bool]) -> dict[str, dict[str, str]]:
    """Category → candidate → value, of those who were assessed."""
    rows = GroupDeclaration.objects.filter(organisation=root_of(achievement.organisation))
    found: dict[str, dict[str, str]] = {}
    for category, who, value in rows.values_list("category", "candidate", "value"):
        if who in people:
            found.setdefault(category, {})[who] = value
    return found


def _category(
    code: str,
    asked: Mapping[str, Any],
    values: Mapping[str, str],
    passed: Mapping[str, bool],
    entries: list[Entry],
    policy: FairnessPolicy,
) -> Category:
    counts = counted(values, passed)
    shown = suppressed(counts, everybody=len(passed), least=policy.least)
    hidden = len(counts) - len(shown)
    rates = pass_rates(shown, least=policy.least) if len(shown) > 1 else None
    kept = {who: value for who, value in values.items() if value in shown}
    return Category(
        code=code,
        label=asked["label"],
        values=asked["values"],
        rates=rates,
        hidden=hidden,
        dif=figuring.dif_of(entries, kept, code),
        note="" if rates else "few",
    )


def counted(values: Mapping[str, str], passed: Mapping[str, bool]) -> Counts:
    """(passed, people) of each group."""
    found: Counts = {}
    for who, value in values.items():
        good, all_of_them = found.get(value, (0, 0))
        found[value] = (good + passed[who], all_of_them + 1)
    return found


def suppressed(counts: Counts, *, everybody: int, least: int) -> Counts:
    """The groups that can be shown so that no small group can be worked out from the rest.

    Whoever is not shown makes one remainder; it is either empty or has ``least`` people.
    """
    shown = {
        name: (good, people)
        for name, (good, people) in counts.items()
        if people >= least and good >= FEWEST and people - good >= FEWEST
    }
    while shown and 0 < everybody - sum(people for _good, people in shown.values()) < least:
        del shown[min(shown, key=lambda name: (shown[name][1], name))]
    return shown if len(shown) > 1 else {}
