"""``audit``: whether holdings earn an award at a day, with a reason for every yes and no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from stackmark.model.holding import Holding
from stackmark.stacking.result import Audit
from stackmark.stacking.rules import Rules

NODE_LIMIT: Final = 50_000


def audit(
    rules: Rules,
    holdings: Sequence[Holding],
    at: dt.date,
    *,
    node_limit: int = NODE_LIMIT,
    explain: bool = True,
) -> Audit:
    """Whether the holdings earn the award at a day.

    The verdict is ``undecided`` when facts are missing that matter, or when ``node_limit`` nodes
    were searched without an answer; never by the clock. The order of the input changes nothing.
    ``explain=False`` leaves out everything but verdict, witness, unused and credits.
    """
    raise NotImplementedError
