"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """``demo``."""

    name = "stackmark_web.demo"
    label = "demo"
