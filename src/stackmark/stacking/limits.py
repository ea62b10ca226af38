"""Whether the subset used keeps every limit, told in sentences. Robust for intervals and unknowns.

What is unknown counts against: a holding that may lie under a cap does, one that may be from the
home institution is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackmark.model.holding import Holding
from stackmark.stacking import rules as r
from stackmark.stacking.eligible import Eligibility, Question
from stackmark.stacking.grading import points


@dataclass(frozen=True, slots=True)
class Used:
    """The holdings used, all that are held, and which leaves each one serves."""

    rows: tuple[Holding, ...]
    held: tuple[Holding, ...]
    serves: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Credits of the used inside a select and outside; a high end of ``None`` has no bound."""

    inside: tuple[Fraction, Fraction | None]
    outside: tuple[Fraction, Fraction | None]


def faults_of_limits(rules: r.Rules, used: Used, eligible: Eligibility) -> Iterator[str]:
    """A sentence for each limit that is not kept."""
    for limit in rules.limits:
        judge = _JUDGES.get(type(limit))
        if judge is not None:
            fault = judge(limit, used, eligible)
            if fault:
                yield f"{limit.id}: {fault}"


def _cap(limit: r.Cap, used: Used, eligible: Eligibility) -> str:
    return _at_most(limit, eligible.predicate(limit.select), used, eligible)


def _level_mix(limit: r.LevelMix, used: Used, eligible: Eligibility) -> str:
    return _at_most(limit, eligible.predicate(below_level(limit.below)), used, eligible)


def _residency(limit: r.Residency, used: Used, eligible: Eligibility) -> str:
    return _at_least(limit, eligible.predicate(limit.select), used, eligible)


def _level_floor(limit: r.LevelFloor, used: Used, eligible: Eligibility) -> str:
    return _at_least(limit, eligible.predicate(from_level(limit.at_least)), used, eligible)


def below_level(level: int) -> r.Select:
    """What lies below a level."""
    return r.Select(level_max=level - 1)


def from_level(level: int) -> r.Select:
    """What lies at or above a level."""
    return r.Select(level_min=level)


def _at_most(limit: Any, takes: Question, used: Used, eligible: Eligibility) -> str:
    """The larger of the two bounds counts; what may be inside is."""
    sums = _sums(takes, used, eligible, unknown=True)
    high, most, share = sums.inside[1], limit.most, limit.share
    if share == 1 or (high is not None and most is not None and high <= most):
        return ""
    if high is None:
        return "the credit of something used under this cap is not known."
    if share is None:
        return f"{float(high):g} credits used lie under this cap, {_plain(most)} may."
    if (1 - share) * high <= share * sums.outside[0]:
        return ""
    return f"more than {_percent(share)} of the credits used lie under this cap."


def _at_least(limit: Any, takes: Question, used: Used, eligible: Eligibility) -> str:
    """Both bounds bind; what may be outside is."""
    sums = _sums(takes, used, eligible, unknown=False)
    if limit.least is not None and sums.inside[0] < limit.least:
        return f"{float(sums.inside[0]):g} credits used count here, {_plain(limit.least)} must."
    if not limit.share:
        return ""
    if sums.outside[1] is None:
        return "the credit of something used that does not count here is not known."
    if (1 - limit.share) * sums.inside[0] < limit.share * sums.outside[1]:
        return f"less than {_percent(limit.share)} of the credits used count here."
    return ""


def _sums(takes: Question, used: Used, eligible: Eligibility, *, unknown: bool) -> _Sums:
    """What is surely inside, or with ``unknown`` perhaps; and the rest."""
    rows: tuple[list[Holding], list[Holding]] = ([], [])
    for holding in used.rows:
        answer = takes(holding)
        rows[0 if (unknown if answer is None else answer) else 1].append(holding)
    return _Sums(total(rows[0], eligible), total(rows[1], eligible))


def total(rows: Sequence[Holding], eligible: Eligibility) -> tuple[Fraction, Fraction | None]:
    """Credits of holdings: the low end, and the high one; credit nobody knows is 0 to no bound."""
    low, high = Fraction(0), Fraction(0)
    bounded = True
    for holding in rows:
        found = eligible.credits(holding)
        bounded = bounded and found is not None
        if found is not None:
            low, high = low + found[0], high + found[1]
    return low, high if bounded else None


def _gpa(limit: r.GradeAverage, used: Used, eligible: Eligibility) -> str:
    takes, surplus = eligible.predicate(limit.select), Fraction(0)
    for holding in used.rows:
        concerned = takes(holding)
        if concerned is False:
            continue
        grade, credit = points(holding.grade, limit.scale), eligible.credits(holding)
        if grade is None or credit is None:
            return f"{holding.name} has no grade on {limit.scale}, or no credit to weigh it by."
        over = (grade - limit.value) if limit.higher_is_better else (limit.value - grade)
        if over < 0 or concerned:  # what perhaps is not weighed must not lift the mean
            surplus += over * (credit[0] if over > 0 else credit[1])
    if surplus >= 0:
        return ""
    return f"the mean grade does not reach {float(limit.value):g} on {limit.scale}."


def _exclude(limit: r.Exclude, used: Used, _: Eligibility) -> str:
    return _one_of_each(limit.groups, used, "of which one may be used")


def _equivalent(limit: r.Equivalent, used: Used, eligible: Eligibility) -> str:
    """Classes that meet, in this limit or another, are one."""
    named = {one for group in limit.classes for one in group}
    classes = sorted({tuple(sorted(eligible.same[one])) for one in named})
    return _one_of_each(classes, used, "which are the same learning")


def _one_of_each(groups: Sequence[Sequence[str]], used: Used, why: str) -> str:
    for group in groups:
        rows = [one for one in used.rows if one.achievement in group]
        if len(rows) > 1:
            return f"{' and '.join(one.name for one in rows)} are used, {why}."
    return ""


def _before(limit: r.Before, used: Used, _: Eligibility) -> str:
    for first, then in limit.pairs:
        for holding in used.rows:
            if holding.achievement == then and came_before(first, holding, used.held) is not True:
                return f"{holding.name} is used and {first} was not awarded before it."
    return ""


def came_before(first: str, holding: Holding, held: Sequence[Holding]) -> bool | None:
    """Whether an achievement is held, was not revoked, and was awarded before a holding."""
    answers = [
        _earlier(one, holding)
        for one in held
        if one.achievement == first and one.status != "revoked"
    ]
    return True if True in answers else None if None in answers else False


def _earlier(one: Holding, other: Holding) -> bool | None:
    if one.awarded is None or other.awarded is None:
        return None
    if one.awarded >= other.awarded:
        return False
    return None if one.status == "unknown" else True


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g} %"


def _plain(value: Fraction | None) -> str:
    return "none" if value is None else f"{float(value):g}"


_JUDGES: dict[type[r.Limit], Callable[..., str]] = {
    r.Cap: _cap,
    r.LevelMix: _level_mix,
    r.Residency: _residency,
    r.LevelFloor: _level_floor,
    r.GradeAverage: _gpa,
    r.Exclude: _exclude,
    r.Equivalent: _equivalent,
    r.Before: _before,
}
