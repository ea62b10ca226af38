"""What actions of the desk share: rights, the lock on an attempt, traces, letters."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext as _

from stackmark_web.assessing import allotting
from stackmark_web.assessing.models import Attempt
from stackmark_web.audit.actions import record
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require
from stackmark_web.ui.text import day_text


def permit(actor: Any, attempt: Attempt) -> None:
    """Somebody who may assess here and is not too near to the candidate; None is the system."""
    if actor is None:
        return
    require(actor, Permission.ASSESS, attempt.organisation)
    if allotting.has_conflict(actor, attempt):
        raise PermissionDenied(_("You have a conflict of interest here; a colleague takes over."))


def locked(attempt: Attempt) -> Attempt:
    """The attempt as it is now, held until the change is stored."""
    rows = Attempt.everywhere.select_for_update(of=("self",))
    found: Attempt = rows.select_related("organisation", "achievement", "version").get(
        pk=attempt.pk
    )
    return found


def note(verb: str, attempt: Attempt, *, actor: Any, via: str = "web", **after: Any) -> None:
    """An event under the achievement's name: no candidate, no name, no text."""
    record(
        verb,
        actor=actor,
        target=attempt,
        organisation=attempt.organisation,
        after=after,
        via=via,
        label=attempt.version.title,
    )


def tell(attempt: Attempt, kind: str, *, key: str, when: Any = None, reason: Any = "") -> None:
    """A letter to the learner about their attempt, with the way to its page."""
    learner, application = attempt.learner, attempt.application
    to = getattr(learner, "email", "") or getattr(application, "email", "")
    name = getattr(learner, "name", "") or getattr(application, "name", "")
    language = getattr(learner, "locale", "") or settings.LANGUAGE_CODE
    with translation.override(language):
        said = {
            "title": attempt.version.told,
            "date": day_text(when) if when else "",
            "reason": str(reason),
        }
    queue_mail(
        kind,
        to=to,
        organisation=attempt.organisation,
        language=language,
        context={
            "recipient_name": name,
            **said,
            "link": f"{settings.PUBLIC_URL}/assessments/attempts/{attempt.pk}",
        },
        key=f"{kind}:{key}",
    )
