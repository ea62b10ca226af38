"""Appeals: the learner objects, somebody else than who decided answers.

To uphold one is to decide anew (``deciding.decide``); to dismiss it needs reasons.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.recognising import policies
from stackmark_web.recognising.actions._common import (
    note,
    permit_evaluator,
    tell_body,
    tell_learner,
    words,
)
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Appeal, Decision


def refusal(decision: Decision) -> str:
    """Why there can be no appeal now; empty when there can be one."""
    if decision.withdrawn_at is not None or hasattr(decision, "replaced_by"):
        return _("This decision is no longer in force; there is nothing to appeal against.")
    if decision.appeal_until < clock.today():
        return _("The time to appeal is over.")
    if decision.source_id is None:
        return _("What it was about was deleted.")
    appeals = Appeal.everywhere.filter(decision=decision)
    if appeals.filter(state=Appeal.State.OPEN).exists():
        return _("You have appealed already. They answer by the day it says here.")
    if appeals.exists():
        return _("Your appeal against this decision was answered.")
    return ""


def appeal(decision: Decision, *, actor: Any, text: str, via: str = "web") -> Appeal:
    """Say why a decision is wrong; once, and within the time. Raises ``Problem``."""
    text = words("text", text, needed=True)
    try:
        with transaction.atomic():
            return _store(decision, actor, text, via)
    except IntegrityError:
        raise Problem("", _("You have appealed already.")) from None


def _store(decision: Decision, actor: Any, text: str, via: str) -> Appeal:
    rows = Decision.everywhere.select_for_update(of=("self",))
    found = rows.select_related("organisation", "target").get(pk=decision.pk)
    if actor is not None and found.user_id != actor.pk:
        raise Http404("There is nothing here.")
    wrong = refusal(found)
    if wrong:
        raise Problem("", wrong)
    policy = policies.policy_of(found.organisation)
    made = Appeal.everywhere.create(
        organisation=found.organisation,
        decision=found,
        text=text,
        sent_at=clock.now(),
        due_on=clock.today() + timedelta(days=policy.days),
    )
    _note("recognition.appealed", made, actor=actor, via=via)
    path = reverse("recognising:desk_appeal", args=[found.organisation.slug, made.pk])
    tell_body(
        "recognition_appealed",
        found.organisation,
        key=str(made.pk),
        title=found.target.title,
        path=path,
        when=made.due_on,
    )
    return made


@transaction.atomic
def dismiss(row: Appeal, *, actor: Any, reasons: str, via: str = "web") -> Appeal:
    """The decision stands, with reasons.

    Raises ``Problem``, and ``PermissionDenied`` to who made the decision.
    """
    rows = Appeal.everywhere.select_for_update(of=("self",))
    found: Appeal = rows.select_related("decision__user", "decision__target", "organisation").get(
        pk=row.pk
    )
    decision = found.decision
    permit_evaluator(actor, found.organisation, decision.user_id)
    if actor is not None and decision.decided_by_id == actor.pk:
        raise PermissionDenied(_("You made the decision; somebody else answers the appeal."))
    if found.state != Appeal.State.OPEN:
        raise Problem("", _("This appeal is answered already."))
    found.reasons = words("reasons", reasons, needed=True)
    found.state, found.decided_by, found.decided_at = Appeal.State.DISMISSED, actor, clock.now()
    found.save(update_fields=["reasons", "state", "decided_by", "decided_at"])
    _note("recognition.appeal-dismissed", found, actor=actor, via=via)
    tell_learner(
        "recognition_appeal_decided",
        decision.user,
        organisation=found.organisation,
        key=f"appeal:{found.pk}",
        title=decision.target.title,
        path=reverse("recognising:decision", args=[decision.pk]),
    )
    return found


def _note(verb: str, about: Appeal, *, actor: Any, via: str) -> None:
    note(
        verb,
        about,
        actor=actor,
        organisation=about.organisation,
        label=about.decision.target.title,
        via=via,
        after={"state": about.state},
    )
