"""Reads about mail."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, QuerySet

from stackmark_web.integrations.models import MailTemplate, OutboxMail


def outbox(organisation: Any, *, state: str = "", search: str = "") -> QuerySet[OutboxMail]:
    """The letters of an organisation and its units, newest first."""
    rows = OutboxMail.objects.within(organisation)
    if state in OutboxMail.State.values:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(to__icontains=search)
    return rows.order_by("-queued_at")


def counts(organisation: Any) -> dict[str, int]:
    """How many letters are in each state."""
    rows = OutboxMail.objects.within(organisation).order_by().values_list("state")
    return dict(rows.annotate(Count("pk")))


def letters_about(award_id: uuid.UUID) -> QuerySet[OutboxMail]:
    """The letters about one award, oldest first."""
    return OutboxMail.everywhere.filter(award_id=award_id).order_by("queued_at")


def own_words(organisation: Any, kind: str, language: str) -> MailTemplate | None:
    """What this organisation itself wrote for a kind and language."""
    rows = MailTemplate.everywhere.filter(organisation=organisation, kind=kind, language=language)
    return rows.first()


def kinds_with_own_words(organisation: Any) -> set[tuple[str, str]]:
    """The kinds and languages an organisation wrote itself."""
    rows = MailTemplate.everywhere.filter(organisation=organisation)
    return set(rows.values_list("kind", "language"))
