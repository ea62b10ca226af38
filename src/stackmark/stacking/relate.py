"""How two selects relate, whatever the holdings are: one within the other, or nothing in common.

Both answers are safe: ``False`` only says that it cannot be told from the predicates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from stackmark.model.holding import SUPERVISION
from stackmark.stacking.eligible import Eligibility
from stackmark.stacking.rules import Capstone, Leaf, Rules, Select

LOWEST: Final = 1
HIGHEST: Final = 8
STRONGEST: Final = 6


class Relations:
    """Relations under one file's equivalences and substitutes."""

    def __init__(self, rules: Rules) -> None:
        self._same = Eligibility(rules, dt.date.max).same
        self._leaves: dict[str, frozenset[str]] = {}
        self._for: dict[str, list[str]] = {}
        for one in rules.substitutes:
            self._for.setdefault(one.instead_of, []).append(one.use)

    def taken(self, select: Select, *, substitutes: bool = True) -> frozenset[str]:
        """The achievements it takes; empty for any."""
        found = {other for one in select.achievement for other in self._same.get(one, (one,))}
        if substitutes:
            found |= {use for one in tuple(found) for use in self._for.get(one, ())}
        return frozenset(found)

    def of_leaf(self, leaf: Leaf) -> frozenset[str]:
        """The achievements a leaf takes; empty for any."""
        if leaf.id not in self._leaves:
            substitutes = not isinstance(leaf, Capstone)
            self._leaves[leaf.id] = self.taken(leaf.select, substitutes=substitutes)
        return self._leaves[leaf.id]

    def within(self, leaf: Leaf, outer: Select) -> bool:
        """Whether all that surely serves the leaf is surely taken by a select."""
        inner = leaf.select
        sets = (
            (self.of_leaf(leaf), self.taken(outer)),
            (inner.id, outer.id),
            (inner.issuer, outer.issuer),
            (inner.kind, outer.kind),
            (inner.issuer_class, outer.issuer_class),
            (inner.skill, outer.skill),
        )
        return (
            all(_narrower(one, other) for one, other in sets)
            and set(outer.not_applied_to) <= set(inner.not_applied_to)
            and (not outer.verified or inner.verified)
            and _fields_within(inner.field, outer.field)
            and _levels_within(inner, outer)
            and _measures_within(inner, outer)
        )

    def leaf_within(self, leaf: Leaf, other: Leaf) -> bool:
        """Whether all that surely serves one leaf may serve another."""
        achievements = self.of_leaf(leaf), self.of_leaf(other)
        return _narrower(*achievements) and self.within(leaf, other.select)

    def apart(self, leaf: Leaf, other: Select) -> bool:
        """Whether nothing that surely serves the leaf can be taken by a select."""
        one = leaf.select
        sets = (
            (self.of_leaf(leaf), self.taken(other)),
            (one.id, other.id),
            (one.issuer, other.issuer),
            (one.kind, other.kind),
        )
        return (
            any(a and b and set(a).isdisjoint(b) for a, b in sets)
            or _fields_apart(one.field, other.field)
            or _levels_apart(one, other)
        )


def _narrower(inner: Iterable[str], outer: Iterable[str]) -> bool:
    one, other = set(inner), set(outer)
    return not other or (bool(one) and one <= other)


def _fields_within(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return not outer or (bool(inner) and all(one.startswith(outer) for one in inner))


def _fields_apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    met = any(a.startswith(b) or b.startswith(a) for a in one for b in other)
    return bool(one and other) and not met


def _levels_within(inner: Select, outer: Select) -> bool:
    """A leaf without levels takes holdings that state none, which no level takes."""
    if outer.level_min is None and outer.level_max is None:
        return True
    if inner.level_min is None and inner.level_max is None:
        return False
    (low, high), (bottom, top) = _span(inner), _span(outer)
    return bottom <= low and high <= top


def _levels_apart(one: Select, other: Select) -> bool:
    if (one.level_min, one.level_max) == (None, None):
        return False
    (low, high), (bottom, top) = _span(one), _span(other)
    return high < bottom or top < low


def _span(select: Select) -> tuple[int, int]:
    low = LOWEST if select.level_min is None else max(LOWEST, select.level_min)
    high = HIGHEST if select.level_max is None else min(HIGHEST, select.level_max)
    return low, high


def _measures_within(inner: Select, outer: Select) -> bool:
    if outer.grade_min is not None and outer.grade_min != inner.grade_min:
        return False
    if outer.supervision_min and (
        not inner.supervision_min
        or SUPERVISION.index(inner.supervision_min) < SUPERVISION.index(outer.supervision_min)
    ):
        return False
    return (
        (outer.credits_min is None or (inner.credits_min or -1) >= outer.credits_min)
        and (outer.evidence_min is None or (inner.evidence_min or -1) >= outer.evidence_min)
        and (
            outer.max_age_years is None
            or (inner.max_age_years is not None and inner.max_age_years <= outer.max_age_years)
        )
    )


def nothing_meets(select: Select) -> str:
    """Why no holding can meet a select; empty when one may."""
    low, high = select.level_min, select.level_max
    if low is not None and low > HIGHEST:
        return f"There is no level above {HIGHEST}, and it asks for {low} or above."
    if high is not None and high < LOWEST:
        return f"There is no level below {LOWEST}, and it asks for {high} or below."
    if low is not None and high is not None and low > high:
        return f"It asks for level {low} or above and for level {high} or below."
    if select.evidence_min is not None and select.evidence_min > STRONGEST:
        return f"Evidence goes up to {STRONGEST}, and it asks for {select.evidence_min}."
    return ""
