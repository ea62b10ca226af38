"""The requirement language: what an award asks for, as frozen parts read from versioned JSON.

Semantics. There exists a *subset* of the holdings and an assignment of each to one leaf (to more
only as ``Share`` permits) so that the rule is satisfied and every limit holds. Limits bind on the
subset used, not on what is held: so a further holding never turns a yes into a no. A rule that
asks that something be *not* held does not exist. Numbers are exact (``Fraction``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class GradesFrom:
    """What a policy has to know of another scale: its best mark and its lowest pass."""

    scale: str
    best: Fraction
    lowest_pass: Fraction


@dataclass(frozen=True, slots=True)
class GradeAtLeast:
    """A grade on a named scale, or by a named conversion policy; else it is undecided.

    ``source`` holds the facts of the one other scale, for the modified Bavarian formula.
    """

    value: str
    scale: str
    policy: str = ""
    source: GradesFrom | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """Predicates on one holding, all of which must hold; within a tuple any one does.

    ``field`` are prefixes of ISCED-F codes. ``valid`` asks for a valid status (the default).
    """

    id: tuple[str, ...] = ()
    achievement: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    issuer_class: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    field: tuple[str, ...] = ()
    skill: tuple[str, ...] = ()
    level_min: int | None = None
    level_max: int | None = None
    credits_min: Fraction | None = None
    max_age_years: Fraction | None = None
    grade_min: GradeAtLeast | None = None
    supervision_min: str = ""
    evidence_min: int | None = None
    not_applied_to: tuple[str, ...] = ()
    verified: bool = False
    valid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A rule; ``id`` names it in explanations, ``title`` is its own words where it has any."""

    id: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Node):
    """Every one of ``of``."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Node):
    """At least ``k`` of ``of``; ``any`` is ``k`` = 1 and keeps its word."""

    k: int
    of: tuple[Node, ...]
    word: str = "at_least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Node):
    """Something holdings serve."""

    select: Select


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Leaf):
    """From ``least`` to ``most`` holdings."""

    least: int
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSum(Leaf):
    """From ``least`` to ``most`` credits, in the file's unit."""

    least: Fraction
    most: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capstone(Leaf):
    """Exactly one holding, for which nothing may be substituted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What must hold of the subset used."""

    id: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Limit):
    """At most so many credits, or such a share of all credits used, from what ``select`` takes.

    With both the larger one counts ("6 credits or 20 %, whichever is more").
    """

    select: Select
    most: Fraction | None = None
    share: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Residency(Limit):
    """At least such a share of, or so many, credits used from what ``select`` takes; both bind."""

    select: Select
    share: Fraction | None = None
    least: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMix(Limit):
    """At most so many credits, or such a share, below a level."""

    below: int
    most: Fraction | None = None
    share: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFloor(Limit):
    """At least so many credits, or such a share, at or above a level."""

    at_least: int
    least: Fraction | None = None
    share: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAverage(Limit):
    """The credit-weighted mean grade of what ``select`` takes of the used, on one scale.

    ``higher_is_better`` is false on scales such as the German one.
    """

    value: Fraction
    scale: str
    higher_is_better: bool = True
    select: Select = Select()


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxAge(Limit):
    """What ``select`` takes and is older at the day of the decision is not used."""

    years: Fraction
    select: Select = Select()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Limit):
    """Holdings may serve rule ``a`` and rule ``b`` at once, up to so many credits in all."""

    a: str
    b: str
    most: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude(Limit):
    """Of each group of achievements at most one is used."""

    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent(Limit):
    """Achievements with the same learning: for leaves one stands for another, one is used."""

    classes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before(Limit):
    """The second achievement is used only where the first is held and was awarded before it."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """``use`` may stand for ``instead_of`` (achievements), but for no capstone."""

    use: str
    instead_of: str
    approved_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one award. ``id`` is the award's address, ``unit`` that of all credits."""

    id: str
    title: str
    issuer: str
    unit: str
    rule: Node
    limits: tuple[Limit, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    version: str = VERSION

    def nodes(self) -> Iterator[Node]:
        """Every rule of the tree, parents first."""
        waiting = [self.rule]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, All | AtLeast):
                waiting.extend(reversed(node.of))

    @property
    def achievements(self) -> frozenset[str]:
        """Those that leaves ask for by their ids."""
        return frozenset(one for leaf in self.leaves() for one in leaf.select.achievement)

    def leaves(self) -> tuple[Leaf, ...]:
        """What holdings serve, in the order of the file."""
        return tuple(node for node in self.nodes() if isinstance(node, Leaf))
