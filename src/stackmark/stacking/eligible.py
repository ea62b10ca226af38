"""Which holding may serve which leaf: yes, no, or nobody can say.

A ``Select`` becomes a list of questions, the cheap ones first. ``True`` is certain, ``None`` is
unknown: it never makes a yes, and never makes a no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from typing import Final

from stackmark.credit.convert import convert
from stackmark.credit.policies import Range
from stackmark.errors import StackmarkError
from stackmark.model.holding import SUPERVISION, Credits, Holding
from stackmark.stacking.ages import oldest
from stackmark.stacking.grading import reaches
from stackmark.stacking.rules import Capstone, Equivalent, Leaf, Limit, MaxAge, Rules, Select

Answer = bool | None
Question = Callable[[Holding], Answer]


class Eligibility:
    """What one file of rules says of single holdings at a day.

    Equivalent achievements and approved substitutes count for a leaf's ``achievement``; for a
    capstone substitutes do not.
    """

    def __init__(self, rules: Rules, at: dt.date) -> None:
        self.at = at
        self.unit = rules.unit
        self.same = _same_learning(rules.limits)
        self._for = _substitutes(rules)
        self._aged = [one for one in rules.limits if isinstance(one, MaxAge)]
        self._ages = [(self.predicate(one.select), oldest(at, one.years)) for one in self._aged]
        self._general = [_valid(at), *(_young(takes, day) for takes, day in self._ages)]
        self._leaves = {leaf.id: [*self._general, *self._own(leaf)] for leaf in rules.leaves()}
        self._apart: dict[str, tuple[tuple[str, str, Question], ...]] = {}
        self._converted: dict[Credits, tuple[Fraction, Fraction] | None] = {}

    def of(self, leaf: Leaf, holding: Holding) -> Answer:
        """Whether the holding may serve the leaf, ages and status among it."""
        return _all_of(self._leaves[leaf.id], holding)

    def standing(self, holding: Holding) -> Answer:
        """What is asked of a holding whatever it serves: in force, and not too old."""
        return _all_of(self._general, holding)

    def question(self, leaf: Leaf) -> Question:
        """What a leaf asks besides ``standing``, to be asked many times."""
        return _joined(self._own(leaf))

    def parts(self, leaf: Leaf) -> tuple[tuple[str, str, Question], ...]:
        """Each question of a leaf by itself: what it is about, whose it is, the question."""
        if leaf.id not in self._apart:
            self._apart[leaf.id] = tuple(self._parts(leaf))
        return self._apart[leaf.id]

    def _parts(self, leaf: Leaf) -> Iterator[tuple[str, str, Question]]:
        yield "status", leaf.id, _valid(self.at)
        substitutes = not isinstance(leaf, Capstone)
        for about, select in single(leaf.select):
            asked = self._questions(select, substitutes=substitutes)
            yield about, leaf.id, _joined(asked)
        for limit, (takes, day) in zip(self._aged, self._ages, strict=True):
            yield "age", limit.id, _young(takes, day)

    def predicate(self, select: Select) -> Question:
        """Whether a select of a limit takes a holding; status and age are no part of it."""
        return _joined(self._questions(select, substitutes=True))

    def credits(self, holding: Holding) -> tuple[Fraction, Fraction] | None:
        """Its credit in the rules' unit as an interval; ``None`` where there is none to tell."""
        stated = holding.credits
        if stated is None:
            return None
        if stated.unit == self.unit:
            return stated.low, stated.high
        if stated not in self._converted:
            self._converted[stated] = credits_in(holding, self.unit)
        return self._converted[stated]

    def _own(self, leaf: Leaf) -> list[Question]:
        return self._questions(leaf.select, substitutes=not isinstance(leaf, Capstone))

    def _questions(self, select: Select, *, substitutes: bool) -> list[Question]:
        found: list[Question] = []
        if select.id:
            found.append(_among(select.id, lambda one: one.id))
        if select.achievement:
            found.append(
                _among(
                    self._wanted(select.achievement, substitutes=substitutes),
                    lambda one: one.achievement,
                )
            )
        for allowed, value in ((select.issuer, _issuer), (select.kind, _kind)):
            if allowed:
                found.append(_among(allowed, value))
        found += _lists(select)
        found += _levels(select)
        found += _measures(select, self.at)
        if select.credits_min is not None:
            found.append(self._has_credits(select.credits_min))
        return found

    def _wanted(self, achievements: Iterable[str], *, substitutes: bool) -> frozenset[str]:
        wanted = {other for one in achievements for other in self.same.get(one, (one,))}
        if substitutes:
            wanted |= {use for one in tuple(wanted) for use in self._for.get(one, ())}
        return frozenset(wanted)

    def _has_credits(self, least: Fraction) -> Question:
        def ask(holding: Holding) -> Answer:
            found = self.credits(holding)
            if found is None:
                return None
            low, high = found
            return True if low >= least else None if high >= least else False

        return ask


def single(select: Select) -> Iterator[tuple[str, Select]]:
    """A select taken apart: what each predicate is about, and it alone."""
    plain = Select()
    for one in fields(Select):
        value = getattr(select, one.name)
        if one.name != "valid" and value != getattr(plain, one.name):
            about = _ABOUT.get(one.name, one.name)
            yield about, Select(**{one.name: value})


_ABOUT: Final = {
    "level_min": "level",
    "level_max": "level",
    "credits_min": "credits",
    "max_age_years": "age",
    "grade_min": "grade",
    "supervision_min": "supervision",
    "evidence_min": "evidence",
    "not_applied_to": "applied_to",
    "kind": "class",
}


def credits_in(holding: Holding, unit: str) -> tuple[Fraction, Fraction] | None:
    """Credit of a holding in a unit: as stated, or by the convention of the two units."""
    stated = holding.credits
    if stated is None:
        return None
    if stated.unit == unit:
        return stated.low, stated.high
    if not stated.high:
        return Fraction(0), Fraction(0)
    try:
        found = convert(Range(stated.low, stated.high), stated.unit, unit)
    except StackmarkError:
        return None
    return found.low, found.high


def _joined(questions: Iterable[Question]) -> Question:
    asked = tuple(questions)
    if len(asked) == 1:
        return asked[0]
    return lambda holding: _all_of(asked, holding)


def _all_of(questions: Iterable[Question], holding: Holding) -> Answer:
    found: Answer = True
    for ask in questions:
        answer = ask(holding)
        if answer is False:
            return False
        if answer is None:
            found = None
    return found


def _issuer(holding: Holding) -> str:
    return holding.issuer


def _kind(holding: Holding) -> str:
    return holding.kind


def _among(allowed: Iterable[str], value: Callable[[Holding], str]) -> Question:
    wanted = frozenset(allowed)

    def ask(holding: Holding) -> Answer:
        found = value(holding)
        return found in wanted if found else None

    return ask


def _lists(select: Select) -> list[Question]:
    """Questions answered by lists that are known whole, and by the field's code."""
    found: list[Question] = []
    if select.issuer_class:
        classes = frozenset(select.issuer_class)
        found.append(lambda one: not classes.isdisjoint(one.issuer_classes))
    if select.skill:
        skills = frozenset(select.skill)
        found.append(lambda one: not skills.isdisjoint(one.skills))
    if select.field:
        prefixes = select.field
        found.append(lambda one: one.field.startswith(prefixes) if one.field else None)
    if select.verified:
        found.append(lambda one: one.provenance == "verified")
    if select.not_applied_to:
        barred = frozenset(select.not_applied_to)
        found.append(
            lambda one: None if one.applied_to is None else barred.isdisjoint(one.applied_to)
        )
    return found


def _levels(select: Select) -> list[Question]:
    low, high = select.level_min, select.level_max
    if low is None and high is None:
        return []
    bottom, top = low or 0, high if high is not None else 99
    return [lambda one: None if one.level is None else bottom <= one.level <= top]


def _measures(select: Select, at: dt.date) -> list[Question]:
    found: list[Question] = []
    if select.supervision_min:
        least = SUPERVISION.index(select.supervision_min)
        found.append(
            lambda one: SUPERVISION.index(one.supervision) >= least if one.supervision else None
        )
    if select.evidence_min is not None:
        found.append(_strong(select.evidence_min))
    if select.grade_min is not None:
        grade = select.grade_min
        found.append(lambda one: reaches(one.grade, grade))
    if select.max_age_years is not None:
        found.append(_young(lambda _: True, oldest(at, select.max_age_years)))
    return found


def _strong(least: int) -> Question:
    """Evidence of a level; unknown where the facts that are known leave it open."""

    def ask(holding: Holding) -> Answer:
        if holding.evidence is None or holding.evidence >= least:
            return None if holding.evidence is None else True
        return None if (holding.evidence_most or 0) >= least else False

    return ask


def _young(takes: Question, day: dt.date) -> Question:
    """Not older than a day, for what the select takes; unknown where either is."""

    def ask(holding: Holding) -> Answer:
        concerned = takes(holding)
        if concerned is False:
            return True
        if holding.awarded is not None and holding.awarded >= day:
            return True
        return False if concerned and holding.awarded is not None else None

    return ask


def _valid(at: dt.date) -> Question:
    """In force at a day: awarded by then, not expired, neither revoked nor suspended."""

    def ask(holding: Holding) -> Answer:
        if holding.awarded is not None and holding.awarded > at:
            return False
        if holding.expires is not None and holding.expires < at:
            return False
        return None if holding.status == "unknown" else holding.status == "valid"

    return ask


def _same_learning(limits: Iterable[Limit]) -> dict[str, frozenset[str]]:
    """Each achievement with all it is equivalent to; classes that meet are one."""
    found: dict[str, frozenset[str]] = {}
    for limit in limits:
        for group in limit.classes if isinstance(limit, Equivalent) else ():
            whole = frozenset(group).union(*(found.get(one, ()) for one in group))
            found.update(dict.fromkeys(whole, whole))
    return found


def _substitutes(rules: Rules) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in rules.substitutes:
        found[one.instead_of] = (*found.get(one.instead_of, ()), one.use)
    return found
