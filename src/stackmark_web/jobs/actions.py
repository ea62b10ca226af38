"""Start, cancel and retry runs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.jobs.models import Chunk, Run


@transaction.atomic
def start(
    kind: str,
    *,
    organisation: Any,
    actor: Any,
    title: str,
    total: int,
    chunk_size: int = 500,
    params: dict[str, Any] | None = None,
) -> Run:
    """A run of ``total`` rows, cut into chunks that workers will take.

    In the transaction of the caller: no commit, no run.
    """
    run = Run.everywhere.create(
        kind=kind,
        organisation=organisation,
        actor=actor,
        title=title[:200],
        params=params or {},
        total=total,
        created_at=clock.now(),
    )
    Chunk.objects.bulk_create(
        Chunk(run=run, number=number, first=first, last=min(first + chunk_size, total))
        for number, first in enumerate(range(0, total, chunk_size))
    )
    record("run.started", actor=actor, target=run, organisation=organisation, after={"rows": total})
    return run


@transaction.atomic
def cancel(run: Run, *, actor: Any) -> bool:
    """Stop a run between chunks; what is done stays. Whether there was anything to stop."""
    states = (Run.State.WAITING, Run.State.RUNNING)
    changed = Run.everywhere.filter(pk=run.pk, state__in=states).update(
        state=Run.State.CANCELLED, finished_at=clock.now()
    )
    if changed:
        record("run.cancelled", actor=actor, target=run, organisation=run.organisation)
    return bool(changed)


@transaction.atomic
def retry(run: Run, *, actor: Any) -> bool:
    """Give the chunks that failed another chance. Whether there were any."""
    failed = Chunk.objects.filter(run=run, state="failed").update(state="waiting", attempts=0)
    if failed:
        Run.everywhere.filter(pk=run.pk).update(state=Run.State.RUNNING, error="", finished_at=None)
        record("run.retried", actor=actor, target=run, organisation=run.organisation)
    return bool(failed)
