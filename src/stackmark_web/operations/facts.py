"""Facts about this database, by key; each is one row."""

from __future__ import annotations

from typing import Any

from stackmark_web import clock
from stackmark_web.operations.models import Fact


def get(key: str) -> Any:
    """The value, or None when nobody has said so yet."""
    return Fact.objects.filter(pk=key).values_list("value", flat=True).first()


def put(key: str, value: Any) -> None:
    """Say so, in place of what was said before."""
    Fact.objects.update_or_create(pk=key, defaults={"value": value, "at": clock.now()})
