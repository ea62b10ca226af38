"""What a moderation meeting looks at: pairs, spread and leaning of markers, agreement."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from stackmark.assessment.intervals import mean_interval
from stackmark.assessment.statistic import Statistic
from stackmark.model.assessment_plan import Plan
from stackmark_web.assessing import agreement, allotting, plans
from stackmark_web.assessing.models import Attempt, Marking, Moderation

BINS: Final = 10  # of the spread: tenths of the total
LEAST_PAIRS: Final = 5  # below so many shared scripts nobody's leaning is told


@dataclass(frozen=True, slots=True)
class Pair:
    """Two markings of one script."""

    attempt: Attempt
    first: Marking
    second: Marking
    gap: float  # of the totals, second less first
    most_steps: int  # of the criterion where levels lie farthest apart
    far: bool  # adjudicated, or to be
    note: str
    decision: Any


@dataclass(frozen=True, slots=True)
class Spread:
    """One marker: how their totals lie, and how they lean against those they shared scripts with.

    ``leaning`` is the mean of own total less the other's, in percent points.
    """

    code: str
    n: int
    mean: float
    bins: tuple[int, ...]
    shared: int
    leaning: float | None
    interval: tuple[float, float] | None


def scripts_between(achievement: Any, start: date, end: date) -> list[Attempt]:
    """The attempts with a finished marking in a period, both days included."""
    rows = Attempt.everywhere.filter(
        achievement=achievement,
        source=None,
        markings__state=Marking.State.SUBMITTED,
        markings__kind__in=(Marking.Kind.FIRST, Marking.Kind.SECOND),
        markings__submitted_at__date__range=(start, end),
    ).exclude(state=Attempt.State.VOID)
    return list(rows.distinct())


def scripts_of(meeting: Moderation, user: Any) -> list[Attempt]:
    """The scripts of a meeting without those of candidates this person must not meet."""
    rows = meeting.attempts.select_related("version", "achievement", "organisation")
    return [one for one in rows if not allotting.has_conflict(user, one)]


def markings_of(scripts: Iterable[Attempt]) -> list[Marking]:
    """First and second markings that are finished."""
    kinds = (Marking.Kind.FIRST, Marking.Kind.SECOND)
    rows = Marking.everywhere.filter(
        attempt__in=list(scripts), kind__in=kinds, state=Marking.State.SUBMITTED
    )
    return list(rows.select_related("attempt__version"))


def pairs(meeting: Moderation, scripts: Sequence[Attempt]) -> list[Pair]:
    """Scripts marked twice, the greatest difference first."""
    by_script: dict[Any, dict[str, Marking]] = {}
    for one in markings_of(scripts):
        by_script.setdefault(one.attempt_id, {})[one.kind] = one
    found = [
        _pair(meeting, script, *(by_script[script.pk][kind] for kind in ("first", "second")))
        for script in scripts
        if len(by_script.get(script.pk, ())) == 2
    ]
    return sorted(found, key=lambda one: (-one.most_steps, -abs(one.gap), str(one.attempt.pk)))


def _pair(meeting: Moderation, script: Attempt, first: Marking, second: Marking) -> Pair:
    plan = plans.plan_of(script.version)
    apart = agreement.differences(plan, first, second) if plan else []
    return Pair(
        script,
        first,
        second,
        (second.total or 0.0) - (first.total or 0.0),
        max((one.steps or 0 for one in apart), default=0),
        any(one.is_far for one in apart),
        meeting.notes.get(str(script.pk), ""),
        script.decisions.filter(is_current=True).first(),
    )


def spreads(markings: Sequence[Marking]) -> list[Spread]:
    """Each marker under a code, by how many scripts they marked."""
    gaps = _gaps(markings)
    totals: dict[str, list[float]] = {}
    for one in markings:
        if one.total is not None:
            totals.setdefault(one.marker_code, []).append(one.total)
    found = [_spread(code, values, gaps.get(code, [])) for code, values in totals.items()]
    return sorted(found, key=lambda one: (-one.n, one.code))


def _spread(code: str, totals: list[float], gaps: list[float]) -> Spread:
    bins = [0] * BINS
    for one in totals:
        bins[min(int(one * BINS / 100), BINS - 1)] += 1
    told = len(gaps) >= LEAST_PAIRS
    return Spread(
        code[:4].upper(),
        len(totals),
        statistics.fmean(totals),
        tuple(bins),
        len(gaps),
        statistics.fmean(gaps) if told else None,
        mean_interval(gaps) if told else None,
    )


def _gaps(markings: Sequence[Marking]) -> dict[str, list[float]]:
    by_script: dict[Any, list[Marking]] = {}
    for one in markings:
        by_script.setdefault(one.attempt_id, []).append(one)
    found: dict[str, list[float]] = {}
    for two in by_script.values():
        if len(two) == 2 and None not in (two[0].total, two[1].total):
            gap = (two[0].total or 0.0) - (two[1].total or 0.0)
            found.setdefault(two[0].marker_code, []).append(gap)
            found.setdefault(two[1].marker_code, []).append(-gap)
    return found


def figures(found: Sequence[Pair]) -> dict[str, Statistic]:
    """Agreement over the pairs: of levels (script by criterion) and of totals (scripts)."""
    from stackmark.assessment import agreement as library
    from stackmark.assessment.intraclass import intraclass
    from stackmark.assessment.krippendorff import krippendorff_alpha
    from stackmark.assessment.marks import marks_of

    rows = [row for one in found for row in _ranks(one)]
    said = "criteria of scripts marked twice"
    levels = marks_of(rows or [[float("nan")] * 2])
    totals = marks_of(
        [[one.first.total, one.second.total] for one in found] or [[float("nan")] * 2]
    )
    return {
        "exact": library.exact_agreement(levels, population=said),
        "adjacent": library.exact_agreement(levels, within=1, population=said),
        "alpha": krippendorff_alpha(levels, "ordinal", population=said),
        "icc": intraclass(totals, population="totals of scripts marked twice").icc_1_1,
    }


def _ranks(pair: Pair) -> list[list[float]]:
    plan: Plan | None = plans.plan_of(pair.attempt.version)
    found = []
    for component in plan.components if plan else ():
        for each in component.criteria:
            two = [
                agreement.place_of(each, one.levels.get(component.id, {}).get(each.id))
                for one in (pair.first, pair.second)
            ]
            if two[0] is not None and two[1] is not None:
                found.append([float(two[0]), float(two[1])])
    return found


# -- archived scripts ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drift:
    """Blind re-markings against what was decided: mean of new total less old, percent points."""

    n: int
    mean: float | None
    interval: tuple[float, float] | None
    waiting: int


def drift(achievement: Any) -> Drift:
    """How markers mark the kept scripts now; nothing below ``LEAST_PAIRS`` re-markings."""
    rows = Marking.everywhere.filter(
        attempt__achievement=achievement, attempt__is_archived=True, kind=Marking.Kind.ANCHOR
    )
    done = rows.filter(state=Marking.State.SUBMITTED).select_related("attempt")
    both = [(one.total, one.attempt.total) for one in done]
    gaps = [new - old for new, old in both if new is not None and old is not None]
    told = len(gaps) >= LEAST_PAIRS
    return Drift(
        len(gaps),
        statistics.fmean(gaps) if told else None,
        mean_interval(gaps) if told else None,
        rows.filter(state__in=allotting.OPEN).count(),
    )
