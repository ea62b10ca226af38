"""Facts about this database, by key; each is one row."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from stackmark_web import clock
from stackmark_web.operations.models import Fact


def get(key: str, *, using: str = DEFAULT_DB_ALIAS) -> Any:
    """The value, or None when nobody has said so yet."""
    return Fact.objects.using(using).filter(pk=key).values_list("value", flat=True).first()


def put(key: str, value: Any, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Say so, in place of what was said before."""
    defaults = {"value": value, "at": clock.now()}
    Fact.objects.using(using).update_or_create(pk=key, defaults=defaults)


def remove(key: str) -> None:
    """Nobody has said so."""
    Fact.objects.filter(pk=key).delete()
