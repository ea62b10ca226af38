"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """``tenancy``."""

    name = "stackmark_web.tenancy"
    label = "tenancy"
