"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """``audit``."""

    name = "stackmark_web.audit"
    label = "audit"
