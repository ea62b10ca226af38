"""A decision whose source falls: into review by itself; confirmed or withdrawn by a person.

``review_reasons`` stay after a person confirmed the decision: what they looked at then is no news
later. They are forgotten when the source is in order again.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.recognition.statement import Standing, standing_of
from stackmark.verification.report import Report
from stackmark_web import clock
from stackmark_web.recognising import queries
from stackmark_web.recognising.actions._common import (
    note,
    permit_evaluator,
    tell_body,
    tell_learner,
    words,
)
from stackmark_web.recognising.actions.deciding import call_off
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Decision


@transaction.atomic
def look(decision: Decision, report: Report, *, via: str = "job") -> str:
    """What a report on the source, made now, does to a decision: its standing in one word."""
    found = _locked(decision)
    standing = standing_of(queries.decision_in(found), [report])
    Decision.everywhere.filter(pk=found.pk).update(looked_at=clock.now())
    if found.withdrawn_at is not None or hasattr(found, "replaced_by"):
        return standing.word
    if standing.word == "review":
        _fall(found, standing, via)
    elif standing.word == "in-force" and (found.review_since or found.review_reasons):
        _rise(found, via)
    return standing.word


def _fall(found: Decision, standing: Standing, via: str) -> None:
    known = {reason for reason, _sentence in found.review_reasons}
    if found.review_since is not None or {one for one, _said in standing.reasons} <= known:
        return
    found.review_since = clock.now()
    found.review_reasons = [list(one) for one in standing.reasons]
    found.save(update_fields=["review_since", "review_reasons"])
    _note("recognition.review-begun", found, actor=None, via=via)
    key = f"{found.pk}:{found.review_since.isoformat()}"
    shared: dict[str, Any] = {"key": key, "title": found.target.title}
    mine = reverse("recognising:decision", args=[found.pk])
    theirs = reverse("recognising:desk_decision", args=[found.organisation.slug, found.pk])
    tell_learner(
        "recognition_review", found.user, organisation=found.organisation, path=mine, **shared
    )
    tell_body("recognition_review_desk", found.organisation, path=theirs, **shared)


def _rise(found: Decision, via: str) -> None:
    """The source is in order again, as after a suspension."""
    was = found.review_since is not None
    found.review_since, found.review_reasons = None, []
    found.save(update_fields=["review_since", "review_reasons"])
    if was:
        _note("recognition.review-over", found, actor=None, via=via)


@transaction.atomic
def confirm(decision: Decision, *, actor: Any, via: str = "web") -> Decision:
    """A person looked at it: the decision stands although its source fell."""
    found = _locked(decision)
    permit_evaluator(actor, found.organisation, found.user_id)
    if found.review_since is None or found.withdrawn_at is not None:
        raise Problem("", _("This decision is not in review."))
    found.review_since = None
    found.save(update_fields=["review_since"])
    _note("recognition.confirmed", found, actor=actor, via=via)
    return found


@transaction.atomic
def withdraw(decision: Decision, *, actor: Any, reason: str, via: str = "web") -> Decision:
    """For good, with a reason the learner reads; whoever checks it sees that it is withdrawn."""
    found = _locked(decision)
    permit_evaluator(actor, found.organisation, found.user_id)
    reason = words("reason", reason, needed=True)
    if found.withdrawn_at is not None or hasattr(found, "replaced_by"):
        raise Problem("", _("This decision is no longer in force."))
    found.withdrawn_at, found.withdrawn_by = clock.now(), actor
    found.withdrawn_reason = reason
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    call_off(found)
    _note("recognition.withdrawn", found, actor=actor, via=via)
    tell_learner(
        "recognition_withdrawn",
        found.user,
        organisation=found.organisation,
        key=str(found.pk),
        title=found.target.title,
        path=reverse("recognising:decision", args=[found.pk]),
        reason=reason,
    )
    return found


def _locked(decision: Decision) -> Decision:
    rows = Decision.everywhere.select_for_update(of=("self",))
    found: Decision = rows.select_related("organisation", "target", "user").get(pk=decision.pk)
    return found


def _note(verb: str, about: Decision, *, actor: Any, via: str) -> None:
    note(
        verb,
        about,
        actor=actor,
        organisation=about.organisation,
        label=about.target.title,
        via=via,
        after={"verdict": about.verdict},
    )
