"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class RecognisingConfig(AppConfig):
    """``recognising``."""

    name = "stackmark_web.recognising"
    label = "recognising"

    def ready(self) -> None:
        """Show past decisions beside what can be earned."""
        from stackmark_web.catalogue import onward
        from stackmark_web.recognising.past_panel import past_panel

        onward.provide("past decisions", past_panel)
