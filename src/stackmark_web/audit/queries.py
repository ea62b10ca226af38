"""Reads of what happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from stackmark_web.audit.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for; whatever is empty leaves nothing out. Days are whole, both ends meant."""

    verb: str = ""
    actor: uuid.UUID | None = None
    target: str = ""
    since: date | None = None
    until: date | None = None


def events(organisations: Iterable[Any], filters: Filters | None = None) -> QuerySet[AuditEvent]:
    """The events of these organisations (ids), newest first."""
    wanted = filters or Filters()
    rows = AuditEvent.objects.filter(organisation_id__in=organisations).select_related("actor")
    if wanted.verb:
        rows = rows.filter(verb=wanted.verb)
    if wanted.actor:
        rows = rows.filter(actor_id=wanted.actor)
    if wanted.target:
        rows = rows.filter(target_id=wanted.target)
    if wanted.since:
        rows = rows.filter(at__gte=_start(wanted.since))
    if wanted.until:
        rows = rows.filter(at__lt=_start(wanted.until + timedelta(days=1)))
    return rows.order_by("-id")


def verbs(organisations: Iterable[Any]) -> list[str]:
    """The kinds of events that occurred, by name."""
    rows = AuditEvent.objects.filter(organisation_id__in=organisations)
    return sorted(rows.order_by().values_list("verb", flat=True).distinct())


def actors(organisations: Iterable[Any]) -> list[tuple[uuid.UUID, str]]:
    """Whoever did something, by name."""
    rows = AuditEvent.objects.filter(organisation_id__in=organisations, actor__isnull=False)
    found = rows.order_by().values_list("actor_id", "actor__name", "actor__email").distinct()
    return sorted(((pk, name or email) for pk, name, email in found), key=lambda one: one[1])


def _start(day: date) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time.min, tzinfo=zone)
