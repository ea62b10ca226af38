"""Mail: an outbox that never holds up issuing, templates per organisation and language."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.integrations.webhook_models import Attempt, Message, Webhook
from stackmark_web.tenancy.scoping import Scoped

__all__ = ["Attempt", "MailTemplate", "Message", "OutboxMail", "Webhook"]


class OutboxMail(models.Model):
    """One letter to one address. Marked as being sent before it is, so never sent twice.

    ``key`` makes a letter unique (``award.offered:<award id>``): queued once however often asked.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused")
        DOUBT = "doubt", _("Perhaps sent")
        BOUNCED = "bounced", _("Came back")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", null=True, on_delete=models.CASCADE, db_index=False
    )  # ``letter_newest`` begins with it
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=16, blank=True)
    award_id = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200, blank=True, db_index=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-queued_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "queued_at", "id"], name="letter_newest"),
            models.Index(
                fields=["organisation", "state", "queued_at", "id"], name="letter_by_state"
            ),
            models.Index(fields=["to"], name="letter_by_address"),
            models.Index(fields=["state", "not_before"], name="letter_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class MailTemplate(models.Model):
    """An organisation's own words for one kind of letter in one language."""

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=16)
    subject = models.CharField(max_length=300)
    body = models.TextField()  # Markdown with {{placeholders}} of a fixed list

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "language"], name="mail_template_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"
