"""Letters before a review is due and when it is over, to those who can do something about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import translation

from stackmark_web import clock
from stackmark_web.catalogue.models import Review
from stackmark_web.catalogue.queries import manage_url
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.tenancy.queries import lineage
from stackmark_web.ui.text import day_text

BEFORE: Final = timedelta(days=60)
BATCH: Final = 100  # versions a duty takes up at a time; the rest next time
DUE: Final = "review-due"
OVERDUE: Final = "review-overdue"


def remind() -> int:
    """One letter before the date and one after it, about current versions; how many versions."""
    today = clock.today()
    live = Review.objects.filter(
        version__achievement__current=F("version"), version__achievement__retired_at=None
    )
    over = live.filter(due__lt=today).exclude(reminded=OVERDUE)
    soon = live.filter(due__gte=today, due__lte=today + BEFORE).exclude(reminded=DUE)
    done = 0
    for kind, rows in ((OVERDUE, over), (DUE, soon)):
        related = rows.select_related("version__organisation", "version__achievement__organisation")
        done += sum(_tell(row, kind) for row in related.order_by("due")[:BATCH])
    return done


def _tell(row: Review, kind: str) -> bool:
    """Queue the letters, unless another worker has just done so."""
    with transaction.atomic():
        mine = Review.objects.filter(pk=row.pk, due=row.due, reminded=row.reminded)
        if not mine.update(reminded=kind):
            return False
        version = row.version
        for person in _people(version.organisation):
            language = person.locale or settings.LANGUAGE_CODE
            with translation.override(language):
                title, day = version.told, day_text(row.due)
            queue_mail(
                kind,
                to=person.email,
                key=f"{kind}:{version.pk}:{row.due}:{person.pk}",
                organisation=version.organisation,
                language=language,
                context={
                    "recipient_name": person.name,
                    "title": title,
                    "date": day,
                    "link": f"{settings.PUBLIC_URL}{manage_url(version.achievement)}",
                },
            )
    return True


def _people(organisation: Any) -> list[Any]:
    """Owners and reviewers, here and above."""
    rows = get_user_model().objects.filter(
        is_active=True,
        roles__organisation_id__in=lineage(organisation),
        roles__role__in=("owner", "reviewer"),
        roles__ended_at__isnull=True,
    )
    return list(rows.distinct())
