"""What the recipient does: claim or decline. And time running out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.awarding import claims, letters, states
from stackmark_web.awarding.actions._common import move, trace
from stackmark_web.awarding.models import Award


@transaction.atomic
def claim(award: Award, *, user: Any, via: str = "claim link") -> Award:
    """Take the credential; ``user`` None keeps it without an account.

    Claiming again changes nothing; somebody who signs in later becomes the holder of what was
    claimed without an account. Raises ``WrongState``.
    """
    award.refresh_from_db()
    if award.state == Award.State.CLAIMED:
        return _hold(award, user=user, via=via)
    if award.state == Award.State.LAPSED or overdue(award):
        raise states.WrongState(
            "award.lapsed",
            _("The time to claim this is over. Ask %s to send it again.") % award.organisation.name,
        )
    move(
        award,
        "claim",
        Award.State.CLAIMED,
        actor=user,
        via=via,
        claimed_at=clock.now(),
        holder=user,
    )
    claims.spend(award)
    return award


def _hold(award: Award, *, user: Any, via: str) -> Award:
    if user is None or award.holder_id == user.pk:
        return award
    rows = Award.everywhere.filter(pk=award.pk, holder__isnull=True)
    if not rows.update(holder=user):
        raise states.WrongState(
            "award.taken", _("Somebody else has claimed this. If it is yours, tell the issuer.")
        )
    award.holder = user
    trace(award, "hold", award.state, actor=user, via=via)
    return award


def overdue(award: Award) -> bool:
    """Whether the time to claim is over."""
    return award.claim_by is not None and award.claim_by <= clock.now()


@transaction.atomic
def decline(award: Award, *, user: Any = None, via: str = "claim link") -> Award:
    """The recipient does not want it; the issuer hears of it."""
    award.refresh_from_db()
    if award.state == Award.State.DECLINED:
        return award
    move(award, "decline", Award.State.DECLINED, actor=user, via=via)
    claims.spend(award)
    letters.tell_issuer(award, "declined_note", key="1", path=letters.detail_path(award))
    return award


@transaction.atomic
def lapse(award: Award, *, via: str = "job") -> bool:
    """The time to claim is over. Whether it was this call that ended it."""
    award.refresh_from_db()
    if not overdue(award) or not states.allowed("lapse", award):
        return False
    move(award, "lapse", Award.State.LAPSED, actor=None, via=via)
    return True
