"""When an account is deleted, what its person handed in and wrote goes first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import pre_delete

from stackmark_web.assessing import retention


def listen() -> None:
    """Hear of accounts that are about to go."""
    pre_delete.connect(_forget, sender=settings.AUTH_USER_MODEL, dispatch_uid="assessing-forget")


def _forget(instance: Any, **_signal: Any) -> None:
    retention.forget(instance)
