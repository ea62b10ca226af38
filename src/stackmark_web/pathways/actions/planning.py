"""Changes to a learner's own plans. Nobody else sees them."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.pathways.models import Plan
from stackmark_web.pathways.planner_targets import ROLE
from stackmark_web.pathways.planner_wanted import Wanted

MOST: Final = 50
"""Plans a person keeps."""


@transaction.atomic
def save(user: Any, wanted: Wanted, answer: dict[str, Any], *, chosen: str = "") -> Plan:
    """Keep an answer with what was asked; ``chosen`` follows one of its plans at once.

    Raises ``UsageError`` ``plan.none``, ``plan.many``, ``plan.label``.
    """
    if not answer["plans"]:
        raise UsageError("plan.none", _("There is no plan to keep; change a limit first."))
    if Plan.objects.filter(user=user).count() >= MOST:
        told = _("You keep %(n)d plans already; delete one first.") % {"n": MOST}
        raise UsageError("plan.many", told)
    target = wanted.target
    label = _label(answer, chosen) if chosen else ""
    made = Plan.objects.create(
        user=user,
        title=target.title[:200],
        pathway=None if target.kind == ROLE else target.row,
        role=target.row if target.kind == ROLE else None,
        limits=wanted.to_json(),
        answer=answer,
        chosen=label,
        made_at=clock.now(),
        followed_at=clock.now() if label else None,
    )
    record("plan.saved", actor=user, target=made)
    return made


@transaction.atomic
def follow(plan: Plan, *, actor: Any, label: str) -> Plan:
    """Follow one of the plans of an answer.

    Raises ``UsageError`` ``plan.label``.
    """
    plan.chosen = _label(plan.answer, label)
    plan.followed_at = clock.now()
    plan.save(update_fields=["chosen", "followed_at"])
    record("plan.followed", actor=actor, target=plan)
    return plan


@transaction.atomic
def unfollow(plan: Plan, *, actor: Any) -> Plan:
    """Keep it, without following any of it."""
    plan.chosen, plan.followed_at = "", None
    plan.save(update_fields=["chosen", "followed_at"])
    record("plan.unfollowed", actor=actor, target=plan)
    return plan


@transaction.atomic
def replan(plan: Plan, wanted: Wanted, answer: dict[str, Any], *, actor: Any) -> Plan:
    """Put today's answer in the place of the old one; what is followed stays where it can.

    Raises ``UsageError`` ``plan.none`` where there is no plan within the limits any more.
    """
    if not answer["plans"]:
        told = _("There is no plan within these limits any more. The old one was kept.")
        raise UsageError("plan.none", told)
    plan.limits, plan.answer, plan.made_at = wanted.to_json(), answer, clock.now()
    there = {label for one in answer["plans"] for label in one["labels"]}
    if plan.chosen not in there:
        plan.chosen, plan.followed_at = "", None
    plan.save(update_fields=["limits", "answer", "made_at", "chosen", "followed_at"])
    record("plan.replanned", actor=actor, target=plan)
    return plan


@transaction.atomic
def delete(plan: Plan, *, actor: Any) -> None:
    """Take a plan away."""
    record("plan.deleted", actor=actor, target=plan)
    plan.delete()


def _label(answer: dict[str, Any], label: str) -> str:
    if any(label in one["labels"] for one in answer["plans"]):
        return label
    raise UsageError("plan.label", _("There is no such plan among these."))
