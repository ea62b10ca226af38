"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AssessingConfig(AppConfig):
    """``assessing``: from a learner's application to a decision, and what the marks are worth."""

    name = "stackmark_web.assessing"
    label = "assessing"

    def ready(self) -> None:
        """Answer for sealed evidence, and forget a person whose account goes."""
        from stackmark_web.assessing import artefacts, forgetting
        from stackmark_web.awarding import queries as awarding

        awarding.provide_artefacts(artefacts.at)
        forgetting.listen()
