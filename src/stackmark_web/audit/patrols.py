"""Checks that go round a table in slices, about once a day, and keep what they found."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction

from stackmark_web import clock
from stackmark_web.audit.models import Patrol

MAX_FINDINGS: Final = 20
ROUND: Final = timedelta(hours=20)
_LOG: Final = logging.getLogger(__name__)

Step = Callable[[str], tuple[str, list[str]]]
"""From the place it stands at to the next, empty at the end; and sentences of what was found."""


def go_on(name: str, step: Step) -> list[str]:
    """A slice of the round ``name``, if one is due. What this slice found."""
    row, _made = Patrol.objects.get_or_create(name=name)
    now = clock.now()
    if not row.cursor and row.ended_at is not None and row.ended_at > now - ROUND:
        return []
    cursor, found = step(row.cursor)
    for one in found:
        _LOG.error("%s: %s", name, one)
    with transaction.atomic():
        row = Patrol.objects.select_for_update().get(pk=name)
        fresh = list(dict.fromkeys([*row.fresh, *found]))[:MAX_FINDINGS]
        row.started_at = row.started_at if row.cursor else now
        row.cursor, row.fresh = cursor, fresh
        if found:  # told at once, not only when the round is over
            row.findings = list(dict.fromkeys([*row.findings, *found]))[:MAX_FINDINGS]
        if not cursor:
            row.ended_at, row.findings, row.fresh = now, fresh, []
        row.save()
    return found
