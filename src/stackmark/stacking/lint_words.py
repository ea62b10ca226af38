"""Lints of words: units, scales, classes, fields and addresses that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from stackmark.credit.grades import grade_policies, scales
from stackmark.credit.policies import units
from stackmark.model.holding import CLASSES
from stackmark.stacking import rules as r
from stackmark.stacking.grading import BAVARIAN, higher_is_better, span
from stackmark.stacking.lint import Finding, Ground
from stackmark.stacking.relate import nothing_meets

_FIELD: Final = re.compile(r"[0-9]{1,4}\Z")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
# What a policy needs beyond the grade, which rules do not say; the scales one gives.
_OPEN: Final = frozenset({"egracons", "ects-2005"})
_GIVES: Final = {"uk-percent-class": ("uk-class", "percent"), BAVARIAN: ("german",)}


def lint_words(ground: Ground) -> Iterator[Finding]:
    """Everything that is written in words others have to know."""
    rules = ground.rules
    if rules.unit not in units():
        yield _odd(
            "unknown-unit",
            ("", "unit"),
            f"{rules.unit} is no unit that is known: credit in other units is not converted.",
            f"Use one of {', '.join(units())}.",
        )
    for leaf in ground.leaves:
        word = {r.Count: "count", r.CreditSum: "credits", r.Capstone: "capstone"}[type(leaf)]
        yield from _select(leaf.select, leaf.id, f"{ground.places[leaf.id]}/{word}/select")
    for number, limit in enumerate(rules.limits):
        yield from _limit(limit, f"limits/{number}")


def _odd(code: str, where: tuple[str, str], sentence: str, way_on: str) -> Finding:
    return Finding(
        code=code, kind="odd", part=where[0], place=where[1], sentence=sentence, way_on=way_on
    )


def _limit(limit: r.Limit, place: str) -> Iterator[Finding]:
    select = getattr(limit, "select", None)
    if isinstance(select, r.Select):
        yield from _select(select, limit.id, f"{place}/select")
        why = nothing_meets(select)
        if why:
            yield _odd("select-empty", (limit.id, place), why, "Change what it selects.")
    if isinstance(limit, r.GradeAverage):
        yield from _gpa(limit, place)


def _gpa(limit: r.GradeAverage, place: str) -> Iterator[Finding]:
    where = (limit.id, f"{place}/gpa")
    known, ends = higher_is_better(limit.scale), span(limit.scale)
    if limit.scale not in scales():
        yield _scale(limit.scale, where)
    elif ends is None:
        told = f"The grades of {limit.scale} are no numbers, and a mean needs numbers."
        yield _odd("scale-no-numbers", where, told, "Use a scale of numbers.")
    elif known is not None and known != limit.higher_is_better:
        better = "high" if known else "low"
        told = f"On {limit.scale} {better} numbers are better, and it says the opposite."
        yield _odd("gpa-direction", where, told, f"Set higher_is_better to {str(known).lower()}.")
    elif not ends[0] <= limit.value <= ends[1]:
        yield _outside(str(float(limit.value)), limit.scale, where)


def _scale(scale: str, where: tuple[str, str]) -> Finding:
    told = f"{scale} is no scale that is known: only equal grades compare on it."
    return _odd("unknown-scale", where, told, f"Use one of {', '.join(scales())}.")


def _outside(value: str, scale: str, where: tuple[str, str]) -> Finding:
    told = f"{value} is no grade of {scale}."
    return _odd("grade-outside-scale", where, told, "Mend the grade or the scale.")


def _select(select: r.Select, part: str, place: str) -> Iterator[Finding]:
    for field in select.field:
        if not _FIELD.match(field):
            told = f"{field} is no ISCED-F code of up to four digits."
            yield _odd("field-code", (part, f"{place}/field"), told, "Use the digits: 06, 0613.")
    for kind in select.kind:
        if kind not in CLASSES:
            told = f"{kind} is no class of credentials that is known."
            way = f"Use one of {', '.join(CLASSES)}."
            yield _odd("unknown-class", (part, f"{place}/class"), told, way)
    for name in ("skill", "achievement", "issuer"):
        for value in getattr(select, name):
            if not _ADDRESS.match(value):
                told = f"{value} is no address (URI); credentials name a {name} by its address."
                yield _odd("address-form", (part, f"{place}/{name}"), told, "Use its address.")
    if select.grade_min is not None:
        yield from _grade(select.grade_min, (part, f"{place}/grade_min"))


def _grade(grade: r.GradeAtLeast, where: tuple[str, str]) -> Iterator[Finding]:
    known = scales().get(grade.scale)
    if known is None:
        yield _scale(grade.scale, where)
    elif not _is_grade(grade.value, grade.scale):
        yield _outside(grade.value, grade.scale, where)
    if not grade.policy:
        return
    if grade.policy not in grade_policies():
        told = f"{grade.policy} is no policy for grades that is known."
        way = f"Use one of {', '.join(grade_policies())}."
        yield _odd("unknown-policy", where, told, way)
    elif grade.policy in _OPEN or (grade.policy == BAVARIAN and grade.source is None):
        told = f"{grade.policy} needs facts that rules do not hold: other scales stay undecided."
        way = "Name the grade on each scale in a rule of its own."
        if grade.policy == BAVARIAN:
            told = f"{grade.policy} needs the best mark and the lowest pass of the other scale."
            way = "Add from, with scale, best and lowest_pass."
        yield _odd("policy-open", where, told, way)
    elif grade.scale not in _GIVES.get(grade.policy, (grade.scale,)):
        told = f"{grade.policy} gives no grades of {grade.scale}."
        yield _odd("policy-scale", where, told, f"Use {' or '.join(_GIVES[grade.policy])}.")


def _is_grade(value: str, scale: str) -> bool:
    ends = span(scale)
    if ends is None:
        return value in scales()[scale].get("grades", ())
    try:
        return ends[0] <= Fraction(value) <= ends[1]
    except (ValueError, ZeroDivisionError):
        return False
