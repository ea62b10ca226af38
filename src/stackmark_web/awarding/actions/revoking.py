"""Taking a credential back, for good or for a time. The lists follow at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from stackmark_web import clock
from stackmark_web.awarding import four_eyes, letters, states
from stackmark_web.awarding.actions._common import move, permit, status_changed, trace_many
from stackmark_web.awarding.checks import words
from stackmark_web.awarding.models import Appeal, Award
from stackmark_web.integrations.actions import cancel_mail, cancel_mails, lean_letters
from stackmark_web.jobs.storing import insert_each, set_each
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.permissions import Permission

APPEAL_TIME: Final = timedelta(days=30)
MAX_NOTE: Final = 4_000
PART: Final = 1_000  # awards of a run that are revoked in one transaction
# Letters about a credential in force, which nobody shall get after it was revoked.
_OVERTAKEN: Final = ("offer", "reminder", "expiring", "expired", "suspended")


@second_person("award.revoke")
@transaction.atomic
def revoke(award: Award, *, actor: Any, reason: str, note: str = "", via: str = "web") -> Award:
    """Withdraw for good, for a coded reason; the holder is told and may appeal.

    ``note`` is for the issuer only. Raises ``Problem``, ``WrongState``.
    """
    permit(actor, Permission.REVOKE, award)
    award.refresh_from_db()
    states.check_reason(reason)
    note = words("note", note, MAX_NOTE)
    move(
        award,
        "revoke",
        Award.State.REVOKED,
        actor=actor,
        via=via,
        reason=reason,
        note=note,
        revoked_reason=reason,
    )
    status_changed(award)
    cancel_mail(award.pk, kinds=_OVERTAKEN)
    appeal = _open_appeal(award)
    letters.tell(
        award,
        "revoked",
        key="1",
        link=letters.appeal_link(appeal),
        reason=Award.RevocationReason(reason).label,
        when=appeal.due_at,
    )
    return award


@second_person("run.revoke")
def revoke_run(run: Any, *, actor: Any, reason: str, via: str = "web") -> int:
    """Revoke all of a run that can be, a part at a time; how many. Started again, it goes on.

    Raises as ``revoke_many``.
    """
    rows = Award.everywhere.filter(run=run, state__in=states.TABLE["revoke"])
    keys = list(rows.order_by("row").values_list("pk", flat=True))
    return sum(
        revoke_many(keys[at : at + PART], actor=actor, reason=reason, run=run, via=via)
        for at in range(0, len(keys), PART)
    )


@transaction.atomic
def revoke_many(
    awards: Sequence[uuid.UUID], *, actor: Any, reason: str, run: Any, via: str = "web"
) -> int:
    """Revoke those of these awards of one run that can be; how many. At most about a thousand.

    As ``revoke`` for each: state, step, appeal and letter, in one transaction; one audit event on
    the run tells of them all, and each list is published once. Raises ``Problem``, ``UsageError``
    ``approval.needed`` where a second person has to approve it: ``revoke_run`` asks for one.
    """
    states.check_reason(reason)
    rows = Award.everywhere.select_for_update().filter(
        pk__in=awards, run=run, state__in=states.TABLE["revoke"]
    )
    tied = rows.select_related("organisation", "version").prefetch_related("holder")
    found = list(tied.defer("signed").order_by("row"))
    for award in {award.organisation_id: award for award in found}.values():
        permit(actor, Permission.REVOKE, award)
    four_eyes.check_revoking(found)
    moved = [(award, award.state) for award in found]
    for award in found:
        award.state, award.revoked_reason = Award.State.REVOKED, reason
        award.status_changed_at = clock.now()
    set_each(found, ("state", "revoked_reason", "status_changed_at"))
    trace_many(moved, "revoke", actor=actor, via=via, reason=reason, batch=run)
    for award in {award.status_list_id: award for award in found}.values():
        status_changed(award)
    cancel_mails([award.pk for award in found], kinds=_OVERTAKEN)
    _tell_revoked(found, reason)
    return len(found)


def _tell_revoked(awards: Sequence[Award], reason: str) -> None:
    """A way to appeal and a letter that holds it, for each."""
    now = clock.now()
    appeals = [
        Appeal(
            organisation=award.organisation, award=award, opened_at=now, due_at=now + APPEAL_TIME
        )
        for award in awards
    ]
    insert_each(appeals)
    by_sender: dict[Any, list[letters.Letter]] = {}
    for award, appeal in zip(awards, appeals, strict=True):
        if award.recipient_email:
            one = letters.letter(
                award,
                "revoked",
                key="1",
                link=letters.appeal_link(appeal),
                reason=Award.RevocationReason(reason).label,
                when=appeal.due_at,
            )
            by_sender.setdefault(award.organisation, []).append(one)
    for sender, written in by_sender.items():
        lean_letters(sender, written).run()


def _open_appeal(award: Award) -> Appeal:
    """The holder's time to answer begins."""
    now = clock.now()
    return Appeal.everywhere.create(
        organisation=award.organisation, award=award, opened_at=now, due_at=now + APPEAL_TIME
    )


@second_person("award.suspend")
@transaction.atomic
def suspend(
    award: Award, *, actor: Any, reason: str = "", note: str = "", via: str = "web"
) -> Award:
    """Put on hold; ``reason`` (a short sentence) is told to the holder, ``note`` to nobody."""
    permit(actor, Permission.REVOKE, award)
    award.refresh_from_db()
    reason = words("reason", reason, 200)
    note = words("note", note, MAX_NOTE)
    kept = "\n".join(part for part in (reason, note) if part)
    move(
        award,
        "suspend",
        Award.State.SUSPENDED,
        actor=actor,
        via=via,
        note=kept,
        before_suspension=award.state,
    )
    status_changed(award)
    letters.tell(
        award, "suspended", key=_number(award), link=letters.link_to(award), reason=reason or "–"
    )
    return award


@second_person("award.reinstate")
@transaction.atomic
def reinstate(award: Award, *, actor: Any, note: str = "", via: str = "web") -> Award:
    """End a suspension: the award is what it was before."""
    permit(actor, Permission.REVOKE, award)
    award.refresh_from_db()
    before = award.before_suspension or Award.State.CLAIMED
    move(
        award,
        "reinstate",
        before,
        actor=actor,
        via=via,
        note=words("note", note, MAX_NOTE),
        before_suspension="",
    )
    status_changed(award)
    letters.tell(award, "reinstated", key=_number(award), link=letters.link_to(award))
    return award


def _number(award: Award) -> str:
    """How often the award was put on hold so far: each time has a letter of its own."""
    return str(award.steps.filter(to_state=Award.State.SUSPENDED).count())
