"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """``registry``."""

    name = "stackmark_web.registry"
    label = "registry"
