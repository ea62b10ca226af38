"""Letters to a learner about their application and attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from stackmark_web.assessing.models import Application
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.ui.text import day_text


def tell(
    application: Application,
    kind: str,
    *,
    key: str,
    reason: str = "",
    when: datetime | None = None,
    attempt: Any = None,
) -> None:
    """Queue a letter to the learner, in the caller's transaction; once for each ``key``.

    Nothing is written to who has no account any more.
    """
    if application.learner is None:
        return
    language = application.learner.locale or settings.LANGUAGE_CODE
    with translation.override(language):
        title, day = application.version.told, day_text(when) if when else ""
    path = (
        reverse("assessing:attempt", args=[attempt.pk])
        if attempt is not None
        else reverse("assessing:application", args=[application.pk])
    )
    queue_mail(
        kind,
        to=application.learner.email,
        organisation=application.organisation,
        language=language,
        context={
            "recipient_name": application.name,
            "title": title,
            "reason": reason,
            "date": day,
            "link": f"{settings.PUBLIC_URL}{path}",
        },
        key=f"{kind}:{application.pk}:{key}",
    )


def tell_staff(about: Any, *, key: str) -> None:
    """Tell the organisation that a learner wrote something; the letter names nobody."""
    language = settings.LANGUAGE_CODE
    queue_mail(
        "assessment_waiting",
        to=about.organisation.email,
        organisation=about.organisation,
        language=language,
        context={
            "title": about.version.title,
            "link": f"{settings.PUBLIC_URL}/manage/{about.organisation.slug}/assessing",
        },
        key=f"assessment_waiting:{key}",
    )
