"""Which of several decisions applies to a credential, and what prior learning counts as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

from stackmark.model.achievement import Achievement
from stackmark.model.holding import VERIFIED, Holding
from stackmark.recognition.decision import FULL, VERDICTS, Decision
from stackmark.recognition.holding import counts, recognised

PORTFOLIO: Final = "portfolio"
_RANK: Final = {name: place for place, name in enumerate(VERDICTS)}


class Applying:
    """The decisions of one body: for each source the fullest applies, and of those the newest."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._about: dict[tuple[str, str], list[Decision]] = {}
        self._portfolios: dict[str, Decision] = {}
        for one in sorted(decisions, key=_order):
            if one.source.kind == PORTFOLIO:
                self._portfolios.setdefault(one.source.id, one)
            else:
                self._about.setdefault((one.source.issuer, one.source.id), []).append(one)

    def about(
        self, holding: Holding, digests: Collection[str], wanted: Collection[str] = ()
    ) -> Decision | None:
        """The decision about a credential whose bytes have these SHA-256.

        Of several in full one for an achievement that is ``wanted`` goes before all others: what
        was recognised for two achievements counts for one of them at a time. A picture and the
        credential in it have one digest each. Something counts by a decision only if it is what
        was compared; one by which nothing counts stands for other editions, too.
        """
        found = [
            one
            for one in self._about.get((holding.issuer, holding.id), ())
            if one.source.sha256 in digests or not counts(one)
        ]
        asked = (one for one in found if one.verdict == FULL and one.target in wanted)
        return next(asked, found[0] if found else None)

    def knows(self, holding: Holding) -> bool:
        """Whether there is a decision about some edition of a credential."""
        return (holding.issuer, holding.id) in self._about

    @property
    def portfolios(self) -> list[Decision]:
        """Those about prior learning; what was learnt counts once for an achievement.

        After one in full no other counts for it, after one in part none of the same outcomes.
        """
        found: list[Decision] = []
        for one in self._portfolios.values():
            before = [other for other in found if counts(other) and other.target == one.target]
            if not any(_overlap(one, other) for other in before):
                found.append(one)
        return found


def _overlap(one: Decision, other: Decision) -> bool:
    if not counts(one):
        return False
    whole = FULL in (one.verdict, other.verdict)
    return whole or not set(one.outcomes).isdisjoint(other.outcomes)


def _order(one: Decision) -> tuple[int, int, str]:
    day = one.decided or dt.date.min
    return (_RANK.get(one.verdict, len(_RANK)), -day.toordinal(), one.target)


def prior_learning(decision: Decision, wanted: Achievement | None = None) -> Holding:
    """What a portfolio counts as: nobody issued it, so that it never serves residency.

    Raises as ``recognised``.
    """
    plain = Holding(
        id=decision.source.id,
        title=decision.target_name,
        awarded=decision.decided,
        status="valid",
        provenance=VERIFIED,
    )
    return recognised(plain, decision, wanted)
