"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """``approvals``: four eyes, where an organisation asks for them."""

    name = "stackmark_web.approvals"
    label = "approvals"
