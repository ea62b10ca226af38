"""Which awards a signing key has signed: by the time it was in use, looked at closely at the edges.

What was signed just before a key was replaced may be stored just after. So near the ends of a
key's time the credentials themselves are asked which key signed them; between, the time is enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.db.models import Q, QuerySet

from stackmark.errors import StackmarkError
from stackmark.reading.received import receive
from stackmark_web import clock
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.awarding.queries import credential_bytes
from stackmark_web.awarding.states import TABLE
from stackmark_web.tenancy.models import SigningKey

EDGE: Final = timedelta(minutes=10)  # longer than any batch is at work


def signed_by(key: SigningKey) -> QuerySet[Award]:
    """Every award whose credential ``key`` has signed, whatever became of it, by its id."""
    began, ended = key.began_at, key.ended_at or clock.now()
    if began is None:
        return Award.everywhere.none()
    here = Award.everywhere.filter(
        organisation__path__startswith=key.organisation.path, signed__isnull=False
    )
    sure = Q(signed_at__gt=began + EDGE, signed_at__lte=ended)
    near = here.filter(
        Q(signed_at__gte=began, signed_at__lte=began + EDGE)
        | Q(signed_at__gt=ended, signed_at__lte=ended + EDGE)
    )
    edges = [award.pk for award in near.iterator(chunk_size=200) if _is_by(award, key)]
    return here.filter(sure | Q(pk__in=edges)).order_by("pk")


def _is_by(award: Award, key: SigningKey) -> bool:
    return method_of(award) == key.method_id


def method_of(award: Award) -> str:
    """The verification method that signed a credential, as it names it; empty for none."""
    data = credential_bytes(award)
    try:
        received = receive(data)
    except StackmarkError:
        return ""
    if received.jws is not None:
        return str(received.jws.header.get("kid", ""))
    proof = orjson.loads(data).get("proof")
    first = proof[0] if isinstance(proof, list) and proof else proof
    return str(first.get("verificationMethod", "")) if isinstance(first, dict) else ""


def replaceable(rows: QuerySet[Award]) -> QuerySet[Award]:
    """Those that a newly signed credential can take the place of."""
    return rows.filter(state__in=TABLE["correct"])


def counts(key: SigningKey) -> dict[str, int]:
    """How many a key signed: all, since and before it was lost, and how many can be replaced."""
    rows = signed_by(key)
    lost: datetime | None = key.lost_from
    since = rows.filter(signed_at__gte=lost).count() if lost else 0
    total = rows.count()
    found: dict[str, Any] = {"all": total, "since": since, "before": total - since if lost else 0}
    return found | {
        "open": replaceable(rows).count(),
        "done": rows.filter(state=Award.State.SUPERSEDED).count(),
    }


def figures_of(key: SigningKey) -> dict[str, int]:
    """For the pages about keys: credentials it signed, and lists that are signed now."""
    lists = StatusList.everywhere.filter(organisation=key.organisation).count()
    return {"credentials": signed_by(key).count(), "lists": lists}
