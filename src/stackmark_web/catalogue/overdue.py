"""Review dates: when a published version must be looked at again, asked by the date itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.catalogue.models import Review
from stackmark_web.ui.cards import Fact
from stackmark_web.ui.text import day_text


def due_of(version: Any) -> date | None:
    """The day the next review is due; ``None`` for a draft."""
    row = getattr(version, "review", None)
    return row.due if row is not None else None


def overdue_since(version: Any) -> date | None:
    """The day the review was due, when that is over."""
    due = due_of(version)
    return due if due is not None and due < clock.today() else None


def check_awardable(version: Any) -> None:
    """Refuse new awards of what nobody has looked at in time.

    Raises ``UsageError`` ``award.review-overdue``.
    """
    since = overdue_since(version)
    if since is not None:
        raise UsageError("award.review-overdue", refusal(since))


def overdue_versions(versions: Collection[Any]) -> dict[Any, UsageError]:
    """Why versions cannot be awarded now, by their ids, in one question; others are left out."""
    rows = Review.objects.filter(version_id__in=versions, due__lt=clock.today())
    return {
        row.version_id: UsageError("award.review-overdue", refusal(row.due))
        for row in (rows if versions else ())
    }


def refusal(since: date) -> str:
    """Why it cannot be awarded, and what to do."""
    return _(
        "Its review has been overdue since %(day)s, so it cannot be awarded. A reviewer can "
        "confirm it on the achievement's page; then it can be awarded again."
    ) % {"day": day_text(since)}


def sentence(since: date) -> str:
    """What the public reads."""
    return _("Review overdue since %(day)s") % {"day": day_text(since)}


def facts(version: Any) -> list[Fact]:
    """The row of the facts label; none for a draft."""
    due = due_of(version)
    if due is None:
        return []
    since = overdue_since(version)
    note = _("It is not awarded until somebody has looked at it again.") if since else ""
    return [Fact(_("Next review of the design"), sentence(since) if since else day_text(due), note)]


def changed_at(version: Any) -> datetime:
    """When what the public reads about a version changed last: by publication, review or time."""
    row = getattr(version, "review", None)
    found: list[datetime] = [version.published_at]
    if row is not None:
        found.append(row.set_at)
    since = overdue_since(version)
    if since is not None:
        found.append(datetime.combine(since, time.max, tzinfo=ZoneInfo("UTC")))
    return max(found)
