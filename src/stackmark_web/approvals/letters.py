"""Letters to who may decide a waiting change, and to who asked for it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from stackmark_web.approvals import queries
from stackmark_web.approvals.models import Change
from stackmark_web.approvals.registry import kind_of
from stackmark_web.tenancy.letters import queue_letter
from stackmark_web.ui.text import day_text

MOST: Final = 20  # of those who could decide; the list shows it to all


def tell_deciders(change: Change) -> None:
    """A letter to those who can approve it, in the transaction of the asking."""
    held = queries.others(kind_of(change.kind).permission, change.organisation, change.asked_by)
    able = [user for user in held if not queries.hindrance(user, change)]
    for user in able[:MOST]:
        _tell(change, "change_waiting", user)


def tell_asker(change: Change) -> None:
    """What became of it, to who asked."""
    if change.asked_by is not None:
        _tell(change, "change_decided", change.asked_by)


def _tell(change: Change, kind: str, user: Any) -> None:
    language = user.locale or settings.LANGUAGE_CODE
    path = reverse("approvals:change", args=[change.organisation.slug, change.pk])
    with translation.override(language):
        said = {
            "title": change.told,
            "reason": str(change.get_state_display()) if kind == "change_decided" else "",
            "date": day_text(change.expires_at) if kind == "change_waiting" else "",
        }
    queue_letter(
        kind,
        to=user.email,
        key=f"{kind}:{change.pk}:{user.pk}",
        organisation=change.organisation,
        language=language,
        context={**said, "link": f"{settings.PUBLIC_URL}{path}"},
    )
