"""Runs a person started for themselves; those of an organisation stay, without them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.accounts.erasing import eraser
from stackmark_web.accounts.retention import days_of
from stackmark_web.jobs.models import Run

KEPT: Final = timedelta(days=days_of("run"))  # a run that ended
BATCH: Final = 500


@eraser("jobs")
def erase(user: Any) -> dict[str, int]:
    """What they asked for outside of any organisation goes with its chunks."""
    return {"runs": Run.everywhere.filter(actor=user, organisation=None).delete()[0]}


def forget_old() -> int:
    """For the duty: what people ran for themselves and is long over."""
    rows = Run.everywhere.filter(organisation=None, finished_at__lt=clock.now() - KEPT)
    return Run.everywhere.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0]
