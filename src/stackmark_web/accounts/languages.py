"""The language a person has chosen follows them into every browser they sign in with."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http.response import HttpResponseBase

_YEAR: Final = 31_536_000


def speak(response: HttpResponseBase, language: str) -> None:
    """From the next page on in this language; nothing happens for one that is not on offer."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
