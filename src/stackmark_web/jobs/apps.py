"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """``jobs``: finds the ``tasks`` modules of all capabilities when Django is ready."""

    name = "stackmark_web.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Load handlers and duties."""
        autodiscover_modules("tasks")
