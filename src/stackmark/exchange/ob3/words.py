"""The facts of a descriptor in words, for the signed text.

Open Badges 3.0 has no home for hours, participation, supervision and others; a credit number has
none for its unit. They are said in the criteria, as Markdown, so that the signature covers them.
Only what is known is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from stackmark.exchange.ob3.plan_words import number, one_line, plan_rows, say
from stackmark.model.achievement import Achievement, Outcome, Quality
from stackmark.model.achievement_words import (
    KINDS,
    METHODS,
    PARTICIPATION,
    QUALITY,
    ROLES,
    SCALES,
    SUPERVISION,
    UNITS,
    singular,
)

__all__ = ["credit", "facts", "hours", "level", "narrative", "number", "one_line", "say"]

Row = tuple[str, str]  # label, value; no value when nobody said


def narrative(achievement: Achievement, language: str) -> str:
    """The criteria's own text, then outcomes and facts as Markdown."""
    own = achievement.criteria.narrative if achievement.criteria else {}
    sections = [
        say(own, language),
        _section("Learning outcomes", _outcome_lines(achievement.outcomes, language)),
        _section("Facts", [f"{label}: {value}" for label, value in facts(achievement, language)]),
    ]
    return "\n\n".join(filter(None, sections))


def facts(achievement: Achievement, language: str) -> list[Row]:
    """What is known of the facts, label and value, in the order of the facts label."""
    rows = [*_kind_rows(achievement, language), *_size_rows(achievement)]
    rows += _assessment_rows(achievement, language)
    rows += plan_rows(achievement, language)
    rows += [("Quality assurance", _quality(one)) for one in achievement.quality]
    rows += _text_rows(achievement, language)
    rows += [
        (ROLES[one.role].capitalize(), _with_id(one.name, one.id)) for one in achievement.parties
    ]
    rows += _other_rows(achievement, language)
    return [(label, one_line(value)) for label, value in rows if value]


def hours(achievement: Achievement) -> str:
    """The workload in words."""
    found = achievement.workload
    if found is None:
        return ""
    low, high = number(found.low), number(found.high)
    return f"{high} hours" if low == high else f"{low} to {high} hours"


def credit(achievement: Achievement) -> str:
    """Credit with its unit and who says so."""
    found = achievement.credit
    if found is None:
        return ""
    unit = found.unit_name if found.unit == "other" else UNITS.get(found.unit, found.unit)
    if found.value == 1 and found.unit in UNITS:
        unit = singular(unit)
    by = f" (assigned by {found.assigned_by})" if found.assigned_by else ""
    return f"{number(found.value)} {unit}{by}"


def level(achievement: Achievement) -> str:
    """The level in words, or the statement that there is none."""
    found = achievement.level
    if found is None:
        return ""
    if found.not_levelled:
        return "not levelled"
    eqf = f"EQF level {found.eqf}" if found.eqf else ""
    national = f"{found.framework} {found.code}".strip()
    return "; ".join(filter(None, (eqf, national)))


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"**{title}**", "", *(f"- {one}" for one in lines)]) if lines else ""


def _outcome_lines(outcomes: Iterable[Outcome], language: str) -> list[str]:
    return [line for one in outcomes if (line := _outcome(one, language))]


def _outcome(outcome: Outcome, language: str) -> str:
    said = say(outcome.statement, language)
    skills = "; ".join(_with_framework(one.name, one.framework) for one in outcome.skills)
    return one_line(f"{said} (skills: {skills})" if skills else said)


def _with_framework(name: str, framework: str) -> str:
    return f"{name}, {framework}" if framework else name


def _with_id(name: str, identifier: str) -> str:
    return f"{name} ({identifier})" if identifier else name


def _kind_rows(achievement: Achievement, language: str) -> list[Row]:
    programme = achievement.programme
    rows = [("Kind", KINDS.get(achievement.kind, ""))]
    if programme:
        of = f" of {programme.parts}" if programme.parts else ""
        place = f", part {programme.position}{of}" if programme.position else ""
        name = _with_id(say(programme.name, language), programme.url)
        rows.append(("Programme", f"{name}{place}"))
    return rows


def _size_rows(achievement: Achievement) -> list[Row]:
    forms = (PARTICIPATION[one] for one in achievement.participation)
    return [
        ("Level", level(achievement)),
        ("Workload", hours(achievement)),
        ("Credit", credit(achievement)),
        ("Form of participation", ", ".join(forms)),
        ("Language of instruction", ", ".join(achievement.instruction)),
    ]


def _assessment_rows(achievement: Achievement, language: str) -> list[Row]:
    found = achievement.assessment
    rows: list[Row] = []
    if found:
        rows += [
            ("Assessment", ", ".join(METHODS[one] for one in found.methods)),
            ("How it is assessed", say(found.description, language)),
            ("Pass rule", say(found.pass_rule, language)),
            ("Grading", _grading(achievement)),
            ("Attempts allowed", _attempts(found.attempts)),
        ]
    checked = SUPERVISION.get(achievement.supervision, "")
    return [*rows, ("Supervision and identity check", checked)]


def _grading(achievement: Achievement) -> str:
    found = achievement.assessment
    if found is None or not found.scale:
        return ""
    top = f", at most {number(found.maximum)}" if found.maximum is not None else ""
    needed = f", {number(found.required)} to pass" if found.required is not None else ""
    return f"{SCALES[found.scale]}{top}{needed}"


def _attempts(count: int | None) -> str:
    return {None: "", 0: "not limited"}.get(count, str(count))


def _quality(one: Quality) -> str:
    by = f" by {_with_id(one.name, one.id)}" if one.name else ""
    when = f", {one.date.isoformat()}" if one.date else ""
    due = f", next review due {one.review_due.isoformat()}" if one.review_due else ""
    return f"{QUALITY[one.type]}{by}{when}{due}{f', {one.url}' if one.url else ''}"


def _text_rows(achievement: Achievement, language: str) -> list[Row]:
    texts = (
        ("Use of AI", achievement.ai_policy),
        ("Prerequisites", achievement.prerequisites),
        ("Counts towards", achievement.stackability),
        ("Further information", achievement.further),
    )
    return [(label, say(text, language)) for label, text in texts]


def _other_rows(achievement: Achievement, language: str) -> list[Row]:
    others = [one for one in achievement.title if one != language]
    titles = "; ".join(f"{achievement.title[one]} ({one})" for one in others)
    return [
        ("Validity", _validity(achievement)),
        ("Renewal", say(achievement.validity.renewal, language) if achievement.validity else ""),
        ("Author", achievement.author),
        ("Title in other languages", titles),
    ]


def _validity(achievement: Achievement) -> str:
    found = achievement.validity
    if found is None:
        return ""
    if found.until:
        return f"until {found.until.isoformat()}"
    months = "1 month" if found.months == 1 else f"{found.months} months"
    return f"{months} from the day of issue" if found.months else "does not expire"
