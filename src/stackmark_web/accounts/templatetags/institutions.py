"""The institutions one can sign in with, for the sign-in page."""

from __future__ import annotations

from django import template

from stackmark_web.accounts.providers import Provider, providers

register = template.Library()


@register.simple_tag
def sign_in_institutions() -> tuple[Provider, ...]:
    """All that the settings name."""
    return providers()
