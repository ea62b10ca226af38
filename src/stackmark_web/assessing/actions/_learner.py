"""What the learner's actions share: whose it is, and its trace under no name."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from stackmark_web.assessing.models import Application, Attempt
from stackmark_web.audit.actions import record


def own_application(application: Application, actor: Any) -> Application:
    """The application as it is now, held until the change is stored; None is the system."""
    rows = Application.everywhere.select_for_update(of=("self",))
    found: Application = rows.select_related("organisation", "achievement", "version").get(
        pk=application.pk
    )
    _own(found.learner_id, actor)
    return found


def own_attempt(attempt: Attempt, actor: Any) -> Attempt:
    """The same of an attempt."""
    rows = Attempt.everywhere.select_for_update(of=("self",))
    found: Attempt = rows.select_related("organisation", "achievement", "version").get(
        pk=attempt.pk
    )
    _own(found.learner_id, actor)
    return found


def _own(learner_id: Any, actor: Any) -> None:
    if actor is not None and (learner_id is None or learner_id != getattr(actor, "pk", None)):
        raise Http404("There is nothing here.")


def note(verb: str, about: Any, *, actor: Any, via: str, **after: Any) -> None:
    """An event in the organisation's trail. It names no learner: who marks may read it.

    The label is the achievement; whose attempt it is stands in the attempt.
    """
    if actor is not None and actor.pk == about.learner_id:
        actor, via = None, "learner"
    record(
        verb,
        actor=actor,
        target=about,
        organisation=about.organisation,
        after=after,
        via=via,
        label=str(about.version),
    )


def record_export(user: Any) -> None:
    """That a person took out their own data, in their own trail."""
    record("assessment.exported", actor=user, target=user)
