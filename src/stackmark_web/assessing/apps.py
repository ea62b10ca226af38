"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AssessingConfig(AppConfig):
    """``assessing``: from a learner's application to a decision, and what the marks are worth."""

    name = "stackmark_web.assessing"
    label = "assessing"

    def ready(self) -> None:
        """Hear of what is handed in; the desk's duties; answer for evidence; forget who goes."""
        from stackmark_web.assessing import (
            allotting,
            artefacts,
            forgetting,
            handing_on,
            tasks_desk,  # noqa: F401
        )
        from stackmark_web.awarding import queries as awarding

        handing_on.after_submission(allotting.allot)
        awarding.provide_artefacts(artefacts.at)
        forgetting.listen()
