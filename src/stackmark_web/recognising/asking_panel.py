"""The panel 'What it counts for' beside a credential in its holder's passport."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from stackmark_web.recognising import policies, sendable


def asking_panel(holding: Any, token: str) -> str:
    """The way to a request, for the holder alone; nothing where it cannot be sent to anybody."""
    if token or not policies.open_bodies().exists():
        return ""
    if not sendable.holdings_of(holding.user).filter(pk=holding.pk).exists():
        return ""
    return render_to_string("recognising/parts/asking.html", {"holding": holding})
