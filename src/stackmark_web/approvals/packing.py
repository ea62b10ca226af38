"""Arguments of an action as plain JSON, and back; and the digest of what is approved."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models

from stackmark.canonical.jcs import jcs

_MODEL, _KEY, _TIME, _DAY, _ID = "$model", "$key", "$time", "$day", "$id"


def name_of(thing: models.Model) -> str:
    """A saved model by its kind and key: ``awarding.award:<uuid>``."""
    return f"{thing._meta.label_lower}:{thing.pk}"  # noqa: SLF001 - public in Django


def find(label: str, key: str) -> Any:
    """The row of a model by its key, wherever it belongs; None when it is gone."""
    manager = apps.get_model(label)._base_manager  # noqa: SLF001 - public in Django
    return manager.filter(pk=key).first()


def pack(value: Any) -> Any:
    """Plain JSON from which ``unpack`` makes the same again. Raises ``TypeError``."""
    if isinstance(value, models.Model):
        return {_MODEL: value._meta.label_lower, _KEY: str(value.pk)}  # noqa: SLF001 - as above
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, uuid.UUID):
        return {_ID: str(value)}
    if isinstance(value, Mapping):
        return {str(name): pack(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [pack(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot wait for a second person.")


def unpack(value: Any) -> Any:
    """The values again, models read anew. Raises ``LookupError`` for one that is gone."""
    if isinstance(value, list):
        return [unpack(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if _MODEL in value:
        found = find(value[_MODEL], value[_KEY])
        if found is None:
            raise LookupError(value[_KEY])
        return found
    if _TIME in value:
        return datetime.fromisoformat(value[_TIME])
    if _DAY in value:
        return date.fromisoformat(value[_DAY])
    if _ID in value:
        return uuid.UUID(value[_ID])
    return {name: unpack(inner) for name, inner in value.items()}


def digest_of(kind: str, arguments: Any, asker: str, content: Any) -> str:
    """SHA-256 in hex over all that is approved, in canonical JSON."""
    whole = {"kind": kind, "arguments": arguments, "asker": asker, "content": pack(content)}
    return hashlib.sha256(jcs(whole)).hexdigest()
