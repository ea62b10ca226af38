"""Reads of what happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from stackmark_web.audit import people
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
    rows = AuditEvent.objects.filter(organisation_id__in=organisations)
    if wanted.verb:
        rows = rows.filter(verb=wanted.verb)
    if wanted.actor:
        rows = rows.filter(actor_code__in=people.codes_of(wanted.actor))
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
    """Whoever did something and is still known, by name."""
    rows = AuditEvent.objects.filter(organisation_id__in=organisations).exclude(actor_code="")
    codes = rows.order_by().values_list("actor_code", flat=True).distinct()
    known = {user.pk: str(user) for user in people.users_of(codes).values()}
    return sorted(known.items(), key=lambda one: one[1])


def of_person(user: Any) -> QuerySet[AuditEvent]:
    """What happened to a person's own account, newest first."""
    rows = AuditEvent.objects.filter(target_type="user", target_id__in=people.codes_of(user))
    return rows.order_by("-id")


def _start(day: date) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time.min, tzinfo=zone)
