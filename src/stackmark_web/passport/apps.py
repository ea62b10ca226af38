"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class PassportConfig(AppConfig):
    """``passport``."""

    name = "stackmark_web.passport"
    label = "passport"
