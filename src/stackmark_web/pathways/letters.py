"""Letters to learners about pathways."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from stackmark_web.integrations.actions import queue_mail
from stackmark_web.pathways.models import Completion, Following
from stackmark_web.ui.text import day_text


def tell(one: Completion, kind: str, *, reason: str = "") -> None:
    """A letter about a completion, once of each kind, in the caller's transaction."""
    if one.user is None or one.following is None:
        return
    write(one.following, kind, key=str(one.pk), reason=reason)


def write(
    following: Following, kind: str, *, key: str, reason: str = "", when: date | None = None
) -> None:
    """A letter about a pathway somebody follows; once for each ``key``."""
    user, version = following.user, following.version
    language = user.locale or settings.LANGUAGE_CODE
    queue_mail(
        kind,
        to=user.email,
        organisation=version.pathway.organisation,
        language=language,
        context=_context(following, language, reason, when),
        key=f"{kind}:{key}",
    )


def _context(following: Following, language: str, reason: str, when: date | None) -> dict[str, Any]:
    path = reverse("pathways:progress", args=[following.pk])
    with translation.override(language):
        day = day_text(when) if when else ""
    return {
        "recipient_name": following.user.name,
        "title": following.version.title,
        "reason": reason,
        "date": day,
        "link": f"{settings.PUBLIC_URL}{path}",
    }
