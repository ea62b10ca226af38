"""Webhooks: where an organisation's programs want to hear of changes, and what they were sent."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Webhook(models.Model):
    """An address that is told of events of an organisation and its units.

    ``sequence`` numbers its messages and grows in the transaction of the change, so that their
    order is that of the changes. Secrets are sealed with the server's own; after a renewal the old
    one signs beside the new one until ``old_until``. ``recipients_by`` asked for recipients, and
    answers for it: they are sent as long as that person may see them.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DISABLED = "disabled", _("Switched off after failing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    url = models.CharField(max_length=2_000)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list)
    include_recipient = models.BooleanField(default=False)
    recipients_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    secret = models.CharField(max_length=300)
    old_secret = models.CharField(max_length=300, blank=True)
    old_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    sequence = models.PositiveBigIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.url


class Message(models.Model):
    """One event for one webhook. Its id is the same in every try."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    sequence = models.PositiveBigIntegerField()
    event = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    busy_until = models.DateTimeField(null=True)  # of one being sent
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["webhook", "sequence"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["webhook", "sequence"], name="message_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "not_before"], name="message_due"),
            # The first one that is open, however many were done before it and wait behind it.
            models.Index(
                fields=["webhook", "sequence"],
                condition=models.Q(done_at__isnull=True),
                name="message_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.sequence}"


class Attempt(models.Model):
    """One try to deliver a message, and what was answered."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP; null: no answer
    milliseconds = models.PositiveIntegerField()
    answer = models.CharField(max_length=1_024, blank=True)  # the beginning of what was said
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.status or self.error}"
