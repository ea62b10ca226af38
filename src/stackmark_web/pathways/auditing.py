"""One audit of one person under one version of rules, and what it was made from."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from stackmark.model.holding import Holding
from stackmark.model.holding_write import holdings_json
from stackmark.stacking.audit import Auditor
from stackmark.stacking.result import Audit
from stackmark.stacking.rules import Rules
from stackmark_web import clock
from stackmark_web.pathways.held import Held, held
from stackmark_web.pathways.models import PathwayVersion
from stackmark_web.pathways.rules_of import rules_of
from stackmark_web.pathways.trusting import Body
from stackmark_web.pathways.uses import with_uses

LOOK: Final = dt.timedelta(days=30)
"""However far off the next change by time is, so often somebody looks: registers change too."""
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an audit stands on: rules, a day, everything held, and what of it enters."""

    rules: Rules
    at: dt.date
    held: tuple[Held, ...]
    holdings: tuple[Holding, ...]

    @property
    def inputs(self) -> str:
        """The SHA-256 of rules and holdings: the same inputs give the same answer on one day."""
        parts = (self.rules.id, repr(self.rules), holdings_bytes(self.holdings))
        text = b"\n".join(one if isinstance(one, bytes) else one.encode() for one in parts)
        return hashlib.sha256(text).hexdigest()

    def audited(self, *, explain: bool = True) -> Audit:
        """The answer."""
        return _auditor(self.rules, self.at).audit(self.holdings, explain=explain)


@lru_cache(maxsize=32)
def _auditor(rules: Rules, at: dt.date) -> Auditor:
    """Rules are compiled once for all learners of a day."""
    return Auditor(rules, at)


def ground(
    user: Any,
    version: PathwayVersion,
    *,
    at: dt.date | None = None,
    body: Body | None = None,
    besides: Iterable[Holding] = (),
) -> Ground:
    """What a person's audit stands on now; ``besides`` are credentials they might have."""
    day = at or clock.today()
    organisation = version.pathway.organisation
    rules = rules_of(version)
    found = held(user, organisation, day, body=body, wanted=rules.achievements)
    holdings = with_uses(rules, found, user, organisation)
    return Ground(rules, day, found, (*holdings, *besides))


def holdings_bytes(holdings: Sequence[Holding]) -> bytes:
    """The file that ``stackmark audit`` takes; the same bytes for the same holdings."""
    return orjson.dumps(holdings_json(holdings), option=orjson.OPT_SORT_KEYS)


def look_again(audit: Audit) -> dt.date:
    """The next day on which time alone may change the answer."""
    ends = [one.until + _DAY for one in audit.ageing]
    return min([*ends, audit.at + LOOK])
