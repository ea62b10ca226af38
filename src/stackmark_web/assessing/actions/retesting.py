"""Re-tests: drawing holders, their answers, results. Nothing here ever touches a credential."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from stackmark.model.achievement_codes import PROCTORING
from stackmark_web import clock
from stackmark_web.assessing import cuts, retests
from stackmark_web.assessing.actions._facts import Problem, note, permit
from stackmark_web.assessing.models import Attempt, Retest, RetestInvitation
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.integrations.actions import Letter, queue_many
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.ui.text import day_text

SUPERVISED: Final = tuple(one for one in PROCTORING if one != "none")
LONGEST_WINDOW: Final = 365


@transaction.atomic
def invite(
    achievement: Any,
    *,
    actor: Any,
    share: int,
    supervision: str,
    closes_on: dt.date,
    window_days: int = 90,
) -> Retest:
    """Draw a share of recent holders and write to them. Raises ``Problem`` naming the field."""
    permit(actor, achievement.organisation, Permission.ASSESS)
    now = clock.now()
    if not 1 <= share <= 100:
        raise Problem("share", _("Invite between 1 and 100 percent."))
    if not 1 <= window_days <= LONGEST_WINDOW:
        raise Problem("window_days", _("The window is between 1 and 365 days."))
    if supervision not in SUPERVISED:
        raise Problem("supervision", _("A re-test is supervised; say how."))
    if closes_on <= clock.today():
        raise Problem("closes_on", _("Leave people some days to come."))
    people = {
        str(one.pk): one for one in retests.holders(achievement, window_days=window_days, now=now)
    }
    if not people:
        raise Problem(
            "window_days", _("Nobody who can be asked earned it within so many days, or all were.")
        )
    made = Retest.everywhere.create(
        organisation=achievement.organisation,
        achievement=achievement,
        version=achievement.current,
        share=share,
        window_days=window_days,
        seed=secrets.token_hex(16),
        supervision=supervision,
        made_by=actor,
        made_at=now,
        closes_at=dt.datetime.combine(closes_on, dt.time(23, 59, 59), tzinfo=dt.UTC),
    )
    drawn = retests.draw(list(people), seed=made.seed, share=share)
    invitations = [_invitation(made, people[key], now) for key in drawn]
    RetestInvitation.objects.bulk_create(invitations)
    queue_many(made.organisation, [_letter(one) for one in invitations])
    note(
        "retest.invited",
        made,
        actor=actor,
        organisation=made.organisation,
        label=made.version.title,
        after={"holders": len(people), "invited": len(drawn), "share": share},
    )
    return made


def _invitation(made: Retest, award: Any, now: dt.datetime) -> RetestInvitation:
    return RetestInvitation(
        retest=made,
        award=award,
        holder=award.holder,
        candidate=candidate_of(made.organisation, award.holder),
        sent_at=now,
    )


def _letter(one: RetestInvitation) -> Letter:
    language = one.holder.locale or settings.LANGUAGE_CODE
    with translation.override(language):
        title, day = one.retest.version.told, day_text(one.retest.closes_at)
    path = reverse("assessing:retest_answer", args=[one.pk])
    return Letter(
        "retest_invited",
        one.holder.email,
        f"retest:{one.pk}",
        language,
        {
            "recipient_name": one.holder.name,
            "title": title,
            "date": day,
            "link": f"{settings.PUBLIC_URL}{path}",
        },
    )


def _held(one: RetestInvitation) -> RetestInvitation:
    rows = RetestInvitation.objects.select_for_update(of=("self",))
    found: RetestInvitation = rows.select_related(
        "retest__organisation", "retest__version", "retest__achievement"
    ).get(pk=one.pk)
    return found


def is_open(found: Retest) -> bool:
    """Whether answers and results are still taken."""
    return found.closed_at is None and found.closes_at > clock.now()


@transaction.atomic
def answer(one: RetestInvitation, *, actor: Any, comes: bool) -> RetestInvitation:
    """A holder says yes or no, and may change their mind until they sat it or it is closed."""
    one = _held(one)
    if one.holder_id != getattr(actor, "pk", None):
        raise Problem("", _("This invitation is somebody else’s."))
    if not is_open(one.retest):
        raise Problem("", _("This re-test is closed."))
    if one.attempt_id is not None:
        raise Problem("", _("You have taken the re-test already. Thank you."))
    one.answer = RetestInvitation.Answer.YES if comes else RetestInvitation.Answer.NO
    one.answered_at = clock.now()
    one.save(update_fields=["answer", "answered_at"])
    note(
        "retest.answered",
        one.retest,
        actor=None,
        organisation=one.retest.organisation,
        label=one.retest.version.title,
        via="learner",
    )
    return one


@transaction.atomic
def record_result(one: RetestInvitation, *, actor: Any, percent: float, sat_on: dt.date) -> Attempt:
    """Store what somebody reached who came; an attempt with the purpose of a re-test."""
    one = _held(one)
    permit(actor, one.retest.organisation, Permission.ASSESS)
    if one.attempt_id is not None:
        raise Problem("", _("There is a result of this person already."))
    if one.answer != RetestInvitation.Answer.YES:
        raise Problem("", _("This person has not said yes."))
    if not 0 <= percent <= 100:
        raise Problem("percent", _("Give percent from 0 to 100."))
    if not one.sent_at.date() <= sat_on <= clock.today():
        raise Problem("sat_on", _("It was sat after the invitation, and not in the future."))
    moment = dt.datetime.combine(sat_on, dt.time(12, tzinfo=dt.UTC))
    bar = cuts.in_force(one.retest.achievement, moment, version=one.retest.version).total
    rows = Attempt.everywhere.filter(
        achievement=one.retest.achievement, candidate=one.candidate
    ).aggregate(n=Max("number"))
    made: Attempt = Attempt.everywhere.create(
        organisation=one.retest.organisation,
        achievement=one.retest.achievement,
        version=one.retest.version,
        learner=one.holder,
        candidate=one.candidate,
        number=(rows["n"] or 0) + 1,
        purpose=Attempt.Purpose.RETEST,
        state=Attempt.State.DECIDED,
        opened_at=moment,
        submitted_at=moment,
        sat_on=sat_on,
        total=percent,
        cut=bar,
        passed=None if bar is None else percent >= bar,
    )
    one.attempt = made
    one.save(update_fields=["attempt"])
    note(
        "retest.recorded",
        one.retest,
        actor=actor,
        organisation=one.retest.organisation,
        label=one.retest.version.title,
    )
    return made


@transaction.atomic
def close(found: Retest, *, actor: Any) -> Retest:
    """No more answers and results; its rates count from now on."""
    permit(actor, found.organisation, Permission.ASSESS)
    found = (
        Retest.everywhere.select_for_update(of=("self",))
        .select_related("organisation", "version")
        .get(pk=found.pk)
    )
    if found.closed_at is not None:
        raise Problem("", _("This re-test is closed already."))
    found.closed_at = clock.now()
    found.save(update_fields=["closed_at"])
    note(
        "retest.closed",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
    )
    return found
