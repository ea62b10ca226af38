"""Tokens of programs, and what was answered to requests that must not be done twice."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from stackmark_web.tenancy.scoping import Scoped


class Token(models.Model):
    """What a program shows instead of a person's sign-in; only a hash of it is kept.

    It acts for one organisation and the units below, in the name of ``maker``, and never with more
    rights than that person holds at the moment. ``public_id`` is the readable part of the token.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=100)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class Answered(models.Model):
    """One ``Idempotency-Key`` of an organisation: the request it came with, and the answer.

    ``status`` is null while the request is under way; ``busy_until`` says until when that is
    believed. ``ref`` names what the request has made so far, so that a repetition after a crash
    goes on with it. Kept for a day.
    """

    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=255)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    request_hash = models.CharField(max_length=64)  # method, path and body
    began_at = models.DateTimeField(db_index=True)
    busy_until = models.DateTimeField()
    fence = models.PositiveIntegerField(default=0)
    ref = models.CharField(max_length=64, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "key"], name="answered_once"),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"
