"""What every action on awards does: rights, one move of the state machine, its traces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.audit.actions import event, record_many
from stackmark_web.awarding import publishing, states
from stackmark_web.awarding.changed import tell
from stackmark_web.awarding.lists import mark_changed
from stackmark_web.awarding.models import Award, Step
from stackmark_web.jobs.storing import insert_each
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
    batch: Any = None,
) -> None:
    """``trace`` of many awards, each with the state it was in before.

    ``batch`` is the run they are part of: then one event tells of them all (``_told_together``).
    """
    moved = list(moved)
    now, who = clock.now(), getattr(actor, "pk", None)
    steps, events = [], []
    changed = []
    for award, before in moved:
        if before != award.state:
            changed.append(award)
        steps.append(
            SimpleNamespace(  # as Step, of which many are made
                award_id=award.pk,
                at=now,
                actor_id=who,
                via=via,
                from_state=before,
                to_state=award.state,
                reason=reason,
                note=note,
            )
        )
        if batch is not None:
            continue
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
    insert_each(steps, model=Step)
    if batch is not None and moved:
        together = _told_together([award for award, _ in moved], action, actor, via, batch)
        more = {"reason": reason} if reason else {}
        together.each = [("award", str(one.pk), {"state": one.state} | more) for one, _ in moved]
        events.append(together)
    record_many(events)
    if changed:
        tell(changed)


def _told_together(awards: Sequence[Award], action: str, actor: Any, via: str, run: Any) -> Any:
    """One event for many awards of a run: how many, of which rows, and a digest over all of them.

    The digest is the SHA-256 of a line for each award in order, its id and the SHA-256 of what was
    signed: an award put in, left out or changed later does not fit it.
    """
    lines = "".join(f"{award.pk} {award.sha256}\n" for award in awards)
    rows = [award.row for award in awards if award.row is not None]
    return event(
        _TOGETHER[action],
        actor=actor,
        target=run,
        organisation=awards[0].organisation,
        after={
            "awards": len(awards),
            "rows": [min(rows, default=0), max(rows, default=0)],
            "digest": hashlib.sha256(lines.encode()).hexdigest(),
        },
        via=via,
        label=awards[0].version.title,
    )


def status_changed(award: Award) -> None:
    """The published lists must say so: at once after commit, and by the duty if that fails."""
    if award.status_list_id is not None:
        mark_changed(award.status_list_id)
        publishing.publish_after_commit(award.status_list_id)


_TOGETHER: Final = {
    "create": "award.created-from-file",
    "offer": "award.offered-from-file",
    "revoke": "award.revoked-from-file",
}
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
    "hold-back": "held-back",
}
