"""What is lost by waiting: the audit at each day after which something no longer counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from stackmark.model.holding import Holding
from stackmark.stacking.audit import NODE_LIMIT, Auditor
from stackmark.stacking.reasons import ageing, quoted
from stackmark.stacking.result import Ageing, Verdict
from stackmark.stacking.rules import Rules

YEARS: Final = 5
MOST_DAYS: Final = 100
_DAY: Final = dt.timedelta(days=1)
_TOLD: Final = {
    "yes": "the award is still earned",
    "no": "the award is not earned any more",
    "undecided": "it can then no longer be told whether the award is earned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """From ``day`` on ``ended`` count no longer; ``verdict`` is that of an audit at ``day``."""

    day: dt.date
    verdict: Verdict
    ended: tuple[Ageing, ...]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """For an answer in JSON."""
        return {
            "day": self.day.isoformat(),
            "verdict": self.verdict,
            "ended": [one.to_json() for one in self.ended],
            "sentence": self.sentence,
        }


def losses(
    rules: Rules,
    holdings: Sequence[Holding],
    at: dt.date,
    *,
    years: int = YEARS,
    node_limit: int = NODE_LIMIT,
) -> tuple[Loss, ...]:
    """Each day within ``years`` from which something counts no longer, with the verdict then.

    Nothing is earned in between, and the rules stay. At most the first ``MOST_DAYS`` days.
    """
    now = Auditor(rules, at, node_limit=node_limit)
    before = now.audit(holdings, explain=False).verdict
    until = at + dt.timedelta(days=round(years * 365.25))
    ends = ageing(now.compiled, now.compiled.facts(holdings), until=until)
    days = sorted({one.until + _DAY for one in ends})[:MOST_DAYS]
    names = {one.id: one.name for one in holdings}
    found = []
    for day in days:
        verdict = Auditor(rules, day, node_limit=node_limit).audit(holdings, explain=False).verdict
        ended = tuple(one for one in ends if one.until + _DAY == day)
        found.append(
            Loss(
                day=day,
                verdict=verdict,
                ended=ended,
                sentence=_sentence(day, verdict, before, ended, names),
            )
        )
    return tuple(found)


def _sentence(
    day: dt.date,
    verdict: Verdict,
    before: Verdict,
    ended: tuple[Ageing, ...],
    names: dict[str, str],
) -> str:
    told = "; ".join(
        f"{names[one.holding]} "
        + (f"no longer counts for {quoted(one.rule)}" if one.why == "age" else "has expired")
        for one in ended
    )
    result = _TOLD[verdict] if before == "yes" else f"the verdict is then {verdict}"
    return f"From {day.isoformat()}: {told}; {result}."
