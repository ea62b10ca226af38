"""The answer: plans with steps and reasons, or the smallest change that would make one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from stackmark.stacking.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One offer taken. ``load`` are hours in each of its weeks, ``None`` where not stated."""

    offer: str
    title: str
    start: dt.date
    end: dt.date
    cost: Fraction
    hours: Fraction | None
    load: Fraction | None
    chance: Fraction | None
    why: str

    def to_json(self) -> dict[str, Any]:
        """As the contract writes it."""
        return {
            "offer": self.offer,
            "title": self.title,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "cost": plain(self.cost),
            "hours": plain(self.hours),
            "hoursPerWeek": plain(self.load),
            "pass": plain(self.chance),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A skill of the goal: its chance at the end, and what was asked. ``held`` needs no offer."""

    skill: str
    confidence: Fraction | None
    chance: Fraction
    held: bool

    def to_json(self) -> dict[str, Any]:
        """For an answer in JSON."""
        return {
            "skill": self.skill,
            "confidence": plain(self.confidence),
            "chance": plain(self.chance),
            "held": self.held,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One plan. ``labels`` are what it is best at; ``left`` names goals it does not reach."""

    labels: tuple[str, ...]
    cost: Fraction
    currency: str
    hours: Fraction | None
    load: Fraction
    finish: dt.date
    steps: tuple[Step, ...]
    skills: tuple[Reached, ...]
    witness: Witness | None
    left: tuple[str, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As the contract writes it."""
        return {
            "label": self.labels[0],
            "labels": list(self.labels),
            "cost": money(self.cost, self.currency),
            "hours": plain(self.hours),
            "hoursPerWeek": plain(self.load),
            "finish": self.finish.isoformat(),
            "steps": [one.to_json() for one in self.steps],
            "skills": [one.to_json() for one in self.skills],
            "witness": None if self.witness is None else self.witness.to_json(),
            "left": list(self.left),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A change after which there is a plan, ``path``; nothing less of its ``kind`` is enough.

    ``kind`` is ``budget``, ``hours`` (a week), ``deadline``, ``together`` (two of
    these, or all, where one is not enough; the deadline moved least, then the hours, then money)
    or ``drop`` (the fewest goals left out).
    """

    kind: Literal["budget", "hours", "deadline", "together", "drop"]
    money: Fraction = Fraction(0)
    hours: Fraction = Fraction(0)
    days: int = 0
    dropped: tuple[str, ...] = ()
    sentence: str
    path: Path

    def to_json(self) -> dict[str, Any]:
        """For an answer in JSON."""
        return {
            "kind": self.kind,
            "budget": plain(self.money),
            "hoursPerWeek": plain(self.hours),
            "days": self.days,
            "dropped": list(self.dropped),
            "sentence": self.sentence,
            "plan": self.path.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``feasible`` is ``None`` where a limit of nodes was reached before an answer.

    ``relaxation`` is the change that is smallest in proportion, ``others`` are the rest.
    ``left_out`` are offers for the goal that could not be taken, with the reason.
    """

    feasible: bool | None
    at: dt.date
    paths: tuple[Path, ...] = ()
    relaxation: Relaxation | None = None
    others: tuple[Relaxation, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """In the form of the contract."""
        return {
            "feasible": self.feasible,
            "at": self.at.isoformat(),
            "plans": [one.to_json() for one in self.paths],
            "relaxation": None if self.relaxation is None else self.relaxation.to_json(),
            "otherRelaxations": [one.to_json() for one in self.others],
            "offersLeftOut": [{"offer": name, "why": why} for name, why in self.left_out],
            "notes": list(self.notes),
        }


def plain(value: Fraction | None) -> int | float | None:
    """A number for JSON: whole where it is."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def money(amount: Fraction, currency: str) -> dict[str, Any]:
    """An amount for JSON."""
    return {"amount": plain(amount), "currency": currency}
