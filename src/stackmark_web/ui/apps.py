"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """``ui``."""

    name = "stackmark_web.ui"
    label = "ui"
