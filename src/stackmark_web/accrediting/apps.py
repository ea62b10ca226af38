"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AccreditingConfig(AppConfig):
    """``accrediting``: what agencies and others state about organisations and achievements."""

    name = "stackmark_web.accrediting"
    label = "accrediting"

    def ready(self) -> None:
        """Tell awarding what credentials carry, and what was withdrawn."""
        from stackmark_web.accrediting import carrying
        from stackmark_web.awarding.others import provide

        provide(carrying.carried, carrying.withdrawn)
