"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """``integrations``."""

    name = "stackmark_web.integrations"
    label = "integrations"
