"""The lot by which holders are drawn for a re-test: seeded, so that anybody can draw it again.

The rule: those who earned the credential within the window and hold it in an account are put in
the order of SHA-256("<seed>:<id of the award>"), and the first of them, a share rounded up, are
invited. Who was invited to an earlier re-test of the achievement is left out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from stackmark_web.assessing.models import RetestInvitation
from stackmark_web.awarding.models import Award

T = TypeVar("T")


def holders(achievement: Any, *, window_days: int, now: datetime) -> list[Award]:
    """The awards among which is drawn, by id."""
    asked = RetestInvitation.objects.filter(retest__achievement=achievement)
    rows = Award.everywhere.filter(
        version__achievement=achievement,
        state=Award.State.CLAIMED,
        holder__isnull=False,
        valid_from__gte=now - timedelta(days=window_days),
        valid_from__lte=now,
    ).exclude(pk__in=asked.values("award"))
    chosen: dict[Any, Award] = {}
    for one in rows.select_related("holder", "version", "organisation").order_by("pk"):
        chosen.setdefault(one.holder_id, one)  # a person counts once
    return list(chosen.values())


def draw(keys: Sequence[str], *, seed: str, share: int) -> list[str]:
    """The keys that are drawn: ``share`` percent of them, rounded up."""
    number = math.ceil(len(keys) * share / 100)
    return sorted(keys, key=lambda key: _place(seed, key))[:number]


def _place(seed: str, key: str) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()
