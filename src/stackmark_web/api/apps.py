"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """``api``: the REST API, its tokens, and the VC API."""

    name = "stackmark_web.api"
    label = "api"

    def ready(self) -> None:
        """The limits of the API hold before Django too."""
        from stackmark_web.api import limits
        from stackmark_web.registry import front

        front.guard(limits.before_django)
