"""What a learner tells: circumstances, an answer to a case, an appeal; each may be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import learner_letters as letters
from stackmark_web.assessing import plans
from stackmark_web.assessing.actions._learner import note, own_attempt
from stackmark_web.assessing.actions.applying import NotNow
from stackmark_web.assessing.models import Attempt, Circumstance, Decision, MarkAppeal, Misconduct
from stackmark_web.assessing.refusing import words

_TELLABLE = (Attempt.State.OPEN, Attempt.State.SUBMITTED, Attempt.State.MARKING)


@transaction.atomic
def tell_circumstances(
    attempt: Attempt, *, actor: Any, text: str, via: str = "web"
) -> Circumstance:
    """Say what got in the way, also after the deadline; one at a time. A person decides.

    Raises ``Problem``; ``NotNow`` ``assessing.told``, and ``assessing.decided`` (appeal then).
    """
    found = own_attempt(attempt, actor)
    if found.state not in _TELLABLE:
        raise NotNow("assessing.decided", _("This attempt is over; appeal if it was wrong."))
    if found.circumstances.filter(state=Circumstance.State.OPEN).exists():
        raise NotNow("assessing.told", _("You have told them already; wait for the answer."))
    missing = _("Say in a few sentences what happened and when.")
    made: Circumstance = Circumstance.everywhere.create(
        organisation=found.organisation,
        attempt=found,
        text=words("text", text, needed=missing),
        told_at=clock.now(),
    )
    note("assessment.circumstance-told", found, actor=actor, via=via)
    letters.tell_staff(found, key=f"circumstance:{made.pk}")
    return made


@transaction.atomic
def withdraw_circumstance(circumstance: Circumstance, *, actor: Any, via: str = "web") -> None:
    """Take back what was told, as long as nobody has decided."""
    found = own_attempt(circumstance.attempt, actor)
    rows = Circumstance.everywhere.filter(pk=circumstance.pk, state=Circumstance.State.OPEN)
    if not rows.update(state=Circumstance.State.WITHDRAWN, decided_at=clock.now()):
        raise NotNow("assessing.answered", _("They have answered already."))
    note("assessment.circumstance-withdrawn", found, actor=actor, via=via)


@transaction.atomic
def answer_misconduct(case: Misconduct, *, actor: Any, text: str, via: str = "web") -> None:
    """The learner's side of a case, once, until the day that was given."""
    found = own_attempt(case.attempt, actor)
    text = words("text", text, needed=_("Write your side of it."))
    now = clock.now()
    rows = Misconduct.everywhere.filter(pk=case.pk, state=Misconduct.State.OPEN, answered_at=None)
    if case.answer_by <= now:
        raise NotNow("assessing.late", _("The time to answer is over; write to them."))
    if not rows.update(learner_answer=text, answered_at=now):
        raise NotNow("assessing.answered", _("You have answered already, or it is decided."))
    note("assessment.answered-misconduct", found, actor=actor, via=via)
    letters.tell_staff(found, key=f"misconduct:{case.pk}")


def appeal_until(decision: Decision) -> datetime | None:
    """The moment until which a decision can be appealed; None while it is not confirmed."""
    if decision.confirmed_at is None:
        return None
    if decision.appeal_by is not None:
        return decision.appeal_by
    days = plans.setup_of(decision.attempt.achievement).appeal_days
    return decision.confirmed_at + timedelta(days=days)


def may_appeal(decision: Decision) -> bool:
    """Whether an appeal can be made now: in force, in time, none made yet."""
    until = appeal_until(decision)
    if until is None or until <= clock.now() or not decision.is_current:
        return False
    return not MarkAppeal.everywhere.filter(decision=decision).exists()


@transaction.atomic
def appeal(decision: Decision, *, actor: Any, text: str, via: str = "web") -> MarkAppeal:
    """Say why a decision is wrong; somebody who had no part in it decides.

    Raises ``NotNow`` (``assessing.late``, ``assessing.appealed``), ``Problem``.
    """
    found = own_attempt(decision.attempt, actor)
    decision = Decision.everywhere.select_for_update(of=("self",)).get(pk=decision.pk)
    if decision.confirmed_at is None:
        raise Http404("There is nothing here.")
    text = words("text", text, needed=_("Say in a few sentences why the decision is wrong."))
    if MarkAppeal.everywhere.filter(decision=decision).exists():
        raise _appealed()
    if not may_appeal(decision):
        raise NotNow("assessing.late", _("The time to appeal is over."))
    now = clock.now()
    made = MarkAppeal(
        organisation=found.organisation,
        decision=decision,
        text=text,
        opened_at=now,
        due_at=now + timedelta(days=plans.setup_of(found.achievement).appeal_days),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # the same form twice at once
        raise _appealed() from None
    note("assessment.appealed", found, actor=actor, via=via)
    letters.tell_staff(found, key=f"appeal:{made.pk}")
    return made


def _appealed() -> NotNow:
    return NotNow("assessing.appealed", _("You have appealed already."))


@transaction.atomic
def withdraw_appeal(appeal: MarkAppeal, *, actor: Any, via: str = "web") -> None:
    """The decision may stand after all."""
    found = own_attempt(appeal.decision.attempt, actor)
    rows = MarkAppeal.everywhere.filter(pk=appeal.pk, state=MarkAppeal.State.OPEN)
    if not rows.update(state=MarkAppeal.State.WITHDRAWN, decided_at=clock.now()):
        raise NotNow("assessing.answered", _("This appeal is decided already."))
    note("assessment.appeal-withdrawn", found, actor=actor, via=via)
