"""Decisions are looked at again by themselves: what they recognised may be in order no more."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import F, Q, QuerySet

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.jobs.duties import duty
from stackmark_web.recognising.actions import reviewing
from stackmark_web.recognising.models import Decision
from stackmark_web.verifying.checking import Checker

BATCH: Final = 50
EVERY: Final = timedelta(hours=20)  # a source from elsewhere is asked about once a day
OFTEN: Final = timedelta(minutes=5)
_ROUND: Final = 20.0  # seconds after which a round begins no further source
_LOG: Final = logging.getLogger(__name__)


def _standing() -> QuerySet[Any]:
    """Decisions that count or are in review, and whose source is still at hand."""
    rows = Decision.everywhere.filter(
        withdrawn_at=None, replaced_by=None, source__data__isnull=False
    )
    return rows.select_related("source")


@duty("look at decisions on credentials issued here", seconds=30)
def look_at_own() -> int:
    """Those of ours whose award changed since it was last looked at: at once.

    Where only a file of ours was brought along, every few minutes.
    """
    now = clock.now()
    award = "source__holding__award"
    changed = Q(looked_at=None) | Q(**{f"{award}__status_changed_at__gte": F("looked_at")})
    ended = Q(**{f"{award}__valid_until__lte": now}) & Q(
        **{f"{award}__valid_until__gt": F("looked_at")}
    )
    copied = Q(**{f"{award}__isnull": True}) & Q(looked_at__lte=now - OFTEN)
    rows = _standing().filter(source_id_text__startswith=f"{settings.IDENTITY_URL}/credentials/")
    rows = rows.filter(changed | ended | copied)
    return _look(rows.order_by(F("looked_at").asc(nulls_first=True), "pk")[:BATCH])


@duty("look at decisions on credentials from elsewhere", seconds=600)
def look_at_foreign() -> int:
    """Those issued elsewhere, checked anew about once a day; the ones not seen longest first."""
    due = Q(looked_at=None) | Q(looked_at__lte=clock.now() - EVERY)
    rows = _standing().exclude(source_id_text__startswith=f"{settings.IDENTITY_URL}/credentials/")
    rows = rows.filter(due)
    return _look(rows.order_by(F("looked_at").asc(nulls_first=True), "pk")[:BATCH])


def _look(rows: Iterable[Decision]) -> int:
    begun, checker, done = time.monotonic(), Checker(), 0
    for row in rows:
        if time.monotonic() - begun > _ROUND:
            break
        if row.source is None:
            continue
        try:
            report = checker.check(bytes(row.source.data or b""), explain=False).report
            reviewing.look(row, report)
        except StackmarkError as error:
            _LOG.warning("decision %s not looked at: %s", row.pk, error)
        done += 1
    return done
