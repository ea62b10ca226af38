"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """``pathways``."""

    name = "stackmark_web.pathways"
    label = "pathways"
