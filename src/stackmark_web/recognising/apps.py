"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class RecognisingConfig(AppConfig):
    """``recognising``."""

    name = "stackmark_web.recognising"
    label = "recognising"
