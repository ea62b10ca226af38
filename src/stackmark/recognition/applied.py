"""Which of several decisions applies to a credential, and what prior learning counts as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from stackmark.model.achievement import Achievement
from stackmark.model.holding import VERIFIED, Holding
from stackmark.recognition.decision import VERDICTS, Decision
from stackmark.recognition.holding import recognised

PORTFOLIO: Final = "portfolio"
_RANK: Final = {name: place for place, name in enumerate(VERDICTS)}


class Applying:
    """The decisions of one body: for each source the fullest applies, and of those the newest."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._about: dict[tuple[str, str], Decision] = {}
        self._portfolios: dict[str, Decision] = {}
        for one in sorted(decisions, key=_order):
            if one.source.kind == PORTFOLIO:
                self._portfolios.setdefault(one.source.id, one)
            else:
                self._about.setdefault((one.source.issuer, one.source.id), one)

    def about(self, holding: Holding) -> Decision | None:
        """The decision about a credential."""
        return self._about.get((holding.issuer, holding.id))

    @property
    def portfolios(self) -> list[Decision]:
        """Those about prior learning."""
        return list(self._portfolios.values())


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
