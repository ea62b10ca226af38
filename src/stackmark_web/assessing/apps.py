"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AssessingConfig(AppConfig):
    """``assessing``: from a learner's application to a decision, and what the marks are worth."""

    name = "stackmark_web.assessing"
    label = "assessing"

    def ready(self) -> None:
        """Hear of what is handed in; the desk's duties."""
        from stackmark_web.assessing import allotting, handing_on, tasks_desk  # noqa: F401

        handing_on.after_submission(allotting.allot)
