"""What time brings: later panels where attempts were added, uploads nobody came back to."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db.models import Max

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import ledger
from stackmark_web.assessing.models import Attempt, AttemptImport, FactsPanel
from stackmark_web.catalogue.models import Achievement

MONTH: Final = timedelta(days=30)
BATCH: Final = 20
_LOG: Final = logging.getLogger(__name__)


def drop_forgotten() -> int:
    """Throw away files of results that waited a month for somebody's yes; how many."""
    rows = AttemptImport.everywhere.filter(
        state=AttemptImport.State.READ, uploaded_at__lte=clock.now() - MONTH
    )
    return rows.update(state=AttemptImport.State.DROPPED, data=b"", findings=[])


def renew_due() -> int:
    """Publish again what somebody chose to publish about everybody; how many.

    A month after the last panel at the earliest, where attempts were added since.
    """
    rows = FactsPanel.everywhere.filter(cohort=ledger.ALL, signed__isnull=False)
    latest = rows.order_by().values("achievement").annotate(at=Max("made_at"))
    due = latest.filter(at__lte=clock.now() - MONTH).order_by("at")
    made = 0
    for one in due[: BATCH * 5]:
        if made >= BATCH:
            break
        made += _renew(one["achievement"], one["at"])
    return made


def _renew(achievement: object, at: object) -> bool:
    newer = Attempt.everywhere.filter(achievement=achievement, sat_on__isnull=False)
    if (
        not newer.filter(submitted_at__gt=at).exists()
        and not newer.filter(source__done_at__gt=at).exists()
    ):
        return False
    from stackmark_web.assessing.actions import publishing_facts

    found = Achievement.everywhere.select_related("organisation", "current").get(pk=achievement)
    try:
        publishing_facts.publish(found, actor=None, via="job")
    except StackmarkError as error:
        _LOG.warning("facts of %s could not be renewed: %s", achievement, error.reason)
        return False
    return True
