"""Changes that were asked for, or that speak of somebody who is erased."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from stackmark_web import clock
from stackmark_web.accounts.erasing import eraser, without
from stackmark_web.accounts.queries import telling_pattern, words_of
from stackmark_web.approvals.models import Change
from stackmark_web.audit.actions import record

_TEXTS = ("title", "why", "answer")


@eraser("approvals")
def erase(user: Any) -> dict[str, int]:
    """What waits by or about them is withdrawn; their name goes from every title and reason."""
    words, telling = words_of(user), telling_pattern(user)
    ended = [one for one in _waiting() if one.asked_by_id == user.pk or _names(one, telling)]
    for row in ended:
        _end(row)
    return {"changes withdrawn": len(ended), "texts of changes": _clean(user, words, telling)}


def _waiting() -> Any:
    rows = Change.everywhere.select_for_update(of=("self",)).filter(state=Change.State.WAITING)
    return rows.select_related("organisation")


def _names(row: Change, telling: re.Pattern[str] | None) -> bool:
    return telling is not None and any(telling.search(text) for text in _texts(row.arguments))


def _texts(value: Any) -> Iterator[str]:
    """Every text in JSON."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _end(row: Change) -> None:
    row.state, row.decided_at, row.arguments = Change.State.WITHDRAWN, clock.now(), {}
    row.save(update_fields=["state", "decided_at", "arguments"])
    record(
        "change.withdrawn",
        actor=None,
        target=row,
        organisation=row.organisation,
        before={"state": Change.State.WAITING},
        after={"state": row.state, "kind": row.kind, "digest": row.digest},
        via="erasure",
    )


def _clean(user: Any, words: set[str], telling: re.Pattern[str] | None) -> int:
    """A reason in one's own words goes whole; in those of others only the name."""
    wanted = Q(asked_by=user) | Q(decided_by=user)
    for word in words:
        for name in _TEXTS:
            wanted |= Q(**{f"{name}__icontains": word})
    count = 0
    for row in Change.everywhere.filter(wanted):
        before = [getattr(row, name) for name in _TEXTS]
        own = user.pk in (row.asked_by_id, row.decided_by_id)
        if not own and not (telling and any(map(telling.search, before))):
            continue  # a word like their name
        row.why = "" if row.asked_by_id == user.pk else without(row.why, words)
        row.answer = "" if row.decided_by_id == user.pk else without(row.answer, words)
        row.title = without(row.title, words)
        if before != [getattr(row, name) for name in _TEXTS]:
            row.save(update_fields=list(_TEXTS))
            count += 1
    return count
