"""Until when a learner may hand in: the day that was set, and what adjustments add to it.

``Attempt.due_at`` stays as it was set. Extra time and days of granted adjustments and extensions
for circumstances are added whenever it is asked, so that nothing is added twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from stackmark_web.assessing.models import Adjustment, Attempt, Circumstance


def due_of(attempt: Attempt) -> datetime | None:
    """The moment after which nothing is taken; None when there is no deadline."""
    if attempt.due_at is None:
        return None
    latest = attempt.due_at + _extra(attempt, attempt.due_at - attempt.opened_at)
    extended = attempt.circumstances.filter(
        state=Circumstance.State.ACCEPTED, extended_to__isnull=False
    ).values_list("extended_to", flat=True)
    return max((latest, *extended))


def is_adjusted(attempt: Attempt) -> bool:
    """Whether the learner has longer than others."""
    return due_of(attempt) != attempt.due_at


def _extra(attempt: Attempt, whole: timedelta) -> timedelta:
    """What the granted adjustments give together: percents of the whole time, and days."""
    if attempt.application_id is None:
        return timedelta()
    rows = Adjustment.everywhere.filter(
        application_id=attempt.application_id, state=Adjustment.State.GRANTED
    )
    extra = timedelta()
    for one in rows:
        extra += timedelta(days=one.extra_days or 0)
        extra += max(whole, timedelta()) * (one.extra_percent or 0) / 100
    return extra
