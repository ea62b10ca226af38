"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AssessingConfig(AppConfig):
    """``assessing``: from a learner's application to a decision, and what the marks are worth."""

    name = "stackmark_web.assessing"
    label = "assessing"

    def ready(self) -> None:
        """Hear of what is handed in, answer for sealed evidence, forget whose account goes."""
        from stackmark_web.assessing import (
            allotting,
            artefacts,
            forgetting,
            handing_on,
            tasks_desk,  # noqa: F401 - registers its duties
        )
        from stackmark_web.awarding.queries import provide_artefacts

        handing_on.after_submission(allotting.allot)
        provide_artefacts(artefacts.at)
        forgetting.listen()
