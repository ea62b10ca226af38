"""Reads about people: their addresses."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from stackmark_web.accounts.models import User


def verified_addresses(user: Any) -> list[str]:
    """The addresses a person has shown to be theirs, in lower case, the primary one first."""
    rows = EmailAddress.objects.filter(user_id=user.pk, verified=True).order_by("-primary", "email")
    return [email.lower() for email in rows.values_list("email", flat=True)]


def has_verified_address(user: Any) -> bool:
    """Whether a person has shown any address to be theirs."""
    return EmailAddress.objects.filter(user_id=user.pk, verified=True).exists()


def owns_address(user: Any, email: str) -> bool:
    """Whether a person has shown this address to be theirs."""
    rows = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return bool(rows.filter(email__iexact=email.strip()).exists())


def person_by_address(email: str) -> User | None:
    """The person whose verified address this is."""
    rows = EmailAddress.objects.filter(email__iexact=email.strip(), verified=True)
    found = rows.select_related("user").first()
    return found.user if found and found.user.is_active else None
