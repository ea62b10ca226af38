"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """``api``: the REST API, its tokens, and the VC API."""

    name = "stackmark_web.api"
    label = "api"
