"""Which changes are told to webhooks, and the outbox they go into.

The events come from the audit trail: it hears of every change, inside the transaction that makes
it. What is written here is therefore there exactly when the change is. A message names things by
id and address; no name or address of a person is in it (``include_recipient`` adds the recipient
when it is sent, never before).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from stackmark_web import clock
from stackmark_web.integrations.webhook_models import Message, Webhook
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import lineage

EVENTS: Final[dict[str, Any]] = {
    "award.offered": _("An award was made and offered to its recipient"),
    "award.claimed": _("A recipient claimed an award"),
    "award.declined": _("A recipient declined an award"),
    "credential.issued": _("A credential was signed"),
    "credential.revoked": _("A credential was revoked"),
    "credential.suspended": _("A credential was put on hold"),
    "credential.reinstated": _("A credential is valid again"),
    "credential.superseded": _("A credential was replaced by a corrected one"),
    "achievement.published": _("A version of an achievement was published"),
    "achievement.retired": _("An achievement is no longer offered"),
    "run.finished": _("A run of many ended"),
    "recognition.decided": _("A request for recognition was decided"),
    "approval.waiting": _("A change waits for a second person"),
    "approval.decided": _("A waiting change was agreed to or refused"),
}
PING: Final = "ping"
# verb of the audit trail: the events it is
_OF_VERB: Final[dict[str, tuple[str, ...]]] = {
    "award.offered": ("credential.issued", "award.offered"),
    "award.offered-from-file": ("credential.issued", "award.offered"),  # one for each of many
    "award.revoked-from-file": ("credential.revoked",),
    "award.claimed": ("award.claimed",),
    "award.declined": ("award.declined",),
    "award.revoked": ("credential.revoked",),
    "award.suspended": ("credential.suspended",),
    "award.reinstated": ("credential.reinstated",),
    "award.corrected": ("credential.superseded",),
    "award.reissue": ("credential.superseded",),
    "achievement.published": ("achievement.published",),
    "achievement.retired": ("achievement.retired",),
    "run.finished": ("run.finished",),
    "recognition.decided": ("recognition.decided",),
    "change.asked": ("approval.waiting",),
    "change.approved": ("approval.decided",),
    "change.refused": ("approval.decided",),
}
_TOLD: Final = ("state", "reason", "number", "done", "failed")  # of what the trail says: no texts
Recipient = Callable[[uuid.UUID], Mapping[str, str]]
_RECIPIENT: Final[list[Recipient]] = []


def provide_recipient(function: Recipient) -> None:
    """Handed in by awarding: the recipient of an award by its id, for those who ask for it."""
    _RECIPIENT[:] = [function]


def recipient_of(award_id: str) -> Mapping[str, str]:
    """Name and address of an award's recipient as they are now; empty when there is none."""
    return _RECIPIENT[0](uuid.UUID(award_id)) if _RECIPIENT else {}


def hear(events: Sequence[Any]) -> None:
    """Put what these audit events mean into the outbox, in the transaction they are in."""
    wanted = [one for one in events if one.verb in _OF_VERB and one.organisation_id is not None]
    if not wanted:
        return
    units = {one.organisation_id for one in wanted}
    where = {one.pk: one for one in Organisation.objects.filter(pk__in=units)}
    hooks = _hooks(where.values())
    if hooks:
        _queue(wanted, where, hooks)


def _hooks(units: Any) -> list[Webhook]:
    above = {pk for unit in units for pk in lineage(unit)}
    rows = Webhook.everywhere.filter(organisation_id__in=above)
    return list(rows.exclude(state=Webhook.State.DISABLED).order_by("pk"))


def _queue(
    events: Sequence[Any], where: Mapping[Any, Organisation], hooks: Sequence[Webhook]
) -> None:
    found: dict[Webhook, list[dict[str, Any]]] = defaultdict(list)
    for one in events:
        unit = where.get(one.organisation_id)
        above = set(lineage(unit)) if unit else set()
        mine = [hook for hook in hooks if hook.organisation_id in above]
        for thing in one.each or [(one.target_type, one.target_id, one.after or {})]:
            for name in _OF_VERB[one.verb]:
                for hook in mine:
                    if name in hook.events:
                        found[hook].append(_body(name, one.at, unit, *thing))
    for hook in sorted(found, key=lambda one: one.pk):  # always in the same order: no deadlock
        put(hook, found[hook])


def put(hook: Webhook, bodies: Sequence[dict[str, Any]]) -> list[Message]:
    """Messages for a webhook, numbered; the row of the webhook is held until the commit."""
    Webhook.everywhere.filter(pk=hook.pk).update(sequence=F("sequence") + len(bodies))
    last = Webhook.everywhere.values_list("sequence", flat=True).get(pk=hook.pk)
    now = clock.now()
    made = [
        Message(
            webhook=hook,
            sequence=number,
            event=body["type"],
            body=body | {"sequence": number},
            not_before=now,
            created_at=now,
        )
        for number, body in enumerate(bodies, start=last - len(bodies) + 1)
    ]
    return Message.objects.bulk_create(made)


def _body(
    name: str, at: datetime, unit: Any, kind: str, pk: str, after: Mapping[str, Any]
) -> dict[str, Any]:
    data = {"object": kind, "id": pk, "organisation": unit.slug}
    data |= {key: after[key] for key in _TOLD if key in after}
    return {
        "type": name,
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "data": data | _addresses(kind, pk),
    }


def _addresses(kind: str, pk: str) -> dict[str, str]:
    """Where the thing is, in the API and for the public."""
    if kind == "award":
        return {
            "url": f"{settings.PUBLIC_URL}/api/v1/awards/{pk}",
            "credential": f"{settings.IDENTITY_URL}/credentials/{pk}",
        }
    return {}
