"""Reads about mail and webhooks."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from stackmark_web.integrations.models import MailTemplate, Message, OutboxMail, Webhook
from stackmark_web.tenancy.queries import lineage


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


def webhooks_of(organisation: Any) -> QuerySet[Webhook]:
    """The webhooks of exactly this organisation or unit, newest first."""
    rows = Webhook.objects.within(organisation).filter(organisation=organisation)
    return rows.select_related("organisation", "made_by").order_by("-created_at", "-pk")


def webhook_of(organisation: Any, pk: object) -> Webhook:
    """One of them; ``Http404`` for any other."""
    found = webhooks_of(organisation).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def messages_of(hook: Webhook) -> QuerySet[Message]:
    """What a webhook was or will be sent, newest first, with the tries."""
    return hook.messages.prefetch_related("tries").order_by("-sequence")


def message_of(organisation: Any, pk: object, hook: object = None) -> Message:
    """One message to a webhook of this organisation; ``Http404`` for any other."""
    rows = Message.objects.filter(webhook__organisation=organisation, pk=pk)
    rows = rows.filter(webhook_id=hook) if hook is not None else rows
    found = rows.select_related("webhook__organisation").prefetch_related("tries").first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def nearest_words(organisation: Any, kind: str, language: str) -> tuple[str, str] | None:
    """The nearest unit's words for this kind, in the language or its base (``pt-BR``, ``pt``)."""
    if organisation is None:
        return None
    wanted = [language or "en", (language or "en").split("-")[0]]
    units = lineage(organisation)
    rows = MailTemplate.everywhere.filter(organisation_id__in=units, kind=kind, language__in=wanted)
    found = sorted(
        rows,
        key=lambda row: (-units.index(row.organisation_id), wanted.index(row.language)),
    )
    return (found[0].subject, found[0].body) if found else None
