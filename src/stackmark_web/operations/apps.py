"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """``operations``: running the product: health, metrics, backup, restore, doctor."""

    name = "stackmark_web.operations"
    label = "operations"
