"""The assessment plan of an achievement: components, rubrics, and the facts of integrity.

Scores are percent of what a component can give, unrounded. The total is the mean of the
components' percents by their weights; passing means the total reaches the cut in force and every
component its ``minimum``. Identity, binding, supervision, authorship and AI policy are five
separate facts that are never blended (reference: AERA/APA/NCME Standards 2014, chapter 6).
"""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from stackmark.model import achievement_codes as codes
from stackmark.model import achievement_rules as rule
from stackmark.model.achievement_rules import Part, Texts, refuse

MAX_COMPONENTS: Final = 20
MAX_CRITERIA: Final = 30
MAX_LEVELS: Final = 10
MAX_PARTS: Final = 90  # components and criteria in all: each has a result in a credential


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricLevel(Part):
    """One level of a criterion: what work of this level is like, and an anchor that shows it."""

    id: str = rule.token()
    name: Texts = rule.texts(200)
    description: Texts = rule.texts(2_000)
    anchor: Texts = rule.texts(2_000)
    points: Decimal | None = rule.number(10_000)

    def check(self, place: str) -> None:
        """A level has an id, a name and points."""
        if not self.id or not self.name or self.points is None:
            refuse("missing", place, "a level needs an id, a name and its points.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Part):
    """What is looked at, by levels from low to high; ``weight`` 1 when nobody said."""

    id: str = rule.token()
    name: Texts = rule.texts(200)
    description: Texts = rule.texts(2_000)
    weight: Decimal | None = rule.number(1_000)
    levels: tuple[RubricLevel, ...] = rule.parts(RubricLevel, MAX_LEVELS)

    def check(self, place: str) -> None:
        """Two levels or more, each once, their points growing."""
        if not self.id or not self.name:
            refuse("missing", place, "a criterion needs an id and a name.")
        if len(self.levels) < 2:
            refuse("missing", f"{place}/levels", "a criterion needs two levels or more.")
        _once(self.levels, f"{place}/levels")
        points = [level.points or Decimal(0) for level in self.levels]
        if any(low >= high for low, high in pairwise(points)):
            refuse("range", f"{place}/levels", "the points must grow from level to level.")
        if self.weight == 0:
            refuse("range", f"{place}/weight", "must be more than 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Part):
    """A part of the assessment: marked by a rubric, by items, or given as one score.

    ``maximum`` is the most points of items or of a score; ``minimum`` the percent of this
    component that must be reached whatever the others give. ``submissions`` are what a learner
    may hand in; nothing means that nothing is handed in here.
    """

    id: str = rule.token()
    name: Texts = rule.texts(200)
    description: Texts = rule.texts(4_000)
    method: str = rule.choice(codes.ASSESSMENT_METHODS)
    kind: str = rule.choice(codes.COMPONENT_KINDS)
    weight: Decimal | None = rule.number(1_000)
    minimum: Decimal | None = rule.number(100)
    maximum: Decimal | None = rule.number(100_000)
    criteria: tuple[Criterion, ...] = rule.parts(Criterion, MAX_CRITERIA)
    items: int | None = rule.whole(1, 1_000)
    submissions: tuple[str, ...] = rule.choices(codes.SUBMISSIONS)

    def check(self, place: str) -> None:
        """What its kind needs, and nothing of another kind."""
        if not self.id or not self.name or not self.kind:
            refuse("missing", place, "a component needs an id, a name and how it is marked.")
        if (self.kind == "rubric") != bool(self.criteria):
            refuse("conflict", f"{place}/criteria", 'go with "rubric" and are needed there.')
        if self.kind == "score" and not self.maximum:
            refuse("missing", f"{place}/maximum", "a score needs the most that can be reached.")
        if self.weight == 0:
            refuse("range", f"{place}/weight", "must be more than 0.")
        _once(self.criteria, f"{place}/criteria")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Part):
    """How an achievement is assessed, part by part, and how far the work is the learner's own.

    ``markers`` is how many people mark each piece of work; ``independence`` whether who assesses
    is independent of who teaches.
    """

    components: tuple[Component, ...] = rule.parts(Component, MAX_COMPONENTS)
    identity: str = rule.choice(codes.IDENTITY_PROOFING)
    binding: str = rule.choice(codes.IDENTITY_BINDING)
    supervision: str = rule.choice(codes.PROCTORING)
    authorship: tuple[str, ...] = rule.choices(codes.AUTHORSHIP)
    ai: str = rule.choice(codes.AI_POLICY)
    markers: int | None = rule.whole(1, 10)
    independence: str = rule.choice(codes.INDEPENDENCE)

    def check(self, place: str) -> None:
        """Each component once; no check of authorship goes with no other."""
        _once(self.components, f"{place}/components")
        parts = sum(1 + len(one.criteria) for one in self.components)
        if parts > MAX_PARTS:
            said = f"has {parts} components and criteria; at most {MAX_PARTS} fit a credential."
            refuse("length", f"{place}/components", said)
        if "none" in self.authorship and len(self.authorship) > 1:
            refuse("conflict", f"{place}/authorship", "says not checked and also how; choose one.")

    def component(self, name: str) -> Component | None:
        """The component of this id."""
        return next((one for one in self.components if one.id == name), None)


def supervision_of(plan: Plan) -> str:
    """The EU's one word for supervision and identity that fits a plan; empty where it leaves open.

    Identity counts as checked where somebody or something compared who sat it (``binding``).
    """
    if not plan.supervision or (plan.supervision != "none" and not plan.binding):
        return ""
    if plan.supervision == "none":
        return "unsupervised-no-id"
    if plan.binding == "none":
        return "supervised-no-id"
    return "supervised-onsite-id" if plan.supervision == "onsite" else "supervised-online-id"


def _once(parts: Sequence[Any], place: str) -> None:
    """No id stands twice."""
    seen: set[str] = set()
    for number, one in enumerate(parts):
        if one.id in seen:
            refuse("repeated", f"{place}/{number}/id", f"{one.id} stands there already.")
        seen.add(one.id)
