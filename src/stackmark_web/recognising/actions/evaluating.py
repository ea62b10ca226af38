"""What an evaluator does before the decision: take a request, ask, keep a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.recognising import drafts, queries
from stackmark_web.recognising.actions._common import (
    learner_path,
    locked,
    locked_source,
    note_request,
    permit_evaluator,
    tell_learner,
    words,
)
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Request, Source


@transaction.atomic
def assign(request: Request, *, actor: Any, reader: Any, via: str = "web") -> Request:
    """Take a request, give it to a colleague, or (``None``) back to all."""
    found = locked(request)
    permit_evaluator(actor, found.organisation, found.user_id)
    if reader is not None:
        if reader.pk not in {one.pk for one in queries.evaluators_of(found.organisation)}:
            raise Problem("reader", _("Choose somebody who may decide here."))
        if reader.pk == found.user_id:
            raise Problem("reader", _("Nobody decides about their own request."))
    found.reader = reader
    found.save(update_fields=["reader"])
    after = {"user": str(reader.pk)} if reader is not None else {}
    verb = "recognition.assigned" if reader is not None else "recognition.unassigned"
    note_request(verb, found, actor=actor, via=via, **after)
    return found


@transaction.atomic
def ask(request: Request, *, actor: Any, question: str, via: str = "web") -> Request:
    """A question to the learner; the time until the answer is added to the deadline."""
    found = locked(request)
    permit_evaluator(actor, found.organisation, found.user_id)
    found.question, found.answer = words("text", question, needed=True), ""
    found.state, found.asked_at = Request.State.ASKED, clock.now()
    found.save(update_fields=["question", "answer", "state", "asked_at"])
    note_request("recognition.asked", found, actor=actor, via=via)
    tell_learner(
        "recognition_asked",
        found.user,
        organisation=found.organisation,
        key=f"{found.pk}:{found.asked_at.isoformat()}",
        title=found.target.title,
        path=learner_path(found),
    )
    return found


@transaction.atomic
def keep(
    source: Source, *, actor: Any, revision: int, given: Mapping[str, Any], via: str = "web"
) -> Source:
    """Keep the draft of a decision (see ``drafts.worked``); ``revision`` is what it stands on.

    Raises ``Problem`` naming the field, also when somebody else kept another draft meanwhile.
    """
    request = locked(source.request, open_only=False)
    permit_evaluator(actor, request.organisation, request.user_id)
    found = locked_source(source, revision)
    queries.require_decidable(found, request, actor)
    found.working = drafts.worked(found, given)
    found.revision += 1
    found.save(update_fields=["working", "revision"])
    note_request("recognition.draft-kept", request, actor=actor, via=via)
    return found
