"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AwardingConfig(AppConfig):
    """``awarding``."""

    name = "stackmark_web.awarding"
    label = "awarding"
