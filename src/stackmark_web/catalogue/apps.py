"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """``catalogue``."""

    name = "stackmark_web.catalogue"
    label = "catalogue"
