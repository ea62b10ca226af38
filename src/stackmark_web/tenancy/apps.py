"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """``tenancy``: lends its keys to the audit log when Django is ready."""

    name = "stackmark_web.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """Hand in who signs the heads of the log."""
        from stackmark_web.audit import heads
        from stackmark_web.tenancy.heads import KEEPER

        heads.provide(KEEPER)
