"""Cases about people: appeals, misconduct, circumstances, adjustments. A person decides each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import allotting
from stackmark_web.assessing.actions import deciding
from stackmark_web.assessing.actions._desk import locked, note, permit, tell
from stackmark_web.assessing.models import (
    Adjustment,
    Application,
    Attempt,
    Circumstance,
    Marking,
    Misconduct,
)
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

ANSWER_TIME: Final = timedelta(days=10)  # a learner has so long to answer a case of misconduct


# -- misconduct -------------------------------------------------------------------------------


@transaction.atomic
def raise_misconduct(attempt: Attempt, *, actor: Any, ground: str, seen: bool) -> Misconduct:
    """Open a case with what a person saw; the learner is told and answers first.

    ``seen`` says that it is no verdict of a detector of AI text. Raises ``Problem``.
    """
    permit(actor, attempt)
    attempt = locked(attempt)
    ground = words(
        "ground", ground, needed=_("Say what you saw and where; the learner will read it.")
    )
    if not seen:
        raise Problem("seen", _("A case needs what a person saw; a detector's verdict is none."))
    if attempt.state in (Attempt.State.OPEN, Attempt.State.WITHDRAWN, Attempt.State.VOID):
        raise Problem("", _("Nothing was handed in here, or the attempt does not count."))
    if attempt.misconduct.filter(state=Misconduct.State.OPEN).exists():
        raise Problem("", _("A case is open about this attempt already."))
    now = clock.now()
    made: Misconduct = Misconduct.everywhere.create(
        organisation=attempt.organisation,
        attempt=attempt,
        raised_by=actor,
        raised_at=now,
        ground=ground,
        answer_by=now + ANSWER_TIME,
    )
    note("misconduct.raised", attempt, actor=actor)
    tell(attempt, "misconduct_raised", key=str(made.pk), when=made.answer_by)
    return made


@transaction.atomic
def decide_misconduct(case: Misconduct, *, actor: Any, outcome: str, reason: str) -> Misconduct:
    """Another person than who raised it decides, when the learner answered or had the time to.

    ``outcome`` "none" closes it as unfounded. "void" takes the attempt out of the count and ends
    its markings; a credential that exists already is not touched here. Raises ``Problem``,
    ``PermissionDenied``.
    """
    permit(actor, case.attempt)
    if case.raised_by_id == actor.pk:
        raise PermissionDenied(_("You raised this case; a colleague decides it."))
    if case.answered_at is None and case.answer_by > clock.now():
        raise Problem("", _("The learner has not answered yet and still has time to."))
    if outcome not in Misconduct.Outcome.values:
        raise Problem("outcome", _("Choose what follows."))
    reason = words("reason", reason, needed=_("Give your reasons; the learner will read them."))
    founded = outcome != Misconduct.Outcome.NONE
    _close(
        case,
        Misconduct.State.FOUNDED if founded else Misconduct.State.UNFOUNDED,
        actor,
        outcome=outcome,
        reason=reason,
    )
    attempt = locked(case.attempt)
    if outcome == Misconduct.Outcome.VOID:
        make_void(attempt)
    note("misconduct.decided", attempt, actor=actor)
    tell(attempt, "misconduct_decided", key=str(case.pk))
    return case


def _close(case: Any, state: str, actor: Any, **values: Any) -> None:
    """End an open case once."""
    opened = Adjustment.State.ASKED if isinstance(case, Adjustment) else "open"
    values |= {"state": state, "decided_at": clock.now(), "decided_by": actor}
    if not type(case).everywhere.filter(pk=case.pk, state=opened).update(**values):
        raise Problem("", _("This is decided already, or was taken back."))
    case.refresh_from_db()


def make_void(attempt: Attempt) -> None:
    """It does not count: no marking goes on, no proposal stands, and it uses up no attempt."""
    Marking.everywhere.filter(attempt=attempt, state__in=allotting.OPEN).exclude(
        kind=Marking.Kind.ANCHOR
    ).update(state=Marking.State.WITHDRAWN)
    deciding.take_back(attempt)
    attempt.state, attempt.is_archived = Attempt.State.VOID, False
    attempt.save(update_fields=["state", "is_archived"])


# -- circumstances ----------------------------------------------------------------------------


@transaction.atomic
def decide_circumstance(
    case: Circumstance,
    *,
    actor: Any,
    accept: bool,
    remedy: str = "",
    extended_to: datetime | None = None,
    answer: str = "",
) -> Circumstance:
    """Accept with a later deadline, with not counting the attempt or with neither; or refuse."""
    permit(actor, case.attempt)
    attempt = locked(case.attempt)
    answer = words("answer", answer, needed=_("Write an answer; the learner will read it."))
    remedy = remedy if accept else ""
    if accept:
        _check_remedy(attempt, remedy, extended_to)
    state = Circumstance.State.ACCEPTED if accept else Circumstance.State.REFUSED
    until = extended_to if remedy == Circumstance.Remedy.EXTENSION else None
    _close(case, state, actor, remedy=remedy, extended_to=until, answer=answer)
    if remedy == Circumstance.Remedy.NOT_COUNTED:
        make_void(attempt)
    note("circumstance.decided", attempt, actor=actor)
    tell(attempt, "assessment_care", key=f"circumstance {case.pk}")
    return case


def _check_remedy(attempt: Attempt, remedy: str, extended_to: datetime | None) -> None:
    if remedy not in Circumstance.Remedy.values:
        raise Problem("remedy", _("Choose what follows."))
    if remedy == Circumstance.Remedy.NOT_COUNTED and attempt.passed:
        raise Problem("remedy", _("This attempt was passed; it goes on counting."))
    if remedy != Circumstance.Remedy.EXTENSION:
        return
    if attempt.state != Attempt.State.OPEN:
        raise Problem("remedy", _("It is handed in already; a later deadline helps nobody."))
    if extended_to is None or extended_to <= clock.now():
        raise Problem("extended_to", _("Give the new deadline, a moment still to come."))


# -- adjustments ------------------------------------------------------------------------------


@transaction.atomic
def decide_adjustment(
    case: Adjustment,
    *,
    actor: Any,
    grant: bool,
    extra_percent: int | None = None,
    extra_days: int | None = None,
    answer: str = "",
) -> Adjustment:
    """Grant it, with how much where it is about time, or refuse with reasons."""
    application: Application = case.application
    require(actor, Permission.ASSESS, case.organisation)
    if application.learner_id == actor.pk:
        raise PermissionDenied(_("This is your own application; a colleague answers it."))
    missing = "" if grant else _("Give your reasons; the learner will read them.")
    answer = words("answer", answer, needed=missing)
    timed = case.kind in (Adjustment.Kind.EXTRA_TIME, Adjustment.Kind.LATER)
    if grant and timed and not (extra_percent or extra_days):
        raise Problem("extra_days", _("Say how much more time: in percent, or in days."))
    state = Adjustment.State.GRANTED if grant else Adjustment.State.REFUSED
    values = {"extra_percent": extra_percent, "extra_days": extra_days} if grant else {}
    _close(case, state, actor, answer=answer, **values)
    _note_adjustment(case, actor)
    return case


def _note_adjustment(case: Adjustment, actor: Any) -> None:
    from stackmark_web.assessing import learner_letters

    application = case.application
    note("adjustment.decided", application, actor=actor)
    learner_letters.tell(application, "assessment_care", key=f"adjustment {case.pk}")
