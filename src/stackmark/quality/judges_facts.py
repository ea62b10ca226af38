"""Tests on outcomes, size, level and assessment."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from stackmark.credit.levels import to_level
from stackmark.credit.policies import unit_name
from stackmark.errors import CheckFailed, UsageError
from stackmark.model.achievement import Level
from stackmark.quality import sizes
from stackmark.quality.answers import Answer, met, silent, unsure, wrong
from stackmark.quality.case import Case
from stackmark.quality.profile import Row

_EQF: Final = "/achievement/level/eqf"
_OUTCOMES: Final = "/achievement/outcomes"
_METHODS: Final = "/achievement/assessment/methods"
_SUPERVISION: Final = "/achievement/supervision"
_CYCLES: Final = ("qf-ehea", "qf ehea", "bologna")


def outcomes(case: Case, row: Row) -> Answer:
    """So many outcomes, each with words."""
    found = case.record.achievement.outcomes
    wanted = int(row.parameters.get("count", 1))
    if not found:
        return silent("No learning outcome is stated.", _OUTCOMES)
    for number, one in enumerate(found):
        if not any(one.statement.values()):
            told = "only names a skill" if one.skills else "has no statement"
            return silent(f"Outcome {number + 1} {told}.", f"{_OUTCOMES}/{number}/statement")
    if len(found) < wanted:
        return wrong(f"{_count(len(found))}; {wanted} or more are asked for.", _OUTCOMES)
    return met(f"{_count(len(found))}.", _OUTCOMES)


def aligned(case: Case, row: Row) -> Answer:
    """Each outcome has a skill with an address."""
    del row
    found = case.record.achievement.outcomes
    bare = [n for n, one in enumerate(found) if not any(skill.uri for skill in one.skills)]
    if not found:
        return silent("No learning outcome is stated, so none is tied to a skill.", _OUTCOMES)
    if bare:
        told = f"{len(bare)} of {len(found)} outcomes name no skill of a public framework."
        return silent(told, f"{_OUTCOMES}/{bare[0]}/skills")
    return met("Every outcome names a skill of a public framework.", _OUTCOMES)


def linked(case: Case, row: Row) -> Answer:
    """Each outcome says by what it is assessed."""
    del row
    found = case.record.achievement.outcomes
    bare = [n for n, one in enumerate(found) if not one.assessed_by]
    if not found:
        return silent("No learning outcome is stated, so none is tied to an assessment.", _OUTCOMES)
    if bare:
        told = f"{len(bare)} of {len(found)} outcomes do not say how they are assessed."
        return silent(told, f"{_OUTCOMES}/{bare[0]}/assessed_by")
    return met("Every outcome says how it is assessed.", _OUTCOMES)


def level(case: Case, row: Row) -> Answer:
    """A level within the bounds, or the statement that there is none."""
    found = case.record.achievement.level
    if found is None:
        return silent("No level is stated, nor that there is none.", "/achievement/level")
    if found.not_levelled:
        if row.parameters.get("or_none"):
            return met("It says that it is not levelled.")
        return wrong("It says that it is not levelled; a level is asked for.")
    if found.eqf is None:
        return _national(found, row)
    least, most = _levels(row)
    if not least <= found.eqf <= most:
        told = f"EQF level {found.eqf} does not lie between {least} and {most}."
        return wrong(told, "/achievement/level/eqf")
    by = f"assigned by {found.assigned_by}" if found.assigned_by else "self-declared"
    return met(f"EQF level {found.eqf}, {by}.")


def _national(found: Level, row: Row) -> Answer:
    told = f"{found.framework} {found.code}".strip()
    is_cycle = any(one in found.framework.lower() for one in _CYCLES)
    if told and (row.parameters.get("national") or (is_cycle and not row.parameters.get("least"))):
        return met(f"{told}.")
    if not told:
        return silent("No level is stated.", _EQF)
    return _referenced(found, row) or unsure(
        f"Only the level {told} is stated, none of the EQF, and no published table says where that "
        "lies.",
        _EQF,
    )


def _referenced(found: Level, row: Row) -> Answer | None:
    """Where a published table puts a national level in the EQF; None when there is none."""
    try:
        there = to_level(found.framework, found.code, "eqf")
    except (UsageError, CheckFailed):
        return None
    least, most = _levels(row)
    if not least <= int(there.low) <= int(there.high) <= most:
        return wrong(f"{there.sentence} Asked for is {least} to {most}.", "/achievement/level/code")
    return met(there.sentence, "/achievement/level/code")


def _levels(row: Row) -> tuple[int, int]:
    return int(row.parameters.get("least", 1)), int(row.parameters.get("most", 8))


def workload(case: Case, row: Row) -> Answer:
    """Hours, or credit that stands for hours."""
    del row
    achievement = case.record.achievement
    span = sizes.hours(achievement)
    if achievement.workload is not None:
        return met(
            f"{span} {'hour' if str(span) == '1' else 'hours'} of learning.",
            "/achievement/workload",
        )
    credit = achievement.credit
    if credit is None:
        return silent("No hours of learning and no credit are stated.", "/achievement/workload")
    said = f"{sizes.plain(credit.value or Decimal(0))} {credit.unit_name or credit.unit}"
    if span is None:
        return silent(
            f"Only {said} is stated; that stands for no number of hours of learning.",
            "/achievement/workload",
        )
    return met(f"{said}, which stands for {span} hours of learning.", "/achievement/credit")


def size(case: Case, row: Row) -> Answer:
    """The size as an interval against the bounds."""
    unit = row.parameters["unit"]
    achievement = case.record.achievement
    span = sizes.in_unit(achievement, unit)
    if span is None:
        return silent(f"The size in {unit_name(unit)} is not known.")
    by_credit = achievement.workload is None or (
        achievement.credit is not None and achievement.credit.unit == unit
    )
    path = "/achievement/credit" if by_credit else "/achievement/workload"
    least = Decimal(str(row.parameters.get("least", 0)))
    most = row.parameters.get("most")
    top = None if most is None else Decimal(str(most))
    told = f"{span} {unit_name(unit)}; {_bounds(least, top)} asked for"
    if (span.high is not None and span.high < least) or (top is not None and span.low > top):
        return wrong(f"It has {told}.", path)
    if span.low >= least and (top is None or (span.high is not None and span.high <= top)):
        return met(f"{span} {unit_name(unit)}.", path)
    return unsure(f"By what is stated it has {told}.", path)


def _bounds(least: Decimal, most: Decimal | None) -> str:
    if most is None:
        return f"at least {sizes.plain(least)} are"
    return (
        f"{sizes.plain(least)} to {sizes.plain(most)} are"
        if least
        else (f"at most {sizes.plain(most)} are")
    )


def assessed(case: Case, row: Row) -> Answer:
    """Assessed at all, and by one of certain kinds.

    Our own form lists every method; a foreign document may have room for some only, so that
    another one there is no fault.
    """
    found = case.record.achievement.assessment
    if found is None or not found.methods:
        return silent("It is not stated how learning is assessed.", _METHODS)
    if found.is_attendance:
        return wrong("It says that nothing is assessed.", _METHODS)
    wanted = row.parameters.get("methods")
    if wanted and not set(wanted) & set(found.methods):
        told, asked = ", ".join(found.methods), ", ".join(wanted)
        judge = wrong if case.is_own else unsure
        return judge(f"It is assessed by {told}; asked for is one of {asked}.", _METHODS)
    return met(", ".join(found.methods), _METHODS)


def supervised(case: Case, row: Row) -> Answer:
    """Somebody watches."""
    del row
    return _watched(case, "supervised", "unsupervised", "The assessment is not supervised.")


def identified(case: Case, row: Row) -> Answer:
    """Somebody knows who it is."""
    del row
    return _watched(case, "-id", "-no-id", "Identity is not checked at the assessment.")


def _watched(case: Case, good: str, bad: str, sentence: str) -> Answer:
    said = case.record.achievement.supervision
    if not said:
        return silent("Supervision and identity check are not stated.", _SUPERVISION)
    if said.startswith(bad) or said.endswith(bad):
        return wrong(sentence, _SUPERVISION)
    assert said.startswith(good) or said.endswith(good)
    return met(said.replace("-", " "), _SUPERVISION)


def ends(case: Case, row: Row) -> Answer:
    """Validity that has an end."""
    del row
    validity, award = case.record.achievement.validity, case.record.award
    if award and award.valid_until:
        return met(f"Valid until {award.valid_until.date().isoformat()}.", "/award/valid_until")
    if validity is None:
        return silent("It is not stated how long it is valid.", "/achievement/validity")
    if validity.kind == "unlimited":
        return wrong("It never ends.", "/achievement/validity/kind")
    until = validity.until.isoformat() if validity.until else f"{validity.months} months"
    return met(f"It ends: {until}.", "/achievement/validity")


def _count(number: int) -> str:
    return "1 outcome" if number == 1 else f"{number} outcomes"
