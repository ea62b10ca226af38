"""What happened: one row for every change of state, written by actions only, never changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """Who did what to which thing, when, and how it was before and after.

    ``verb`` is ``thing.happened`` (``award.revoked``). ``before`` and ``after`` hold only the
    fields that changed, and no personal data beyond ids.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_system = models.BooleanField(default=False)  # told apart from a person whose account is gone
    via = models.CharField(max_length=20, default="web")  # web, job, claim link, demo
    organisation_id = models.UUIDField(null=True, db_index=True)
    verb = models.CharField(max_length=60, db_index=True)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=64, db_index=True)
    target_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"
