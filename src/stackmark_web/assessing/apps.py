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
            published,
            tasks_desk,  # noqa: F401
            tasks_facts,  # noqa: F401
            wording_notes,
        )
        from stackmark_web.awarding import queries as awarding
        from stackmark_web.catalogue.figures import provide_assessment, provide_words

        handing_on.after_submission(allotting.allot)
        awarding.provide_artefacts(artefacts.at)
        forgetting.listen()
        provide_assessment(published.published_figures)
        provide_words(wording_notes.words_of)
