"""Which awards a signing key has signed: as was noted when each was signed."""

from __future__ import annotations

from typing import Final

import orjson
from django.db.models import Count, Q, QuerySet

from stackmark.errors import StackmarkError
from stackmark.reading.received import receive
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.awarding.queries import credential_bytes
from stackmark_web.awarding.states import TABLE
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.ui.slices import Slices

_ORDER: Final = ("signed_at", "pk")
_SHOWN: Final = (
    *("state", "recipient_name", "recipient_email", "signed_at"),
    *("version__title", "version__content"),
)


def signed_by(key: SigningKey, *, since_lost: bool = False) -> QuerySet[Award]:
    """Every award whose credential ``key`` has signed, whatever became of it, oldest first.

    None ever leaves this list or changes its place in it. ``since_lost``: only those since others
    may have had the key.
    """
    rows = Award.everywhere.filter(signed_with=key).order_by(*_ORDER)
    return rows.filter(signed_at__gte=key.lost_from) if since_lost and key.lost_from else rows


def shown(key: SigningKey, *, since_lost: bool, number: int) -> Slices:
    """The same for a paginator, with what a page shows of each; ``number``: how many they are."""
    rows = Award.everywhere.select_related("version").only(*_SHOWN)
    return Slices(signed_by(key, since_lost=since_lost), rows, number)


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
    since = Q(signed_at__gte=key.lost_from) if key.lost_from else Q(pk__in=[])
    found = (
        signed_by(key)
        .order_by()
        .aggregate(
            all=Count("pk"),
            since=Count("pk", filter=since),
            open=Count("pk", filter=Q(state__in=TABLE["correct"])),
            done=Count("pk", filter=Q(state=Award.State.SUPERSEDED)),
        )
    )
    return found | {"before": found["all"] - found["since"] if key.lost_from else 0}


def figures_of(key: SigningKey) -> dict[str, int]:
    """For the pages about keys: credentials it signed, and lists that are signed now."""
    lists = StatusList.everywhere.filter(organisation=key.organisation).count()
    return {"credentials": signed_by(key).count(), "lists": lists}
