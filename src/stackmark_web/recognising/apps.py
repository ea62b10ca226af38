"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class RecognisingConfig(AppConfig):
    """``recognising``: what credentials of others count for here, decided and signed."""

    name = "stackmark_web.recognising"
    label = "recognising"

    def ready(self) -> None:
        """Tell awarding which indexes are withdrawn, and checks what our addresses answer."""
        from stackmark_web.awarding import others
        from stackmark_web.recognising import inside, queries

        others.also_withdrawn(queries.withdrawn)
        inside.register()
