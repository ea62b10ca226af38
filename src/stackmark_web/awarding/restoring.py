"""What a database from a backup must be told before it works again (fault F22).

Nothing here sends a letter: whoever was to hear of these changes has heard of them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet

from stackmark_web import clock
from stackmark_web.awarding import states
from stackmark_web.awarding.actions._common import trace_many
from stackmark_web.awarding.models import Award, StatusList

VIA: Final = "restore"
_BATCH: Final = 200
_NOTE: Final = "Read from the published status list after a restore."


@transaction.atomic
def withdraw(row: StatusList, indexes: Iterable[int]) -> list[Award]:
    """Revoke what the published revocation list says is revoked and the database does not."""
    return _apply(row, indexes, "revoke", Award.State.REVOKED)


@transaction.atomic
def suspend(row: StatusList, indexes: Iterable[int]) -> list[Award]:
    """Put on hold what the published suspension list says is, and the database does not."""
    return _apply(row, indexes, "suspend", Award.State.SUSPENDED)


def _apply(row: StatusList, indexes: Iterable[int], action: str, to: str) -> list[Award]:
    changed: list[Award] = []
    for some in _batches(indexes):
        rows = Award.everywhere.filter(
            status_list=row, status_index__in=some, state__in=states.TABLE[action]
        )
        if action == "suspend":
            rows = rows.filter(suspendable=True)
        changed += _move_all(rows.exclude(signed__isnull=True), action, to)
    return changed


def _move_all(rows: QuerySet[Award], action: str, to: str) -> list[Award]:
    found = list(rows.defer("signed").select_related("version", "organisation"))
    moved = []
    for award in found:
        before = award.state
        changes: dict[str, Any] = {"state": to, "status_changed_at": clock.now()}
        if action == "suspend":
            changes["before_suspension"] = before
        Award.everywhere.filter(pk=award.pk).update(**changes)
        award.state = to
        moved.append((award, before))
    trace_many(moved, action, actor=None, via=VIA, note=_NOTE)
    return found


def close_lists(versions: Mapping[str, int], *, not_before: datetime) -> int:
    """No index of any list is given any more, and none is published below its last version.

    ``versions``: the highest known to have been published, by id. New awards open new lists.
    """
    count = 0
    for row in StatusList.everywhere.all():
        StatusList.everywhere.filter(pk=row.pk).update(
            next=F("entries"),
            version=max(row.version, versions.get(str(row.pk), 0)),
            stamped_at=max(row.stamped_at or not_before, not_before),
            changes=F("changes") + 1,
            dirty_since=clock.now(),
        )
        count += 1
    return count


def forget_reserved() -> int:
    """What had an index and no signature: the lost system may have signed it. It gets a new one."""
    rows = Award.everywhere.filter(signed__isnull=True, status_index__isnull=False)
    return rows.update(status_list=None, status_index=None)


def hold_back(pks: Iterable[str], *, until: datetime) -> list[Award]:
    """What is not signed here but was, or may have been, by the lost system: back to a person.

    These are the awards named, and those that were to go out by themselves before ``until``.
    """
    named = [
        award
        for some in _batches(pks)
        for award in _waiting().filter(pk__in=some).exclude(state=Award.State.DRAFT)
    ]
    due = list(_waiting().filter(state=Award.State.SCHEDULED, send_at__lte=until))
    held = list({award.pk: award for award in [*named, *due]}.values())
    moved = []
    for award in held:
        before = award.state
        Award.everywhere.filter(pk=award.pk).update(state=Award.State.DRAFT, send_at=None)
        award.state = Award.State.DRAFT
        moved.append((award, before))
    trace_many(moved, "hold-back", actor=None, via=VIA)
    return held


def _waiting() -> QuerySet[Award]:
    rows = Award.everywhere.filter(signed__isnull=True)
    return rows.select_related("version", "organisation")


def known(pks: Iterable[str]) -> dict[str, str]:
    """SHA-256 of what is signed here, by award; awards that are not are left out."""
    found: dict[str, str] = {}
    for some in _batches(pks):
        rows = Award.everywhere.filter(pk__in=some).exclude(sha256="")
        found |= {str(pk): sha256 for pk, sha256 in rows.values_list("pk", "sha256")}
    return found


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    """As ``itertools.batched`` of Python 3.12."""
    left = iter(values)
    while some := list(islice(left, _BATCH)):
        yield some
