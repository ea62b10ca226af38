"""What every action on awards does: rights, one move of the state machine, its traces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.audit.actions import event, record_many
from stackmark_web.awarding import publishing, states
from stackmark_web.awarding.changed import tell
from stackmark_web.awarding.lists import mark_changed
from stackmark_web.awarding.models import Award, Step
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require


def permit(actor: Any, permission: Permission, award: Award) -> None:
    """Refuse who lacks the right; the system (None) has it."""
    if actor is not None:
        require(actor, permission, award.organisation)


def move(
    award: Award,
    action: str,
    to: str,
    *,
    actor: Any,
    via: str,
    reason: str = "",
    note: str = "",
    **changes: Any,
) -> None:
    """One change of state, only if the award is still as it was read; with step and audit.

    Raises ``WrongState``. Called inside a transaction; ``award`` is changed too.
    """
    states.check(action, award)
    before = award.state
    changes |= {"state": to, "status_changed_at": clock.now()}
    if not Award.everywhere.filter(pk=award.pk, state=before).update(**changes):
        raise states.changed_meanwhile()
    for name, value in changes.items():
        setattr(award, name, value)
    trace(award, action, before, actor=actor, via=via, reason=reason, note=note)


def trace(
    award: Award,
    action: str,
    before: str,
    *,
    actor: Any,
    via: str,
    reason: str = "",
    note: str = "",
) -> None:
    """A step for the issuer's page and an event for the audit; the note stays out of the audit."""
    trace_many([(award, before)], action, actor=actor, via=via, reason=reason, note=note)


def trace_many(
    moved: Iterable[tuple[Award, str]],
    action: str,
    *,
    actor: Any,
    via: str,
    reason: str = "",
    note: str = "",
) -> None:
    """``trace`` of many awards, each with the state it was in before."""
    steps, events = [], []
    changed = []
    for award, before in moved:
        if before != award.state:
            changed.append(award)
        steps.append(
            Step(
                award=award,
                at=clock.now(),
                actor=actor if getattr(actor, "pk", None) else None,
                via=via,
                from_state=before,
                to_state=award.state,
                reason=reason,
                note=note,
            )
        )
        events.append(
            event(
                f"award.{_VERBS.get(action, action)}",
                actor=actor,
                target=award,
                organisation=award.organisation,
                before={"state": before} if before != award.state else {},
                after={"state": award.state} | ({"reason": reason} if reason else {}),
                via=via,
                label=award.version.title,
            )
        )
    Step.objects.bulk_create(steps)
    record_many(events)
    if changed:
        tell(changed)


def status_changed(award: Award) -> None:
    """The published lists must say so: at once after commit, and by the duty if that fails."""
    if award.status_list_id is not None:
        mark_changed(award.status_list_id)
        publishing.publish_after_commit(award.status_list_id)


_VERBS: Final = {
    "create": "created",
    "edit": "edited",
    "discard": "discarded",
    "schedule": "scheduled",
    "unschedule": "refused-at-its-time",
    "offer": "offered",
    "claim": "claimed",
    "decline": "declined",
    "lapse": "lapsed",
    "resend": "sent-again",
    "remind": "reminded",
    "correct": "corrected",
    "supersede": "superseded",
    "suspend": "suspended",
    "reinstate": "reinstated",
    "revoke": "revoked",
    "hold": "holder-set",
}
