"""Duties and runs of pathways: audits kept fresh, and awards made."""

from __future__ import annotations

from collections.abc import Callable

from stackmark_web.jobs.duties import duty
from stackmark_web.jobs.handlers import Outcome, handler
from stackmark_web.jobs.models import Run
from stackmark_web.pathways import trial_tasks  # noqa: F401 - registers its own kind of run
from stackmark_web.pathways.actions import auditing, automatic, conferring, rechecking

duty("audit pathways", seconds=5)(auditing.audit_waiting)
duty("award completed pathways", seconds=60)(automatic.award_waiting)
duty("look at credentials from elsewhere again", seconds=600)(rechecking.look_again)


@handler(auditing.KIND)
def _audit(run: Run, first: int, last: int, heartbeat: Callable[[], None]) -> Outcome:
    result = auditing.audit_chunk(run, first, heartbeat)
    return Outcome(done=last - first, result=result)


@handler(conferring.KIND)
def _confer(run: Run, first: int, last: int, heartbeat: Callable[[], None]) -> Outcome:
    refusals = [one for one in conferring.confer_chunk(run, first, last, heartbeat) if one]
    told = [one.detail for one in refusals[:20]]
    return Outcome(done=last - first - len(refusals), failed=len(refusals), result={"why": told})
