"""Taking a credential back, for good or for a time. The lists follow at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.awarding import letters
from stackmark_web.awarding.actions._common import move, permit, status_changed
from stackmark_web.awarding.checks import Problem, words
from stackmark_web.awarding.models import Appeal, Award
from stackmark_web.integrations.actions import cancel_mail
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.permissions import Permission

APPEAL_TIME: Final = timedelta(days=30)
MAX_NOTE: Final = 4_000


@second_person("award.revoke")
@transaction.atomic
def revoke(award: Award, *, actor: Any, reason: str, note: str = "", via: str = "web") -> Award:
    """Withdraw for good, for a coded reason; the holder is told and may appeal.

    ``note`` is for the issuer only. Raises ``Problem``, ``WrongState``.
    """
    permit(actor, Permission.REVOKE, award)
    award.refresh_from_db()
    if reason not in Award.RevocationReason.values:
        raise Problem("reason", _("Choose the reason; the holder will be told."))
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
    cancel_mail(award.pk, kinds=("offer", "reminder", "expiring", "expired", "suspended"))
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
