"""Keeping a body's policy."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.recognition.decision import DEFAULT_RULES
from stackmark_web.recognising.actions._common import note, permit_evaluator, words
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Policy

LONGEST = 366  # days


@transaction.atomic
def save(
    organisation: Any,
    *,
    actor: Any,
    default: str = "",
    days: int = 60,
    appeal_days: int = 30,
    appeal_route: str = "",
    open: bool = True,  # noqa: A002 - the field's name
    publishes: bool = True,
    via: str = "web",
) -> Policy:
    """How a body recognises from now on. Raises ``Problem`` naming the field."""
    permit_evaluator(actor, organisation)
    if default and default not in DEFAULT_RULES:
        raise Problem("default", _("Choose one of the rules."))
    for name, value in (("days", days), ("appeal_days", appeal_days)):
        if not 1 <= value <= LONGEST:
            raise Problem(name, _("From 1 to %d days.") % LONGEST)
    found, _made = Policy.objects.update_or_create(
        organisation=organisation,
        defaults={
            "default": default,
            "days": days,
            "appeal_days": appeal_days,
            "appeal_route": words("appeal_route", appeal_route, most=1_000),
            "open": open,
            "publishes": publishes,
        },
    )
    note(
        "recognition.policy-saved",
        found,
        actor=actor,
        organisation=organisation,
        label=organisation.name,
        via=via,
        after={"open": open, "days": days, "appeal_days": appeal_days},
    )
    return found
