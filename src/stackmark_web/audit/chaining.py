"""Number and hash of events: what makes the log a chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from stackmark.verification.audit_log import next_hash
from stackmark_web.audit.models import AuditEvent, Chain

#: The columns of an event in the order in which ``fields_of`` reads a row of them.
COLUMNS: Final = (
    "at",
    "actor_code",
    "by_system",
    "via",
    "organisation_id",
    "verb",
    "target_type",
    "target_id",
    "target_label",
    "before",
    "after",
)


def fields_of(row: Sequence[Any]) -> dict[str, Any]:
    """What of an event is hashed, as plain JSON, from its ``COLUMNS``."""
    at, actor, system, via, organisation, verb, kind, target, label, before, after = row
    return {
        "at": instant(at),
        "actor": actor,
        "system": bool(system),
        "via": via,
        "organisation": str(organisation) if organisation else "",
        "verb": verb,
        "target_type": kind,
        "target": target,
        "label": label,
        "before": before,
        "after": after,
    }


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond: what both databases keep."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def append(name: str, events: Sequence[AuditEvent]) -> None:
    """Number these events, hash them and write them to the end of a chain, in their order.

    In the transaction of the change. The row of the chain is held until that ends, so numbers
    have no gaps: what is rolled back gives its numbers back.
    """
    with transaction.atomic():
        chain = _held(name)
        seq, last = chain.seq, bytes(chain.hash)
        for event in events:
            seq += 1
            fields = fields_of([getattr(event, column) for column in COLUMNS])
            last = next_hash(last, name, seq, fields)
            event.chain, event.seq, event.hash = chain, seq, last
        if len(events) == 1:
            events[0].save(force_insert=True)
        else:
            AuditEvent.objects.bulk_create(events)
        Chain.objects.filter(pk=chain.pk).update(seq=seq, hash=last)


def _held(name: str) -> Chain:
    """The end of a chain, its row locked; a new chain at the first event."""
    rows = Chain.objects.select_for_update()
    found = rows.filter(name=name).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Chain.objects.create(name=name)
    except IntegrityError:  # another request began it in this moment
        return rows.get(name=name)


def stated(event: AuditEvent) -> Mapping[str, Any]:
    """An event as it stands in an export: fields, chain, number and hash."""
    fields = fields_of([getattr(event, column) for column in COLUMNS])
    return {
        "chain": event.chain.name,
        "seq": event.seq,
        **fields,
        "hash": bytes(event.hash).hex(),
    }
