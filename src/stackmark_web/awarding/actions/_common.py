"""What every action on awards does: rights, one move of the state machine, its traces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.audit.actions import event, record_many
from stackmark_web.awarding import publishing, states
from stackmark_web.awarding.changed import tell
from stackmark_web.awarding.lists import mark_changed
from stackmark_web.awarding.models import Award, Step
from stackmark_web.jobs.storing import inserts_of
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

    ``batch`` is the run they are part of: then one event tells of them all.
    """
    Traces(moved, action, actor=actor, via=via, reason=reason, note=note, batch=batch).store()


class Traces:
    """``trace_many``, worked out and not stored yet: of awards as they are now."""

    def __init__(
        self,
        moved: Iterable[tuple[Award, str]],
        action: str,
        *,
        actor: Any,
        via: str,
        reason: str = "",
        note: str = "",
        batch: Any = None,
    ) -> None:
        self._moved = list(moved)
        self._action, self._actor, self._via, self._batch = action, actor, via, batch
        self._reason: dict[str, str] = {"reason": reason} if reason else {}
        now, who = clock.now(), getattr(actor, "pk", None)
        steps = [
            SimpleNamespace(  # as Step, of which many are made
                award_id=award.id,
                at=now,
                actor_id=who,
                via=via,
                from_state=before,
                to_state=award.state,
                reason=reason,
                note=note,
            )
            for award, before in self._moved
        ]
        self._steps = inserts_of(steps, model=Step)
        self._digest = "" if batch is None else self._digested()
        self._each = [] if batch is None else self._of_each()

    def store(self) -> None:
        """In the transaction of the change: steps, events, and who listens is told."""
        self._steps.run()
        if self._batch is None:
            record_many(map(self._event, self._moved))
        elif self._moved:
            record_many([self._together()])
        changed = [award for award, before in self._moved if before != award.state]
        if changed:
            tell(changed)

    def _event(self, moved: tuple[Award, str]) -> Any:
        award, before = moved
        return event(
            f"award.{_VERBS.get(self._action, self._action)}",
            actor=self._actor,
            target=award,
            organisation=award.organisation,
            before={"state": before} if before != award.state else {},
            after={"state": award.state} | self._reason,
            via=self._via,
            label=award.version.title,
        )

    def _digested(self) -> str:
        lines = "".join(f"{award.id} {award.sha256}\n" for award, _before in self._moved)
        return hashlib.sha256(lines.encode()).hexdigest()

    def _of_each(self) -> list[tuple[str, str, dict[str, str]]]:
        return [
            ("award", str(award.id), {"state": award.state} | self._reason)
            for award, _before in self._moved
        ]

    def _together(self) -> Any:
        """One event for many awards of a run: how many, of which rows, and a digest over them all.

        The digest is the SHA-256 of a line for each award in order, its id and the SHA-256 of what
        was signed: an award put in, left out or changed later does not fit it.
        """
        awards = [award for award, _before in self._moved]
        rows = [award.row for award in awards if award.row is not None]
        made = event(
            _TOGETHER[self._action],
            actor=self._actor,
            target=self._batch,
            organisation=awards[0].organisation,
            after={
                "awards": len(awards),
                "rows": [min(rows, default=0), max(rows, default=0)],
                "digest": self._digest,
            },
            via=self._via,
            label=awards[0].version.title,
        )
        made.each = self._each
        return made


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
