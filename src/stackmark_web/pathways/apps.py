"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """``pathways``."""

    name = "stackmark_web.pathways"
    label = "pathways"

    def ready(self) -> None:
        """Say on the pages of achievements what they count toward."""
        from stackmark_web.catalogue import onward as rooms
        from stackmark_web.pathways import onward

        rooms.provide("counts toward", onward.panel)
