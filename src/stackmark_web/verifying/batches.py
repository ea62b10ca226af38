"""Many documents at once: kept for a day as a table, checked here or by a worker."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.jobs import actions as jobs
from stackmark_web.jobs.handlers import Heartbeat, Outcome
from stackmark_web.verifying import queries
from stackmark_web.verifying.actions import fetched, told
from stackmark_web.verifying.checking import Checked, Checker
from stackmark_web.verifying.intake import Item
from stackmark_web.verifying.models import Batch, BatchItem

KIND: Final = "verify-batch"
AT_ONCE: Final = 20  # as many are checked while the visitor waits, if no link is among them
LINKS_AT_ONCE: Final = 3
CHUNK: Final = 20
LIFE: Final = timedelta(hours=24)


def start(
    items: list[Item], *, actor: Any, organisation: Any = None, recipient: str = ""
) -> tuple[Batch, str]:
    """A new table and its secret token; small ones are checked when this returns."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    batch = Batch(
        token_hash=queries.hashed(token),
        created_at=now,
        expires_at=now + LIFE,
        made_by=actor if getattr(actor, "pk", None) else None,
        register_of=organisation,
        recipient=recipient[:320],
        total=len(items),
    )
    rows = _rows(batch, items)
    small = len(items) <= AT_ONCE and sum(bool(item.url) for item in items) <= LINKS_AT_ONCE
    if small:  # before the transaction: links take their time
        _judge(batch, rows)
        batch.recipient = ""
    with transaction.atomic():
        if not small:
            batch.run = _run(batch, actor)
        batch.save()
        BatchItem.objects.bulk_create(rows)
    return batch, token


def _rows(batch: Batch, items: list[Item]) -> list[BatchItem]:
    register = queries.register_for(batch.register_of)
    checker = Checker()
    rows: list[BatchItem] = []
    for number, item in enumerate(items):
        row = BatchItem(
            batch=batch, number=number, source=item.source, url=item.url, data=item.data
        )
        if item.error is not None:
            _note(row, told(checker.unreadable(item.error, source=item.source), register))
        rows.append(row)
    return rows


def _run(batch: Batch, actor: Any) -> Any:
    return jobs.start(
        KIND,
        organisation=None,
        actor=actor if getattr(actor, "pk", None) else None,
        title=_("Check of %(number)s credentials") % {"number": batch.total},
        total=batch.total,
        chunk_size=CHUNK,
        params={"batch": str(batch.pk)},
    )


def judge_rows(batch_id: str, first: int, last: int, heartbeat: Heartbeat) -> Outcome:
    """Check the rows of one chunk that nobody has checked yet; for the worker."""
    batch = Batch.objects.select_related("register_of").filter(pk=batch_id).first()
    if batch is None:  # deleted meanwhile
        return Outcome()
    rows = BatchItem.objects.filter(batch=batch, number__gte=first, number__lt=last)
    open_rows = list(rows.filter(verdict=""))
    judge = _judging(batch)
    for row in open_rows:
        heartbeat()
        judge(row)
        with transaction.atomic():
            heartbeat()
            row.save()
    if not BatchItem.objects.filter(batch=batch, verdict="").exists():
        # Everything is checked: whom it was compared with is no longer needed.
        Batch.objects.filter(pk=batch.pk).update(recipient="")
    return Outcome(done=last - first)


def _judge(batch: Batch, rows: list[BatchItem]) -> None:
    judge = _judging(batch)
    for row in rows:
        if not row.verdict:
            judge(row)


def _judging(batch: Batch) -> Any:
    """A function that checks one row in place, sharing what was fetched for the rows before."""
    register = queries.register_for(batch.register_of)
    checker = Checker(register=register.register, recipient=batch.recipient)

    def judge(row: BatchItem) -> None:
        if row.url:
            checked = fetched(checker, row.url)
        else:
            checked = checker.check(bytes(row.data or b""), source=row.source)
        _note(row, told(checked, register))

    return judge


def _note(row: BatchItem, checked: Checked) -> None:
    """What was found takes the place of what came."""
    row.verdict = checked.verdict
    row.result = checked.to_json()
    row.data, row.url = None, ""


def delete(token: str) -> None:
    """Delete a table before its time; whoever has its address may."""
    found = queries.batch(token)
    if found is None:
        raise Http404("There is nothing here.")
    if found.run is not None:
        jobs.cancel(found.run, actor=None)
    found.delete()


def sweep() -> None:
    """Delete the tables and records whose time is over."""
    from stackmark_web.verifying.models import VerificationRecord

    now = clock.now()
    Batch.objects.filter(expires_at__lte=now).delete()
    VerificationRecord.objects.filter(expires_at__lte=now).delete()
