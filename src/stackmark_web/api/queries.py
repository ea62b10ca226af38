"""Reads about tokens."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from stackmark_web.api.models import Token
from stackmark_web.tenancy.models import Organisation


def tokens_of(organisation: Organisation) -> QuerySet[Any]:
    """The tokens of exactly this organisation or unit, newest first."""
    rows = Token.objects.within(organisation).filter(organisation=organisation)
    return rows.select_related("maker", "organisation").order_by("-created_at")


def token_of(organisation: Organisation, pk: object) -> Token:
    """One of them; ``Http404`` for any other."""
    found: Token | None = tokens_of(organisation).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found
