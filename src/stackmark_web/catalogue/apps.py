"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """``catalogue``."""

    name = "stackmark_web.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Say which of its changes may need a second person."""
        from stackmark_web.catalogue import four_eyes

        four_eyes.register_all()
