"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AwardingConfig(AppConfig):
    """``awarding``."""

    name = "stackmark_web.awarding"
    label = "awarding"

    def ready(self) -> None:
        """Tell the catalogue, approvals, keys and webhooks what only awarding knows."""
        from stackmark_web.awarding import four_eyes
        from stackmark_web.awarding.by_key import figures_of
        from stackmark_web.awarding.queries import figures, recipient_of
        from stackmark_web.catalogue.figures import provide
        from stackmark_web.integrations.webhook_events import provide_recipient
        from stackmark_web.tenancy import signed

        provide(figures)
        four_eyes.register_all()
        signed.provide(figures_of)
        provide_recipient(recipient_of)
