"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AssessingConfig(AppConfig):
    """``assessing``: from a learner's application to a decision, and what the marks are worth."""

    name = "stackmark_web.assessing"
    label = "assessing"
