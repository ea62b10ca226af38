"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """``accounts``."""

    name = "stackmark_web.accounts"
    label = "accounts"
