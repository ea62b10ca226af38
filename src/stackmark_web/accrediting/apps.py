"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AccreditingConfig(AppConfig):
    """``accrediting``: what agencies and others state about organisations and achievements."""

    name = "stackmark_web.accrediting"
    label = "accrediting"

    def ready(self) -> None:
        """Tell awarding what credentials carry and what was withdrawn, and labels who looked."""
        from stackmark_web.accrediting import carrying, queries
        from stackmark_web.awarding import others
        from stackmark_web.catalogue import signed

        others.provide(carrying.carried, carrying.withdrawn)
        signed.provide(queries.signed_about)
