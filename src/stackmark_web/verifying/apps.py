"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class VerifyingConfig(AppConfig):
    """``verifying``."""

    name = "stackmark_web.verifying"
    label = "verifying"
