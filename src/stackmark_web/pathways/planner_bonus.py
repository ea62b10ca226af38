"""Stack bonuses: which further awards the credentials of a plan complete on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from stackmark.model.holding import Holding
from stackmark.stacking.audit import Auditor
from stackmark.stacking.eligible import Eligibility
from stackmark.stacking.rules import Rules
from stackmark_web import clock
from stackmark_web.pathways.addresses import version_path
from stackmark_web.pathways.held import counted, held
from stackmark_web.pathways.planner_targets import Target
from stackmark_web.pathways.reading import joinable
from stackmark_web.pathways.trusting import Body

MOST: Final = 40
"""So many awards are audited for one answer."""
_NODES: Final = 2_000


class Bonuses:
    """Published awards other than the target, audited with what a plan would give."""

    def __init__(self, user: Any, target: Target) -> None:
        self._user, self._target = user, target
        self._held: dict[Any, list[Holding]] = {}
        self._bodies: dict[Any, Body] = {}
        self._before: dict[Any, bool] = {}

    def of(self, earned: Sequence[Holding], last: date) -> list[dict[str, str]]:
        """The awards that are complete on a plan's last day and are not without it."""
        found = []
        for version, rules in self._others(earned, last):
            if self._complete(version, rules, earned, last) and not self._already(version, rules):
                found.append({"title": str(version.title), "url": version_path(version)})
        return found

    def _others(self, earned: Sequence[Holding], last: date) -> list[tuple[Any, Rules]]:
        own = self._target.row.pk
        rows = (one for one in joinable() if one[0].pathway_id != own)
        served = (one for one in rows if _serves(one[1], earned, last))
        return [one for _number, one in zip(range(MOST), served, strict=False)]

    def _complete(self, version: Any, rules: Rules, earned: Sequence[Holding], last: date) -> bool:
        body = self._body(version)
        more = [one for one in earned if body.takes(one.issuer, one.achievement)]
        return bool(more) and _earned(rules, [*self._mine(version), *more], last)

    def _already(self, version: Any, rules: Rules) -> bool:
        if version.pk not in self._before:
            self._before[version.pk] = _earned(rules, self._mine(version), clock.today())
        return self._before[version.pk]

    def _mine(self, version: Any) -> list[Holding]:
        body = version.pathway.organisation
        if body.pk not in self._held:
            self._held[body.pk] = counted(held(self._user, body))
        return self._held[body.pk]

    def _body(self, version: Any) -> Body:
        body = version.pathway.organisation
        if body.pk not in self._bodies:
            self._bodies[body.pk] = Body(body)
        return self._bodies[body.pk]


def _serves(rules: Rules, earned: Sequence[Holding], last: date) -> bool:
    """Whether any of the plan's credentials may serve any rule: most awards end here."""
    eligible = Eligibility(rules, last)
    return any(eligible.of(leaf, one) for leaf in rules.leaves() for one in earned)


def _earned(rules: Rules, holdings: Sequence[Holding], day: date) -> bool:
    distinct = list({one.id: one for one in holdings}.values())
    return Auditor(rules, day, node_limit=_NODES).audit(distinct, explain=False).verdict == "yes"
