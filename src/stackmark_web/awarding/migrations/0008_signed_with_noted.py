"""Note which key signed what was signed before: by the time, and near its edges by the credential.

What was signed just before a key was replaced may have been stored just after. So near the ends of
a key's time the credentials themselves say which key it was; between, the time is enough.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import orjson
from django.db import migrations
from django.db.models import Q

from stackmark.errors import StackmarkError

EDGE = timedelta(minutes=10)  # longer than any batch was at work
BATCH = 1_000


def note(apps: Any, _editor: Any) -> None:
    """Go through the keys, oldest first; an award that has its key already is left alone."""
    keys = list(apps.get_model("tenancy", "SigningKey").everywhere.select_related("organisation"))
    award = apps.get_model("awarding", "Award")
    by_method = {key.method_id: key.pk for key in keys}
    for key in keys:
        began = key.active_from or (None if key.state == "waiting" else key.created_at)
        if began is None:
            continue
        ends = [one for one in (key.retired_at, key.revoked_at) if one is not None]
        ended = min(ends) if ends else None
        here = award.everywhere.filter(
            organisation__path__startswith=key.organisation.path, signed_with=None
        )
        sure = Q(signed_at__gt=began + EDGE)
        near = Q(signed_at__gte=began, signed_at__lte=began + EDGE)
        if ended is not None:
            sure &= Q(signed_at__lte=ended)
            near |= Q(signed_at__gt=ended, signed_at__lte=ended + EDGE)
        _look(here.filter(near), by_method, key.pk, before=ended)
        here.filter(sure).update(signed_with=key.pk)


def _look(near: Any, by_method: dict[str, int], key: int, *, before: Any) -> None:
    """Note the key that each names; what was reduced names none and goes by its time."""
    found: dict[int, list[Any]] = {}
    for award in near.only("signed", "signed_at").iterator(chunk_size=BATCH):
        said = by_method.get(_method(award))
        if said is None and (before is None or award.signed_at <= before):
            said = key
        if said is not None:
            found.setdefault(said, []).append(award.pk)
    rows = near.model.everywhere
    for said, awards in found.items():
        for first in range(0, len(awards), BATCH):
            rows.filter(pk__in=awards[first : first + BATCH]).update(signed_with=said)


def _method(award: Any) -> str:
    """The verification method in a credential; empty for none, or for bytes that are damaged."""
    try:
        proof = orjson.loads(bytes(award.signed or b"{}")).get("proof")
    except (StackmarkError, ValueError):
        return ""
    first = proof[0] if isinstance(proof, list) and proof else proof
    return str(first.get("verificationMethod", "")) if isinstance(first, dict) else ""


class Migration(migrations.Migration):
    """Only rows change; nothing is undone on the way back but the column before it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("awarding", "0007_signed_with")]
    operations: ClassVar[list[object]] = [migrations.RunPython(note, migrations.RunPython.noop)]
