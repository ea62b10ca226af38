"""How long what was handed in is kept, and its erasure when that time is over.

The time begins when an attempt is over: decided, the time to appeal gone, nothing open about it.
Then its files and every text of a person go; digests, levels, points and scores stay. Scripts
that markers mark again blind in later cycles are kept for as long as they serve that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Min, Q

from stackmark_web import clock
from stackmark_web.assessing import artefacts, plans
from stackmark_web.assessing.actions._learner import note
from stackmark_web.assessing.actions.telling import appeal_until
from stackmark_web.assessing.deadlines import due_of
from stackmark_web.assessing.models import (
    Adjustment,
    Application,
    Artefact,
    Attempt,
    Authorship,
    Circumstance,
    Decision,
    MarkAppeal,
    Marking,
    Misconduct,
    Moderation,
    Setup,
)

BATCH: Final = 200  # attempts a duty looks at in one go
ABANDONED: Final = timedelta(days=365)  # an attempt without a deadline that nobody came back to
_LIVE: Final = (Artefact.State.KEPT, Artefact.State.REENCODED, Artefact.State.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a learner is told before they hand in."""

    months: int


def rule_of(achievement: Any) -> Rule:
    """The rule of an achievement as its setup says it now."""
    return Rule(plans.setup_of(achievement).keep_months)


def ended_at(attempt: Attempt) -> datetime | None:
    """When an attempt was over for good; None while anything about it is open."""
    if _has_open_matters(attempt):
        return None
    if attempt.state == Attempt.State.OPEN:
        end = due_of(attempt) or attempt.opened_at + ABANDONED
        return end if end <= clock.now() else None
    if attempt.state in (Attempt.State.WITHDRAWN, Attempt.State.VOID):
        return _latest(attempt, attempt.submitted_at or attempt.opened_at)
    if attempt.state != Attempt.State.DECIDED:
        return None
    decision = Decision.everywhere.filter(attempt=attempt, is_current=True).first()
    if decision is None:  # imported: nobody can appeal here
        return attempt.submitted_at or attempt.opened_at
    until = appeal_until(decision)
    return None if until is None else _latest(attempt, until)


def until(attempt: Attempt) -> datetime | None:
    """Until when its evidence is kept, as far as that is known yet; None: not known yet."""
    if attempt.is_archived:
        return None
    end = ended_at(attempt)
    return None if end is None else add_months(end, rule_of(attempt.achievement).months)


def add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError


def erase_due() -> int:
    """Erase what has been kept long enough, then sweep the store; how many attempts."""
    now = clock.now()
    soonest = now - timedelta(days=28 * _least_months())
    rows = Attempt.everywhere.filter(is_archived=False, opened_at__lte=soonest)
    rows = rows.filter(Q(artefacts__state__in=_LIVE) | Q(authorship__name__gt="")).distinct()
    done = 0
    for attempt in rows.select_related("achievement", "version").order_by("opened_at").iterator():
        end = until(attempt)
        if end is not None and end <= now:
            erase(attempt)
            done += 1
            if done >= BATCH:
                break
    artefacts.sweep()
    return done


def _least_months() -> int:
    """The shortest time anybody chose: younger attempts need not be looked at."""
    default = Setup().keep_months
    least = Setup.everywhere.aggregate(least=Min("keep_months"))["least"]
    return min(default, default if least is None else least)


@transaction.atomic
def erase(attempt: Attempt, *, via: str = "job") -> None:
    """Take out files and texts; digests and scores stay. Doing it twice changes nothing."""
    attempt.artefacts.filter(state__in=_LIVE).update(
        state=Artefact.State.ERASED, text="", url="", name="", why=""
    )
    Authorship.objects.filter(attempt=attempt).update(name="", help_had="")
    Circumstance.everywhere.filter(attempt=attempt).update(text="", answer="")
    Misconduct.everywhere.filter(attempt=attempt).update(ground="", learner_answer="", reason="")
    MarkAppeal.everywhere.filter(decision__attempt=attempt).update(text="", answer="")
    Marking.everywhere.filter(attempt=attempt).update(comments={}, comment="", note="")
    Decision.everywhere.filter(attempt=attempt).update(feedback="", reason="")
    for meeting in Moderation.everywhere.filter(attempts=attempt):
        if meeting.notes.pop(str(attempt.pk), None) is not None:
            meeting.save(update_fields=["notes"])
    _erase_application(attempt.application)
    note("assessment.erased", attempt, actor=None, via=via)


def _erase_application(application: Application | None) -> None:
    """An application goes when nothing that came of it is kept any more."""
    if application is None:
        return
    if Artefact.objects.filter(attempt__application=application, state__in=_LIVE).exists():
        return
    if application.attempts.filter(state__in=("open", "submitted", "marking")).exists():
        return
    Adjustment.everywhere.filter(application=application).update(text="", answer="")
    Application.everywhere.filter(pk=application.pk).update(
        message="", answer="", name="", email=""
    )


@transaction.atomic
def forget(user: Any) -> None:
    """A person's account goes: what they handed in and wrote goes with it, scores stay.

    What is being marked is withdrawn. Called before the account is deleted.
    """
    attempts = Attempt.everywhere.filter(learner=user)
    attempts.filter(state__in=("open", "submitted", "marking")).update(state="withdrawn")
    Marking.everywhere.filter(
        attempt__learner=user, state__in=(Marking.State.OPEN, Marking.State.DRAFT)
    ).update(state=Marking.State.WITHDRAWN)
    for attempt in attempts.select_related("version", "application", "organisation"):
        erase(attempt, via="learner")
    applications = Application.everywhere.filter(learner=user)
    applications.filter(state__in=("applied", "accepted")).update(
        state=Application.State.WITHDRAWN, decided_at=clock.now()
    )
    Adjustment.everywhere.filter(application__in=applications).update(text="", answer="")
    applications.update(message="", answer="", name="", email="")


def _has_open_matters(attempt: Attempt) -> bool:
    return (
        attempt.circumstances.filter(state=Circumstance.State.OPEN).exists()
        or attempt.misconduct.filter(state=Misconduct.State.OPEN).exists()
        or MarkAppeal.everywhere.filter(
            decision__attempt=attempt, state=MarkAppeal.State.OPEN
        ).exists()
    )


def _latest(attempt: Attempt, end: datetime) -> datetime:
    """The last thing that was decided about it, or ``end``."""
    moments = [
        *attempt.misconduct.values_list("decided_at", flat=True),
        *attempt.circumstances.values_list("decided_at", flat=True),
        *MarkAppeal.everywhere.filter(decision__attempt=attempt).values_list(
            "decided_at", flat=True
        ),
    ]
    return max([end, *(one for one in moments if one is not None)])
