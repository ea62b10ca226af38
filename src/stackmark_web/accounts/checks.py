"""System checks of this capability."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from stackmark_web.accounts.minors import GROWN_UP
from stackmark_web.accounts.providers import providers


@register
def institutions(**_kwargs: Any) -> list[CheckMessage]:
    """The files that name institutions to sign in with can be used."""
    try:
        providers()
    except ImproperlyConfigured as error:
        hint = "See docs/how-to/sign-in-with-an-institution.md."
        return [Error(str(error), hint=hint, id="accounts.E001")]
    return []


@register
def age_of_consent(**_kwargs: Any) -> list[CheckMessage]:
    """No law sets it above 18, and of grown-ups no age is known."""
    if settings.AGE_OF_CONSENT <= GROWN_UP:
        return []
    text = f"STACKMARK_AGE_OF_CONSENT is {settings.AGE_OF_CONSENT}; it is {GROWN_UP} at most."
    return [Error(text, hint="See docs/reference/settings.md.", id="accounts.E002")]
