"""What an achievement counts toward: which published awards take it, and by which rule.

Told before anybody enrols. "Counts toward" is said only where the rule takes the credential as it
would be awarded, and the awarding body takes its issuer; everything else is "could count if". It
is never a promise of an award: the other rules and limits have to be met as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark.model.holding import Holding
from stackmark.stacking import rules as r
from stackmark.stacking.eligible import Eligibility
from stackmark.stacking.render import sentence
from stackmark_web import clock
from stackmark_web.pathways.addresses import version_path
from stackmark_web.pathways.naming import names_in
from stackmark_web.pathways.planner_taught import earned
from stackmark_web.pathways.reading import joinable
from stackmark_web.pathways.trusting import Body

SHOWN: Final = 8
_UNKNOWN: Final[dict[str, str | Promise]] = {
    "level": _("its level is known"),
    "credits": _("its credit is known in the unit asked for"),
    "grade": _("your grade is good enough"),
    "supervision": _("its supervision is known to be strict enough"),
    "evidence": _("its evidence is strong enough"),
    "applied_to": _("you have not used it for another award"),
    "class": _("its kind is known"),
    "field": _("its field of study is known"),
    "age": _("you earn it in time"),
}
_KNOWN_LATER: Final = frozenset({"status", "verified", "age"})


@dataclass(frozen=True, slots=True)
class Onward:
    """An award that takes an achievement, or might.

    ``ifs`` are what it hangs on, ``body`` who has to recognise it first; empty: nobody has to.
    ``rule`` is the rule in words (English), ``how`` one of named, equivalent, substitute, fits.
    """

    version: Any
    url: str
    rule: str
    how: str
    ifs: tuple[str, ...] = ()
    note: str = ""
    body: str = ""

    @property
    def sure(self) -> bool:
        """Whether it counts as it is."""
        return not self.ifs and not self.body


def counts_toward(version: Any) -> list[Onward]:
    """The published awards that take what this version gives; the certain ones first."""
    return _onward(version, list(joinable()))


def _onward(version: Any, targets: Sequence[tuple[Any, r.Rules]]) -> list[Onward]:
    if not targets:
        return []
    today = clock.today()
    holding = replace(earned(version), id="this", awarded=today)
    bodies: dict[Any, Body] = {}
    found = []
    for target, rules in targets:
        if target.pathway.achievement_id == version.achievement_id:
            continue  # it is what is awarded there
        body = bodies.setdefault(target.pathway.organisation_id, Body(target.pathway.organisation))
        best = _best(holding, rules, today)
        if best is not None:
            found.append(_told(target, rules, best, holding, body))
    return sorted(found, key=lambda one: (not one.sure, str(one.version), str(one.version.pk)))


def panel(version: Any) -> str:
    """The piece of page for an achievement or an offering; what awards it comes first."""
    targets = list(joinable())
    rows = _onward(version, targets)
    own = (one for one, _rules in targets if one.pathway.achievement_id == version.achievement_id)
    ways = [(one, version_path(one)) for one in own]
    context = {"rows": rows[:SHOWN], "more": max(0, len(rows) - SHOWN), "ways": ways[:SHOWN]}
    return render_to_string("pathways/parts/counts_toward.html", context)


def _best(
    holding: Holding, rules: r.Rules, today: date
) -> tuple[r.Leaf, tuple[str, ...], Eligibility] | None:
    """The leaf that takes it with the fewest ifs; a certain one above all."""
    eligible = Eligibility(rules, today)
    rows = []
    for leaf in rules.leaves():
        ifs = _ifs(eligible, leaf, holding)
        if ifs is not None:
            rows.append((len(ifs), leaf.id, leaf, ifs))
    if not rows:
        return None
    _number, _id, leaf, ifs = min(rows, key=lambda one: one[:2])
    return leaf, ifs, eligible


def _ifs(eligible: Eligibility, leaf: r.Leaf, holding: Holding) -> tuple[str, ...] | None:
    """What nobody knows yet and the leaf asks; None where it does not take the holding."""
    found = []
    for about, _rule, ask in eligible.parts(leaf):
        answer = ask(holding)
        if answer is False:
            return None
        if answer is None and about not in _KNOWN_LATER:
            found.append(about)
    return tuple(dict.fromkeys(found))


def _told(
    target: Any,
    rules: r.Rules,
    best: tuple[r.Leaf, tuple[str, ...], Eligibility],
    holding: Holding,
    body: Body,
) -> Onward:
    leaf, unknown, eligible = best
    ifs = [str(_UNKNOWN.get(one, _("more is known about it"))) for one in unknown]
    taken = body.takes(holding.issuer, holding.achievement)
    how, note = _how(rules, leaf, holding, eligible)
    return Onward(
        version=target,
        url=version_path(target),
        rule=sentence(rules, leaf, names_in(rules)),
        how=how,
        ifs=tuple(ifs),
        body="" if taken else body.organisation.name,
        note=note,
    )


def _how(rules: r.Rules, leaf: r.Leaf, holding: Holding, eligible: Eligibility) -> tuple[str, str]:
    wanted, own = leaf.select.achievement, holding.achievement
    if not wanted:
        return "fits", ""
    if own in wanted:
        return "named", ""
    same = {other for one in wanted for other in eligible.same.get(one, ())}
    if own in same:
        return "equivalent", ""
    reasons = (one.reason for one in _substitutes(rules, own))
    return "substitute", next(reasons, "")


def _substitutes(rules: r.Rules, own: str) -> Iterator[r.Substitute]:
    yield from (one for one in rules.substitutes if one.use == own)
