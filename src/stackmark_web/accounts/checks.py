"""System checks of this capability."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

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
