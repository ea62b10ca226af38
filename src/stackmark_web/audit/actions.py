"""Write an audit event. Called inside the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stackmark_web import clock
from stackmark_web.audit.door import door, tell
from stackmark_web.audit.models import AuditEvent


def record(
    verb: str,
    *,
    actor: Any,
    target: Any,
    organisation: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    via: str = "web",
    label: str = "",
) -> AuditEvent:
    """One event. ``actor`` is a user or None (the system); ``target`` any saved model.

    ``before`` and ``after`` hold what changed, as plain JSON. No names, addresses or texts of
    learners go in.
    """
    made = event(
        verb,
        actor=actor,
        target=target,
        organisation=organisation,
        before=before,
        after=after,
        via=via,
        label=label,
    )
    made.save(force_insert=True)
    tell([made])
    return made


def record_many(events: Iterable[AuditEvent]) -> None:
    """Events made by ``event``, written together."""
    tell(AuditEvent.objects.bulk_create(events))


def event(
    verb: str,
    *,
    actor: Any,
    target: Any,
    organisation: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    via: str = "web",
    label: str = "",
) -> AuditEvent:
    """As ``record``, not written yet."""
    return AuditEvent(
        at=clock.now(),
        actor=actor if getattr(actor, "pk", None) else None,
        by_system=actor is None,
        via=door(via),
        organisation_id=getattr(organisation, "pk", None),
        verb=verb,
        target_type=type(target).__name__.lower(),
        target_id=str(target.pk),
        target_label=label[:200],
        before=dict(before or {}),
        after=dict(after or {}),
    )
