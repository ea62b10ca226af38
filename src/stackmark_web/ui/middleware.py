"""Security headers on every answer, also on errors and files.

A view narrows or widens its own policy by ``response.stackmark_csp = {"sandbox": ""}``: each entry
replaces one directive; ``None`` takes it away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from stackmark_web.ui import trouble

POLICY: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# The camera reads QR codes on /verify; passkeys need the two publickey features.
_FEATURES: Final = (
    "camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), "
    "clipboard-write=(self), "
    + ", ".join(
        f"{name}=()"
        for name in (
            *("accelerometer", "autoplay", "browsing-topics", "display-capture"),
            *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "magnetometer"),
            *("microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
        )
    )
)
# "same-origin", also where the address holds a secret token: nothing reaches another site, and
# forms keep their Origin header, which "no-referrer" would blank and the CSRF check needs.
_REFERRER: Final = "same-origin"
_TOKEN_PATHS: Final = (
    *("/claim", "/s/", "/proofs/", "/asked/"),
    *("/account/password/reset/key", "/account/confirm-email/"),
    *("/account/guardian/", "/account/from/"),
)

Handler = Callable[[HttpRequest], HttpResponseBase]


class NoNul:
    """Takes NUL out of what is asked for: PostgreSQL has no text with it, so nothing can match."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Before anybody reads the query; forms that are sent and the API refuse it themselves."""
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query and not request.path.startswith("/api/"):
            request.META["QUERY_STRING"] = query.replace("%00", "")
        return self.get_response(request)


class Trouble:
    """A busy database or a full disk is 503 with Retry-After, and no error of ours (F07, F09)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """What a view raised; what a middleware raised comes to ``views.broken``."""
        return trouble.answer(request, exception)


class SecurityHeaders:
    """The outermost middleware."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with headers."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = policy_of(response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        if not _may_be_framed(response):
            response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = _REFERRER
        response.headers["Permissions-Policy"] = _FEATURES
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        _keep_private(request, response)
        _speak_no_language(response)
        return response


def _may_be_framed(response: HttpResponseBase) -> bool:
    """Whether the view lets other sites frame it: the older header knows no such exception."""
    changes: Mapping[str, str | None] = getattr(response, "stackmark_csp", None) or {}
    return changes.get("frame-ancestors") == "*"


def policy_of(response: HttpResponseBase) -> str:
    """The content security policy, with what the view changed."""
    changes: Mapping[str, str | None] = getattr(response, "stackmark_csp", None) or {}
    directives = {**POLICY, **changes}
    return "; ".join(
        f"{name} {value}".strip() for name, value in directives.items() if value is not None
    )


def _keep_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """Pages of one person stay out of every cache, unless the view decided for itself."""
    if _is_page(response):
        patch_vary_headers(response, ["Cookie"])  # theme, language and person come by cookie
    if response.has_header("Cache-Control") and not _holds_token(request):
        return
    if _holds_token(request) or _is_personal(request):
        response.headers["Cache-Control"] = "no-store"


def _speak_no_language(response: HttpResponseBase) -> None:
    """Public documents and pictures are the same in every language: caches keep one of each."""
    if _is_page(response) or "public" not in response.headers.get("Cache-Control", ""):
        return
    vary = [one.strip() for one in response.headers.get("Vary", "").split(",")]
    for name in ("Content-Language", "Vary"):
        del response.headers[name]
    if kept := [one for one in vary if one and one.lower() != "accept-language"]:
        patch_vary_headers(response, kept)


def _is_page(response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "")
    return isinstance(response, HttpResponse) and kind.startswith("text/html")


def _holds_token(request: HttpRequest) -> bool:
    return request.path.startswith(_TOKEN_PATHS)


def _is_personal(request: HttpRequest) -> bool:
    """The answer looked at a session that came with the request (no database is asked here)."""
    session = getattr(request, "session", None)
    came = settings.SESSION_COOKIE_NAME in request.COOKIES
    return session is not None and (session.modified or (came and session.accessed))
