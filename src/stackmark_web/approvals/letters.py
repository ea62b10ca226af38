"""Letters to who may decide a waiting change, and to who asked for it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from stackmark_web.approvals import queries
from stackmark_web.approvals.models import Change
from stackmark_web.approvals.registry import kind_of
from stackmark_web.tenancy.letters import queue_letter

MOST: Final = 20  # of those who could decide; the list shows it to all


def tell_deciders(change: Change) -> None:
    """A letter to those who can approve it, in the transaction of the asking."""
    held = queries.others(kind_of(change.kind).permission, change.organisation, change.asked_by)
    able = [user for user in held if not queries.hindrance(user, change)]
    for user in able[:MOST]:
        _tell(change, "change_waiting", user, date_format(change.expires_at, "j F Y"))


def tell_asker(change: Change) -> None:
    """What became of it, to who asked."""
    if change.asked_by is not None:
        _tell(change, "change_decided", change.asked_by, str(change.get_state_display()))


def _tell(change: Change, kind: str, user: object, word: str) -> None:
    path = reverse("approvals:change", args=[change.organisation.slug, change.pk])
    queue_letter(
        kind,
        to=getattr(user, "email", ""),
        key=f"{kind}:{change.pk}:{getattr(user, 'pk', '')}",
        organisation=change.organisation,
        language=getattr(user, "locale", "") or "",
        context={
            "title": change.title,
            "reason": word if kind == "change_decided" else "",
            "date": word if kind == "change_waiting" else "",
            "link": f"{settings.PUBLIC_URL}{path}",
        },
    )
