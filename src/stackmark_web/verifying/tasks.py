"""Work for the worker: rows of a batch, and forgetting what is over."""

from __future__ import annotations

from typing import Any

from stackmark_web.jobs.duties import duty
from stackmark_web.jobs.handlers import Heartbeat, Outcome, handler
from stackmark_web.verifying import batches


@handler(batches.KIND)
def check_rows(run: Any, first: int, last: int, heartbeat: Heartbeat) -> Outcome:
    """One chunk of a batch."""
    return batches.judge_rows(run.params["batch"], first, last, heartbeat)


@duty("forget-checks", seconds=3600)
def forget_checks() -> None:
    """Tables live a day, records as long as was chosen."""
    batches.sweep()
