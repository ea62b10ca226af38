"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """``registry``: everything public at an address of its own."""

    name = "stackmark_web.registry"
    label = "registry"

    def ready(self) -> None:
        """Checks made here read our own documents from inside."""
        from stackmark_web.registry import inside

        inside.register()
