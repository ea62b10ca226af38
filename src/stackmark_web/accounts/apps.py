"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    """``accounts``."""

    name = "stackmark_web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what allauth tells; load what each capability erases and moves."""
        from stackmark_web.accounts import checks, signals  # noqa: F401 - heard by being imported

        autodiscover_modules("erasing", "merging")
