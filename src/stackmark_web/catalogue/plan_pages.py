"""How an achievement is assessed, as its public page and the comparison say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.assessment_plan import Component, Plan
from stackmark_web.catalogue import plan_vocabulary as words
from stackmark_web.catalogue import vocabulary
from stackmark_web.ui.cards import Fact
from stackmark_web.ui.text import best_text


@dataclass(frozen=True, slots=True)
class Standing:
    """The cut in force, from who sets it: percent in all and by component, and how it came about.

    ``notes`` are sentences about how; ``doubt`` is one that readers are warned by.
    """

    total: float | None = None
    least: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A component in words; ``outcomes`` are the numbers of those it assesses, from 1."""

    component: Component
    share: str
    method: str | Promise
    marked: str
    minimum: str
    outcomes: tuple[int, ...]
    submissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """What the page shows of the assessment."""

    parts: tuple[Part, ...]
    rule: list[str]
    facts: list[tuple[Any, str]]
    standing: Standing


def assessed(descriptor: Descriptor, standing: Standing | None = None) -> Assessed | None:
    """The assessment in words; None for a version without a plan."""
    plan = descriptor.plan
    if plan is None:
        return None
    at = standing or Standing()
    shares = words.shares(plan)
    parts = tuple(_part(descriptor, one, shares[one.id], at) for one in plan.components)
    rule = words.pass_rule(descriptor, total=at.total, least=at.least)
    return Assessed(parts, rule, words.facts(plan), at)


def _part(descriptor: Descriptor, one: Component, share: str, standing: Standing) -> Part:
    least = standing.least.get(one.id, one.minimum)
    outcomes = enumerate(descriptor.outcomes, 1)
    return Part(
        component=one,
        share=share,
        method=vocabulary.METHODS.get(one.method, ""),
        marked=words.marked(one),
        minimum=words.percent(least, 2) if least else "",
        outcomes=tuple(number for number, said in outcomes if one.id in said.components),
        submissions=tuple(str(words.SUBMISSIONS[name]) for name in one.submissions),
    )


def compared(descriptor: Descriptor) -> list[Fact]:
    """The plan as rows of a comparison; the same rows for every achievement."""
    plan = descriptor.plan or Plan()
    shares = words.shares(plan)
    parts = [f"{best_text(one.name)}: {shares[one.id]} %" for one in plan.components]
    rule = words.pass_rule(descriptor)
    return [
        Fact(_("Parts of the assessment"), "; ".join(parts), items=tuple(parts)),
        Fact(_("To pass"), " ".join(rule), items=tuple(rule)),
        *(Fact(label, said, unknown=not said) for label, said in words.facts(plan)),
    ]
