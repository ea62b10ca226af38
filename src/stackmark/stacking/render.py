"""Every rule and limit as a plain sentence (English; the product translates its own)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from stackmark.credit.policies import unit_name
from stackmark.stacking import rules as r
from stackmark.stacking.grading import higher_is_better

Names = Mapping[str, str]
"""Identifiers of achievements, issuers, skills → what people call them."""

_SUPERVISION: Final = {
    "none": "assessed at all",
    "remote-recorded": "supervised at least by recording",
    "remote-live": "supervised by a person, at least remotely",
    "onsite": "supervised on site",
}


def sentences(rules: r.Rules, names: Names | None = None) -> list[tuple[str, str, int]]:
    """Each rule and limit: id, sentence, depth in the tree (limits and substitutes 0)."""
    voice = _Voice(rules.unit, names or {})
    found = [(node.id, voice.node(node), depth) for node, depth in _walk(rules.rule, 0)]
    found += [(one.id, voice.limit(one), 0) for one in rules.limits]
    return found + [
        (f"substitute-{number}", voice.substitute(one), 0)
        for number, one in enumerate(rules.substitutes, 1)
    ]


def sentence(rules: r.Rules, part: r.Node | r.Limit, names: Names | None = None) -> str:
    """The sentence of one rule or limit."""
    voice = _Voice(rules.unit, names or {})
    return voice.limit(part) if isinstance(part, r.Limit) else voice.node(part)


def describe(select: r.Select, unit: str = "ects", names: Names | None = None) -> str:
    """A select as it stands in a sentence: "credentials in field 06 at level 5 or above"."""
    return _Voice(unit, names or {}).select(select)


def _walk(node: r.Node, depth: int) -> Iterator[tuple[r.Node, int]]:
    yield node, depth
    if isinstance(node, r.All | r.AtLeast):
        for one in node.of:
            yield from _walk(one, depth + 1)


class _Voice:
    def __init__(self, unit: str, names: Names) -> None:
        self.unit = unit
        self.names = names

    # -- the tree --------------------------------------------------------------------------------

    def node(self, node: r.Node) -> str:
        if node.title:
            return f"{node.title}: {self._plain(node)}"
        return _capital(self._plain(node))

    def _plain(self, node: r.Node) -> str:
        if isinstance(node, r.All):
            return "all of the following." if len(node.of) > 1 else "the following."
        if isinstance(node, r.AtLeast):
            if node.k == 1:
                return "at least one of the following."
            return f"at least {node.k} of the following {len(node.of)}."
        assert isinstance(node, r.Leaf)
        return f"{self._leaf(node)}."

    def _leaf(self, leaf: r.Leaf) -> str:
        if isinstance(leaf, r.Capstone):
            told = self.select(leaf.select, one=True)
            return f"one {told} as the capstone, for which nothing may be substituted"
        if isinstance(leaf, r.Count):
            amount = _span(leaf.least, leaf.most)
            one = leaf.least == 1 and leaf.most in (None, 1)
            return f"{amount} {self.select(leaf.select, one=one)}"
        assert isinstance(leaf, r.CreditSum)
        amount, last = _span(leaf.least, leaf.most), leaf.least if leaf.most is None else leaf.most
        return f"{amount} {unit_name(self.unit, last)} from {self.select(leaf.select)}"

    def _credit(self, amount: Fraction) -> str:
        return f"{plain_number(amount)} {unit_name(self.unit, amount)}"

    # -- predicates ------------------------------------------------------------------------------

    def select(self, select: r.Select, *, one: bool = False) -> str:
        """What a select takes; every predicate in its own words."""
        head = self._head(select, one=one)
        parts = [*self._about(select), *self._quality(select)]
        return f"{head} {', '.join(parts)}" if parts else head

    def _head(self, select: r.Select, *, one: bool) -> str:
        noun = "credential" if one else "credentials"
        if select.kind:
            noun = f"{noun} of the class {self._any(select.kind)}"
        if select.achievement:
            return f"{noun} for {self._any(select.achievement)}"
        return noun

    def _about(self, select: r.Select) -> Iterator[str]:
        if select.id:
            yield f"with the id {self._any(select.id)}"
        if select.issuer:
            yield f"issued by {self._any(select.issuer)}"
        if select.issuer_class:
            yield f"issued by an organisation of the class {self._any(select.issuer_class)}"
        if select.field:
            yield f"in field {self._any(select.field)} (ISCED-F)"
        if select.skill:
            yield f"showing {self._any(select.skill)}"
        if select.level_min is not None or select.level_max is not None:
            yield _level(select.level_min, select.level_max)

    def _quality(self, select: r.Select) -> Iterator[str]:
        if select.credits_min is not None:
            yield f"of {self._credit(select.credits_min)} or more each"
        if select.max_age_years is not None:
            yield f"not older than {_years(select.max_age_years)}"
        if select.grade_min is not None:
            yield self._grade(select.grade_min)
        if select.supervision_min:
            yield _SUPERVISION[select.supervision_min]
        if select.evidence_min is not None:
            yield f"with evidence of level {select.evidence_min} or more"
        if select.verified:
            yield "verified"
        if select.not_applied_to:
            yield f"not applied to {self._any(select.not_applied_to)}"

    def _grade(self, grade: r.GradeAtLeast) -> str:
        told = f"with grade {grade.value} or better ({grade.scale}"
        if not grade.policy:
            return f"{told})"
        one = grade.source
        if one is None:
            return f"{told}, other scales by {grade.policy})"
        ends = f"{plain_number(one.lowest_pass)} to {plain_number(one.best)}"
        return f"{told}, {one.scale} with passes from {ends} by {grade.policy})"

    def _any(self, values: Sequence[str]) -> str:
        told = [self.names.get(one, one) for one in values]
        return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"

    # -- limits ----------------------------------------------------------------------------------

    def limit(self, limit: r.Limit) -> str:
        told = _LIMITS[type(limit)](self, limit)
        return f"{limit.title}: {told}" if limit.title else _capital(told)

    def cap(self, limit: r.Cap) -> str:
        return f"{self._most(limit)} may come from {self.select(limit.select)}."

    def level_mix(self, limit: r.LevelMix) -> str:
        return f"{self._most(limit)} may lie below level {limit.below}."

    def residency(self, limit: r.Residency) -> str:
        return f"{self._least(limit)} must come from {self.select(limit.select)}."

    def level_floor(self, limit: r.LevelFloor) -> str:
        return f"{self._least(limit)} must be at level {limit.at_least} or above."

    def _most(self, limit: Any) -> str:
        parts = self._bounds(limit.most, limit.share)
        told = " or ".join(parts)
        more = ", whichever is more," if len(parts) > 1 else ""
        return f"at most {told}{more}"

    def _least(self, limit: Any) -> str:
        return f"at least {' and '.join(self._bounds(limit.least, limit.share))}"

    def _bounds(self, number: Fraction | None, share: Fraction | None) -> list[str]:
        found = [] if number is None else [self._credit(number)]
        return found + ([] if share is None else [f"{plain_number(share * 100)} % of what is used"])

    def gpa(self, limit: r.GradeAverage) -> str:
        up = limit.higher_is_better
        word = "at least" if up else "at most"
        return (
            f"the mean grade, weighted by credit, of {self.select(limit.select)} that are used "
            f"must be {word} {plain_number(limit.value)} ({limit.scale})."
        )

    def max_age(self, limit: r.MaxAge) -> str:
        told = self.select(limit.select)
        return f"{told} count for {_years(limit.years)} from the day they were awarded."

    def share(self, limit: r.Share) -> str:
        return (
            f"what serves “{limit.a}” may serve “{limit.b}” too, "
            f"up to {self._credit(limit.most)} in all."
        )

    def exclude(self, limit: r.Exclude) -> str:
        groups = "; ".join(self._any(one) for one in limit.groups)
        return f"only one counts of: {groups}."

    def equivalent(self, limit: r.Equivalent) -> str:
        groups = "; ".join(self._any(one) for one in limit.classes)
        return f"the same learning, of which one counts and either will do: {groups}."

    def before(self, limit: r.Before) -> str:
        pairs = "; ".join(f"{self._any([a])} before {self._any([b])}" for a, b in limit.pairs)
        return f"must have been awarded in this order: {pairs}."

    def substitute(self, one: r.Substitute) -> str:
        return (
            f"{_capital(self._any([one.use]))} may stand for {self._any([one.instead_of])}, "
            f"approved by {self._any([one.approved_by])}: {one.reason}"
        )


_LIMITS: Final[dict[type[r.Limit], Callable[[_Voice, Any], str]]] = {
    r.Cap: _Voice.cap,
    r.LevelMix: _Voice.level_mix,
    r.Residency: _Voice.residency,
    r.LevelFloor: _Voice.level_floor,
    r.GradeAverage: _Voice.gpa,
    r.MaxAge: _Voice.max_age,
    r.Share: _Voice.share,
    r.Exclude: _Voice.exclude,
    r.Equivalent: _Voice.equivalent,
    r.Before: _Voice.before,
}


def direction_agrees(limit: r.GradeAverage) -> bool:
    """Whether what a limit says of its scale's direction is what is known of the scale."""
    known = higher_is_better(limit.scale)
    return known is None or known == limit.higher_is_better


def _span(least: Fraction | int, most: Fraction | int | None) -> str:
    low = plain_number(Fraction(least))
    if most is None:
        return f"at least {low}" if least else "any number of"
    if not least:
        return f"at most {plain_number(Fraction(most))}"
    return low if most == least else f"{low} to {plain_number(Fraction(most))}"


def _level(low: int | None, high: int | None) -> str:
    if low is not None and low == high:
        return f"at level {low}"
    if high is None:
        return f"at level {low} or above"
    return f"at level {high} or below" if low is None else f"at level {low} to {high}"


def _years(years: Fraction) -> str:
    if years.denominator != 1:
        return f"{plain_number(years * 12)} months"
    return "1 year" if years == 1 else f"{plain_number(years)} years"


def plain_number(value: Fraction | int) -> str:
    """All digits, without an exponent."""
    told = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def _capital(text: str) -> str:
    """A capital at the beginning, unless an address stands there."""
    return text if ":" in text.split(" ", 1)[0] else text[:1].upper() + text[1:]
