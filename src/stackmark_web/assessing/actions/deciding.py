"""From markings to a decision that a person confirmed, and to what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import awarding_from, cuts, plans, scoring
from stackmark_web.assessing.actions._desk import locked, note, permit, tell
from stackmark_web.assessing.actions.applying import attempts_left
from stackmark_web.assessing.models import Application, Attempt, Circumstance, Decision, Misconduct
from stackmark_web.assessing.refusing import Problem, words

PASSED, FAILED = Decision.Outcome.PASSED, Decision.Outcome.FAILED
# An award comes of these only: a baseline, a practice or a re-test never touches a credential.
COUNTING = (Attempt.Purpose.FIRST, Attempt.Purpose.RESIT)


# -- proposed ---------------------------------------------------------------------------------


def propose(
    attempt: Attempt,
    scored: scoring.Scored,
    levels: Mapping[str, Any],
    *,
    basis: str,
    reason: str = "",
) -> Decision | None:
    """What the scores come to under the cut in force; it holds once a person confirmed it.

    Takes the place of a proposal that nobody confirmed. None while no pass mark is set: whether
    somebody passed cannot be told then. Called in the transaction of its cause.
    """
    take_back(attempt)
    cut = cuts.in_force(attempt.achievement, clock.now(), version=attempt.version)
    if not cut.is_set:
        return None
    passed = scoring.passes(plans.plan_of(attempt.version), scored, cut)
    made: Decision = Decision.everywhere.create(
        organisation=attempt.organisation,
        attempt=attempt,
        outcome=PASSED if passed else FAILED,
        basis=basis,
        scores=dict(scored.components),
        levels={name: dict(chosen) for name, chosen in levels.items()},
        total=scored.total,
        cut=cut.total,
        cut_score=cut.score,
        reason=reason,
        proposed_at=clock.now(),
    )
    note("decision.proposed", attempt, actor=None, via="system", basis=basis)
    return made


def take_back(attempt: Attempt) -> None:
    """A proposal that nobody confirmed is no longer the present one."""
    Decision.everywhere.filter(attempt=attempt, is_current=True, confirmed_at=None).update(
        is_current=False
    )


# -- confirmed --------------------------------------------------------------------------------


def confirm(
    decision: Decision,
    *,
    actor: Any,
    feedback: str = "",
    seen: bool = False,
    via: str = "web",
) -> Decision:
    """A person confirms; the learner is told, and whoever passed gets the credential.

    An adverse decision needs ``seen`` (the page with the whole attempt was open) and
    ``feedback``. When the signer is away the decision stands and a duty awards later. Raises
    ``Problem``, ``PermissionDenied``.
    """
    with transaction.atomic():
        done = _confirm(decision, actor=actor, feedback=feedback, seen=seen, via=via)
    award_or_leave(done, actor=actor)
    return done


def _confirm(decision: Decision, *, actor: Any, feedback: str, seen: bool, via: str) -> Decision:
    permit(actor, decision.attempt)
    attempt = locked(decision.attempt)
    feedback = words("feedback", feedback)
    _check_open(decision, attempt)
    if decision.outcome == FAILED:
        _check_adverse(attempt, feedback, seen=seen)
    now = clock.now()
    setup = plans.setup_of(attempt.achievement)
    values: dict[str, Any] = {
        "feedback": feedback,
        "confirmed_by": actor,
        "confirmed_at": now,
        "appeal_by": now + timedelta(days=setup.appeal_days),
    }
    if decision.outcome == FAILED:
        values["next_attempt_from"] = _next_from(attempt, setup, now)
    rows = Decision.everywhere.filter(pk=decision.pk, is_current=True, confirmed_at=None)
    if not rows.update(**values):
        raise Problem("", _("Somebody has confirmed or replaced this decision just now."))
    decision.refresh_from_db()
    carry_out(attempt, decision)
    note("decision.confirmed", attempt, actor=actor, via=via, outcome=decision.outcome)
    tell(attempt, "assessment_decided", key=str(decision.pk), when=decision.appeal_by)
    return decision


def _check_open(decision: Decision, attempt: Attempt) -> None:
    decision.refresh_from_db()
    if not decision.is_current or decision.confirmed_at is not None:
        raise Problem("", _("Somebody has confirmed or replaced this decision just now."))
    if attempt.state not in (Attempt.State.SUBMITTED, Attempt.State.MARKING):
        raise Problem("", _("This attempt is decided, withdrawn or does not count any more."))
    if attempt.misconduct.filter(state=Misconduct.State.OPEN).exists():
        raise Problem("", _("A case is open about this attempt; decide that first."))


def _check_adverse(attempt: Attempt, feedback: str, *, seen: bool) -> None:
    """Nobody fails unread, unheard or without a word."""
    if not seen:
        raise Problem(
            "seen", _("Open the attempt and look at the whole before you confirm a “not passed”.")
        )
    if not feedback:
        raise Problem("feedback", _("Tell the learner what was missing and what to work on."))
    if attempt.circumstances.filter(state=Circumstance.State.OPEN).exists():
        raise Problem(
            "", _("The learner has told of circumstances; answer them before this is decided.")
        )


def _next_from(attempt: Attempt, setup: Any, now: datetime) -> datetime | None:
    if attempts_left(attempt.achievement, attempt.candidate, attempt.version) == 0:
        return None
    begins: datetime = now + timedelta(days=setup.resit_wait_days)
    return begins


def carry_out(attempt: Attempt, decision: Decision) -> None:
    """What was decided is written to the attempt and its application."""
    attempt.state = Attempt.State.DECIDED
    attempt.scores = decision.scores
    attempt.total, attempt.cut = decision.total, decision.cut
    attempt.passed = decision.outcome == PASSED
    attempt.sat_on = attempt.sat_on or (attempt.submitted_at or attempt.opened_at).date()
    fields = ["state", "scores", "total", "cut", "passed", "sat_on"]
    attempt.save(update_fields=fields)
    over = (
        attempt.passed
        or attempts_left(attempt.achievement, attempt.candidate, attempt.version) == 0
    )
    if over and attempt.application_id and attempt.purpose in COUNTING:
        Application.everywhere.filter(
            pk=attempt.application_id, state=Application.State.ACCEPTED
        ).update(state=Application.State.FINISHED)


def award_or_leave(decision: Decision, *, actor: Any = None) -> bool:
    """The credential, now if it can be signed, else by the duty; whether it was awarded."""
    if decision.outcome != PASSED or decision.attempt.purpose not in COUNTING:
        return False
    try:
        awarding_from.award_for(decision, actor=actor)
    except StackmarkError:
        return False
    return True


def confirm_passes(
    decisions: Iterable[Decision], *, actor: Any
) -> tuple[list[Decision], list[tuple[Decision, str]]]:
    """Many at once: passes only. What could not be confirmed comes back with the sentence why."""
    done: list[Decision] = []
    left: list[tuple[Decision, str]] = []
    for one in decisions:
        try:
            if one.outcome != PASSED:
                raise Problem("", _("A “not passed” is confirmed on the attempt's own page."))
            done.append(confirm(one, actor=actor))
        except (StackmarkError, PermissionDenied) as error:
            left.append((one, getattr(error, "detail", "") or str(error)))
    return done, left


@transaction.atomic
def moderate(
    attempt: Attempt,
    *,
    actor: Any,
    levels: Mapping[str, Mapping[str, str]],
    points: Mapping[str, float],
    reason: str,
) -> Decision:
    """The meeting changes what is proposed, before anybody confirmed it; with its reason."""
    permit(actor, attempt)
    attempt = locked(attempt)
    reason = words("reason", reason, needed=_("Say why the meeting changes this."))
    there = Decision.everywhere.filter(attempt=attempt, is_current=True).first()
    if there is None or there.confirmed_at is not None:
        raise Problem("", _("Only a decision that is proposed and not confirmed can be moderated."))
    scored = scoring.score(plans.plan_of(attempt.version), levels, points)
    if scored.missing:
        raise Problem(scored.missing[0], _("Not everything has its level."))
    made = propose(attempt, scored, levels, basis="moderated", reason=reason)
    if made is None:
        raise Problem("", _("No pass mark is set, so nothing can be decided yet."))
    note("decision.moderated", attempt, actor=actor)
    return made
