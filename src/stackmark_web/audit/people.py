"""Pseudonyms: the only names of people in the chain, and the table that says whose they are."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

from stackmark_web.audit.models import Pseudonym


def code_of(user: Any) -> str:
    """The pseudonym of an account, made when it is first needed; 80 random bits, of nothing.

    Never kept on the object: a transaction that is rolled back takes a new pseudonym with it.
    """
    found = Pseudonym.objects.filter(user_id=user.pk).order_by("pk").first()
    return (found or Pseudonym.objects.create(code=new_code(), user_id=user.pk)).code


def code_of_id(pk: Any) -> str:
    """The same by the id of an account; a pseudonym of nobody where there is no such account."""
    try:
        wanted = uuid.UUID(str(pk))
    except ValueError:
        return new_code()
    found = Pseudonym.objects.filter(user_id=wanted).order_by("pk").first()
    if found is not None:
        return found.code
    if not get_user_model().objects.filter(pk=wanted).exists():
        return new_code()
    return Pseudonym.objects.create(code=new_code(), user_id=wanted).code


def codes_of(user: Any) -> list[str]:
    """Every pseudonym of a person; more than one where two accounts became one."""
    rows = Pseudonym.objects.filter(user_id=getattr(user, "pk", user))
    return list(rows.values_list("pk", flat=True))


def person_of(code: str) -> Any:
    """The id of the account a pseudonym belongs to now; None after it was erased."""
    if not code:
        return None
    return Pseudonym.objects.filter(pk=code).values_list("user_id", flat=True).first()


def users_of(codes: Iterable[str]) -> dict[str, Any]:
    """The accounts of these pseudonyms, as far as they are still known."""
    rows = Pseudonym.objects.filter(pk__in=set(codes)).select_related("user")
    return {row.pk: row.user for row in rows}


def new_code() -> str:
    """A pseudonym of nobody yet."""
    return f"p-{secrets.token_hex(10)}"
