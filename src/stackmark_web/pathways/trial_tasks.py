"""The run that tries a draft on everyone."""

from __future__ import annotations

from collections.abc import Callable

from stackmark_web.jobs.handlers import Outcome, handler
from stackmark_web.jobs.models import Run
from stackmark_web.pathways.actions import trying


@handler(trying.KIND)
def try_on_everyone(run: Run, first: int, last: int, heartbeat: Callable[[], None]) -> Outcome:
    """One chunk: it is tried on these learners."""
    return Outcome(done=last - first, result={"tried": trying.try_chunk(run, first, heartbeat)})
