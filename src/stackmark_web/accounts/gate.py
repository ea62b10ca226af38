"""A middleware: who still needs a guardian's consent changes nothing outside their own account.

Actions ask the same (``minors.require_consent``); this leads people to where they can ask, from
whatever page they are on, before a form of it fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from stackmark_web.accounts import minors

# Their account, the look of pages, checking, and what needs no account at all.
_OPEN: Final = ("/account/", "/theme", "/language", "/verify", "/claim/", "/s/", "/demo/")
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class GuardianGate:
    """Looks only at requests that change something and come with a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Lead to the guardian's page, or go on."""
        changes = request.method not in _SAFE and not request.path.startswith(_OPEN)
        if changes and settings.SESSION_COOKIE_NAME in request.COOKIES:
            user = request.user
            if user.is_authenticated and user.born is not None and minors.needs_consent(user):
                messages.error(request, _("A parent or guardian has to agree first."))
                return redirect("accounts:guardian")
        return self.get_response(request)
