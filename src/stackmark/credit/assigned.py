"""Who assigned a credit or a level; where nobody is named it is self-declared, and says so."""

from __future__ import annotations

from fractions import Fraction

from stackmark.credit.levels import framework_name
from stackmark.credit.numbers import show
from stackmark.credit.policies import units
from stackmark.model.achievement import Credit, Level


def say_credit(credit: Credit) -> str:
    """A sentence such as "5 ECTS credits, assigned by Northfield University."."""
    value = Fraction(credit.value or 0)
    known = units().get(credit.unit)
    name = credit.unit_name or credit.unit
    if known is not None:
        name = known.one if value == 1 else known.many
    return f"{show(value)} {name}, {_by(credit.assigned_by)}."


def say_level(level: Level) -> str:
    """A sentence such as "EQF level 6, self-declared: no body that assigned it is named."."""
    if level.not_levelled:
        return "Not levelled: its issuer says that it has no level."
    parts = []
    if level.eqf:
        parts.append(f"EQF level {level.eqf}")
    if level.framework:
        parts.append(f"{framework_name(level.framework)} {level.code}")
    if not parts:
        return "The level is unknown."
    return f"{', '.join(parts)}, {_by(level.assigned_by)}."


def _by(body: str) -> str:
    return f"assigned by {body}" if body else "self-declared: no body that assigned it is named"
