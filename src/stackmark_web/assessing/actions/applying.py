"""Applying to be assessed, the organisation's answer, and the attempts that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.assessing import learner_letters as letters
from stackmark_web.assessing import plans
from stackmark_web.assessing.actions._learner import note, own_application
from stackmark_web.assessing.models import Adjustment, Application, Attempt, Decision
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.overdue import overdue_since
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

MAX_MESSAGE: Final = 4_000
MAX_ADJUSTMENTS: Final = 5
_S = Application.State
_OPEN: Final = (_S.APPLIED, _S.ACCEPTED)


class NotNow(UsageError):  # noqa: N818 - reads as what is said to the person
    """It cannot be done at this time or in this state; the sentence says what can."""


# -- the learner's side ------------------------------------------------------------------------


@transaction.atomic
def apply(
    achievement: Any,
    *,
    actor: Any,
    message: str = "",
    adjustments: Sequence[Mapping[str, str]] = (),
    offering: Any = None,
    via: str = "web",
) -> Application:
    """Ask to be assessed for ``achievement`` in its current version.

    ``adjustments`` are {"kind", "text"}; whoever decides on them sees them, no marker does. Where
    the organisation takes everybody the first attempt is open at once. Raises ``NotNow``
    (``assessing.closed``, ``assessing.applied``, ``assessing.attempts``), ``Problem``.
    """
    setup = plans.setup_of(achievement)
    version = _version(achievement, setup, offering)
    _check_history(achievement, actor)
    now = clock.now()
    application = Application(
        organisation=achievement.organisation,
        achievement=achievement,
        version=version,
        offering=offering,
        learner=actor,
        candidate=candidate_of(achievement.organisation, actor),
        name=str(actor)[:300],
        email=actor.email,
        message=words("message", message, limit=MAX_MESSAGE),
        applied_at=now,
    )
    _store(application)
    _ask_for_adjustments(application, adjustments)
    note("assessment.applied", application, actor=actor, via=via)
    if setup.accepts_by_itself:
        _accept(application, by=None, text="", due_at=None, via="system")
    else:
        letters.tell(application, "assessment_applied", key="1")
        letters.tell_staff(application, key=f"application:{application.pk}")
    return application


def _version(achievement: Any, setup: Any, offering: Any) -> Any:
    version = achievement.current
    if not setup.takes_applications or version is None or achievement.retired_at is not None:
        raise NotNow("assessing.closed", _("Nobody can apply for this here at the moment."))
    if overdue_since(version) is not None:
        raise NotNow("assessing.closed", _("It is being looked at again; nobody can apply now."))
    if plans.plan_of(version) is None:
        raise NotNow("assessing.closed", _("It is not said yet how this is assessed."))
    if offering is not None:
        if offering.achievement_id != achievement.pk or offering.closed_at is not None:
            raise NotNow("assessing.closed", _("This offer is closed."))
        if offering.apply_by is not None and offering.apply_by < clock.today():
            raise NotNow("assessing.closed", _("The time to apply for this offer is over."))
        if offering.ends_on is not None and offering.ends_on < clock.today():
            raise NotNow("assessing.closed", _("This offer is over."))
    return version


def _check_history(achievement: Any, actor: Any) -> None:
    """One open application; none by whom assesses here, none when no attempt is left."""
    if Application.everywhere.filter(
        achievement=achievement, learner=actor, state__in=_OPEN
    ).exists():
        raise _already()
    left = attempts_left(achievement, candidate_of(achievement.organisation, actor))
    if left == 0:
        raise NotNow("assessing.attempts", _("You have made as many attempts as are allowed."))


def _already() -> NotNow:
    return NotNow(
        "assessing.applied", _("You have applied for this already; see your assessments.")
    )


def _store(application: Application) -> None:
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:  # the same form twice at once
        raise _already() from None


def _ask_for_adjustments(application: Application, asked: Sequence[Mapping[str, str]]) -> None:
    wanted = [one for one in asked if one.get("kind") or (one.get("text") or "").strip()]
    if len(wanted) > MAX_ADJUSTMENTS:
        raise Problem("adjustment", _("At most %d adjustments.") % MAX_ADJUSTMENTS)
    for one in wanted:
        if one.get("kind") not in Adjustment.Kind.values:
            raise Problem("adjustment_kind", _("Choose what would help you."))
        missing = _("Say in a few words what you need; you need not say why.")
        Adjustment.everywhere.create(
            organisation=application.organisation,
            application=application,
            kind=one["kind"],
            text=words("adjustment_text", one.get("text") or "", needed=missing, limit=MAX_MESSAGE),
            asked_at=clock.now(),
        )


def may_withdraw(application: Application) -> bool:
    """Whether a learner can take the application back now."""
    return _why_stays(application) is None


def _why_stays(application: Application) -> NotNow | None:
    if application.state not in _OPEN:
        return NotNow("assessing.withdrawn", _("This application is not open any more."))
    if application.attempts.filter(state__in=("submitted", "marking")).exists():
        return NotNow("assessing.marking", _("Your work is being marked; wait for the decision."))
    if _passed(application.attempts.all()):
        return NotNow("assessing.passed", _("You have passed this already."))
    return None


@transaction.atomic
def withdraw(application: Application, *, actor: Any, via: str = "web") -> Application:
    """The learner does not want to be assessed any more; what was handed in stays as it is.

    Raises ``NotNow`` when nothing is open, work is being marked, or it is passed.
    """
    found = own_application(application, actor)
    why = _why_stays(found)
    if why is not None:
        raise why
    found.attempts.filter(state=Attempt.State.OPEN).update(state=Attempt.State.WITHDRAWN)
    found.state, found.decided_at = _S.WITHDRAWN, clock.now()
    found.save(update_fields=["state", "decided_at"])
    note("assessment.application-withdrawn", found, actor=actor, via=via)
    return found


# -- the organisation's side -------------------------------------------------------------------


@transaction.atomic
def answer(
    application: Application,
    *,
    actor: Any,
    accept: bool,
    text: str = "",
    due_at: datetime | None = None,
    via: str = "web",
) -> Application:
    """Accept or refuse an application; the learner gets a letter, and on a yes an open attempt.

    ``due_at`` is the deadline of that attempt, else the offering's last day. A refusal needs
    ``text``. Nobody answers their own. Raises ``NotNow``, ``Problem``, ``PermissionDenied``.
    """
    if actor is not None:
        require(actor, Permission.ASSESS, application.organisation)
        if application.learner_id == actor.pk:
            raise PermissionDenied(_("This is your own application; a colleague answers it."))
    found = own_application(application, None)
    if found.state != _S.APPLIED:
        raise NotNow("assessing.answered", _("This application is answered already."))
    missing = "" if accept else _("Say why; the learner will read it.")
    text = words("text", text, needed=missing, limit=MAX_MESSAGE)
    if due_at is not None and due_at <= clock.now():
        raise Problem("due_at", _("The deadline lies in the past."))
    if accept:
        return _accept(found, by=actor, text=text, due_at=due_at, via=via)
    _answered(found, _S.REFUSED, by=actor, text=text)
    note("assessment.refused", found, actor=actor, via=via)
    letters.tell(found, "assessment_refused", key="1", reason=text)
    return found


def _accept(
    application: Application, *, by: Any, text: str, due_at: datetime | None, via: str
) -> Application:
    _answered(application, _S.ACCEPTED, by=by, text=text)
    note("assessment.accepted", application, actor=by, via=via)
    attempt = open_attempt(application, actor=None, now=clock.now(), due_at=due_at, via=via)
    letters.tell(application, "assessment_accepted", key="1", when=attempt.due_at, attempt=attempt)
    return application


def _answered(application: Application, state: str, *, by: Any, text: str) -> None:
    application.state, application.answer = state, text
    application.decided_at, application.decided_by = clock.now(), by
    application.save(update_fields=["state", "answer", "decided_at", "decided_by"])


# -- attempts ----------------------------------------------------------------------------------


@transaction.atomic
def open_attempt(
    application: Application,
    *,
    actor: Any,
    purpose: str | None = None,
    now: datetime | None = None,
    due_at: datetime | None = None,
    via: str = "web",
) -> Attempt:
    """A new attempt to be prepared: the learner's own step, or the system's (``actor`` None).

    The first is ``FIRST``, any later one ``RESIT``; void ones do not count. Raises ``NotNow``:
    ``assessing.not-accepted``, ``assessing.open-attempt``, ``assessing.passed``,
    ``assessing.attempts``, ``assessing.wait``.
    """
    found = own_application(application, actor)
    now = now or clock.now()
    if found.state != _S.ACCEPTED:
        raise NotNow("assessing.not-accepted", _("The application is not accepted."))
    counted = _counted(found.achievement, found.candidate)
    _check_next(found, counted, now)
    rows = Attempt.everywhere.filter(achievement=found.achievement, candidate=found.candidate)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    kind = Attempt.Purpose.RESIT if counted.exists() else Attempt.Purpose.FIRST
    attempt: Attempt = Attempt.everywhere.create(
        organisation=found.organisation,
        achievement=found.achievement,
        version=found.version,
        application=found,
        learner=found.learner,
        candidate=found.candidate,
        number=last + 1,
        purpose=purpose or kind,
        opened_at=now,
        due_at=due_at or _last_moment(found.offering, now),
    )
    note("assessment.attempt-opened", attempt, actor=actor, via=via, number=attempt.number)
    return attempt


def may_begin(application: Application) -> bool:
    """Whether ``open_attempt`` would open one now."""
    if application.state != _S.ACCEPTED:
        return False
    try:
        _check_next(
            application, _counted(application.achievement, application.candidate), clock.now()
        )
    except NotNow:
        return False
    return True


def attempts_allowed(version: Any) -> int | None:
    """How many attempts the descriptor allows; None for as many as wanted, or not said."""
    assessment = catalogue.descriptor_of(version).assessment
    return (assessment.attempts or None) if assessment else None


def attempts_left(achievement: Any, candidate: str, version: Any = None) -> int | None:
    """How many attempts a candidate may still begin; None for as many as wanted."""
    allowed = attempts_allowed(version or achievement.current)
    if allowed is None:
        return None
    return max(0, allowed - int(_counted(achievement, candidate).count()))


def next_from(application: Application) -> datetime | None:
    """The moment from which the next attempt may be opened, by the last decision; None: now."""
    last = (
        Decision.everywhere.filter(
            attempt__achievement=application.achievement,
            attempt__candidate=application.candidate,
            is_current=True,
            confirmed_at__isnull=False,
        )
        .exclude(attempt__state=Attempt.State.VOID)
        .order_by("-confirmed_at")
        .first()
    )
    if last is None:
        return None
    if last.next_attempt_from is not None:
        return last.next_attempt_from
    wait = plans.setup_of(application.achievement).resit_wait_days
    return last.confirmed_at + timedelta(days=wait)


def _check_next(application: Application, counted: Any, now: datetime) -> None:
    if counted.exclude(state=Attempt.State.DECIDED).exists():
        raise NotNow("assessing.open-attempt", _("There is an attempt already; finish it first."))
    if _passed(counted):
        raise NotNow("assessing.passed", _("You have passed this already."))
    allowed = attempts_allowed(application.version)
    if allowed is not None and counted.count() >= allowed:
        raise NotNow("assessing.attempts", _("You have made as many attempts as are allowed."))
    begins = next_from(application)
    if begins is not None and begins > now:
        raise NotNow("assessing.wait", _("The next attempt cannot begin yet."))


def _passed(attempts: Any) -> bool:
    rows = Decision.everywhere.filter(attempt__in=attempts, is_current=True, outcome="passed")
    return bool(rows.filter(confirmed_at__isnull=False).exists())


def _counted(achievement: Any, candidate: str) -> Any:
    """Attempts that use up one of those allowed; void and withdrawn ones do not."""
    rows = Attempt.everywhere.filter(
        achievement=achievement,
        candidate=candidate,
        purpose__in=(Attempt.Purpose.FIRST, Attempt.Purpose.RESIT),
    )
    return rows.exclude(state__in=(Attempt.State.VOID, Attempt.State.WITHDRAWN))


def _last_moment(offering: Any, now: datetime) -> datetime | None:
    """The end of the offering's last day, if it is still to come."""
    if offering is None or offering.ends_on is None:
        return None
    end = datetime.combine(offering.ends_on + timedelta(days=1), time.min, tzinfo=UTC)
    return end if end > now else None
