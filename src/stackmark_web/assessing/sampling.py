"""Which attempts are drawn to be marked twice: random, reproducible, and enough of them.

The draw is made the moment something is handed in, so that a second marking can wait beside the
first one and nobody can tell them apart. Every attempt has a number drawn from its id with the
server's key. An attempt is drawn when its number is among the lowest ``needed(n)`` of the ``n``
attempts of its cohort so far, or when fewer than ``needed(n)`` would have been drawn without it.
So the sample never falls below the rule, nobody can foretell it, and it can be drawn again to
show that it was random. A cohort is the year in which something was handed in.
"""

from __future__ import annotations

import hmac
import math
from typing import Any

from django.conf import settings

from stackmark_web.assessing.models import Attempt, Marking


def needed(count: int, *, share: int, least: int) -> int:
    """How many of ``count`` attempts are marked twice: ``share`` percent or ``least``, the larger.

    All of them while there are fewer than ``least``.
    """
    return min(count, max(least, math.ceil(count * share / 100)))


def number_of(attempt_id: object, cohort: str) -> bytes:
    """The number an attempt is drawn by."""
    text = f"second marking {cohort} {attempt_id}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256")


def cohort_of(attempt: Attempt) -> str:
    """The achievement and the year it was handed in."""
    when = attempt.submitted_at or attempt.opened_at
    return f"{attempt.achievement_id} {when.year}"


def is_drawn(attempt: Attempt, setup: Any) -> bool:
    """Whether this attempt, handed in just now, is among those marked twice."""
    ids = _cohort_ids(attempt)
    wanted = needed(len(ids), share=setup.second_share, least=setup.second_least)
    drawn = Marking.everywhere.filter(
        attempt_id__in=ids, kind=Marking.Kind.SECOND, why=Marking.Why.SAMPLE
    ).exclude(attempt=attempt)
    if drawn.values("attempt").distinct().count() < wanted:
        return True
    cohort = cohort_of(attempt)
    ranked = sorted(ids, key=lambda pk: number_of(pk, cohort))
    return attempt.pk in ranked[:wanted]


def _cohort_ids(attempt: Attempt) -> list[Any]:
    when = attempt.submitted_at or attempt.opened_at
    rows = Attempt.everywhere.filter(
        achievement_id=attempt.achievement_id, source=None, submitted_at__year=when.year
    )
    return sorted({*rows.values_list("pk", flat=True), attempt.pk})
