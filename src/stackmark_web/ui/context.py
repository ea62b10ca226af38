"""The context processor that gives every template the frame of the page."""

from __future__ import annotations

from django.http import HttpRequest

from stackmark_web.ui.site import Frame


def site(request: HttpRequest) -> dict[str, object]:
    """``site``: links, person, theme; each part is worked out only when a template uses it."""
    return {"site": Frame(request)}
