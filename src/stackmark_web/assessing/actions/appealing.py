"""Appeals against a decision: marked again by somebody new, decided by somebody new.

An appeal never worsens anything: scores only rise, a pass stays a pass, a credential stays.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import agreement, allotting, cuts, plans, scoring
from stackmark_web.assessing.actions import deciding
from stackmark_web.assessing.actions._desk import locked, note, permit, tell
from stackmark_web.assessing.actions.caring import make_void
from stackmark_web.assessing.models import Application, Attempt, Decision, MarkAppeal, Marking
from stackmark_web.assessing.refusing import Problem, words

REJECT, REMARKED, NOT_COUNTED = "reject", "remarked", "not-counted"
HOWS: Final = (REJECT, REMARKED, NOT_COUNTED)


def check_decider(appeal: MarkAppeal, actor: Any) -> None:
    """Only who had no part in the attempt's markings or decisions; ``PermissionDenied`` else."""
    attempt = appeal.decision.attempt
    permit(actor, attempt)
    if allotting.had_part(actor, attempt):
        raise PermissionDenied(
            _("You had a part in this attempt; somebody who had none decides the appeal.")
        )


@transaction.atomic
def ask_remarking(appeal: MarkAppeal, *, actor: Any) -> Marking:
    """A new marking by somebody who has not met the script, blind to what was marked."""
    check_decider(appeal, actor)
    _check_open(appeal)
    if remarking_of(appeal) is not None:
        raise Problem("", _("It is being marked again already."))
    made = allotting.add(appeal.decision.attempt, Marking.Kind.APPEAL, Marking.Why.ASKED)
    days = appeal.due_at - timedelta(days=3)
    if clock.now() < days < made.due_at:
        Marking.everywhere.filter(pk=made.pk).update(due_at=days)
    note("appeal.marked-again", appeal.decision.attempt, actor=actor)
    return made


def remarking_of(appeal: MarkAppeal) -> Marking | None:
    """The marking this appeal led to, if there is one."""
    rows = Marking.everywhere.filter(
        attempt=appeal.decision.attempt,
        kind=Marking.Kind.APPEAL,
        allotted_at__gte=appeal.opened_at,
    )
    found: Marking | None = rows.exclude(state=Marking.State.WITHDRAWN).last()
    return found


def _check_open(appeal: MarkAppeal) -> None:
    appeal.refresh_from_db()
    if appeal.state != MarkAppeal.State.OPEN:
        raise Problem("", _("This appeal is decided already, or was taken back."))


def decide(appeal: MarkAppeal, *, actor: Any, how: str, answer: str) -> Decision | None:
    """End an appeal: the decision stands, the new marking takes its place, or it does not count.

    Gives the new decision, if there is one; whoever passes by it gets the credential. Raises
    ``Problem``, ``PermissionDenied`` for whoever had a part.
    """
    with transaction.atomic():
        fresh = _decide(appeal, actor=actor, how=how, answer=answer)
    if fresh is not None and fresh.award_id is None:
        deciding.award_or_leave(fresh, actor=actor)
    return fresh


def _decide(appeal: MarkAppeal, *, actor: Any, how: str, answer: str) -> Decision | None:
    check_decider(appeal, actor)
    attempt = locked(appeal.decision.attempt)
    _check_open(appeal)
    if how not in HOWS:
        raise Problem("how", _("Choose how the appeal ends."))
    answer = words("answer", answer, needed=_("Give your reasons; the learner will read them."))
    fresh = _follow(appeal, attempt, how, actor)
    state = MarkAppeal.State.REJECTED if how == REJECT else MarkAppeal.State.ALLOWED
    rows = MarkAppeal.everywhere.filter(pk=appeal.pk, state=MarkAppeal.State.OPEN)
    values = {"state": state, "answer": answer, "decided_at": clock.now(), "decided_by": actor}
    if not rows.update(**values):
        raise Problem("", _("This appeal is decided already, or was taken back."))
    _drop_remarking(appeal)
    appeal.refresh_from_db()
    note("appeal.answered", attempt, actor=actor, state=state)
    tell(attempt, "assessment_appeal_decided", key=str(appeal.pk))
    return fresh


def _follow(appeal: MarkAppeal, attempt: Attempt, how: str, actor: Any) -> Decision | None:
    if how == NOT_COUNTED:
        if appeal.decision.outcome == deciding.PASSED:
            raise Problem("how", _("This attempt was passed; it goes on counting."))
        make_void(attempt)
        _open_again(attempt)
        return None
    return _replaced(appeal, attempt, actor) if how == REMARKED else None


def _drop_remarking(appeal: MarkAppeal) -> None:
    rows = Marking.everywhere.filter(
        attempt=appeal.decision.attempt, kind=Marking.Kind.APPEAL, state__in=allotting.OPEN
    )
    rows.update(state=Marking.State.WITHDRAWN)


def _open_again(attempt: Attempt) -> None:
    """The learner may begin another attempt under the same application."""
    rows = Application.everywhere.filter(
        pk=attempt.application_id, state=Application.State.FINISHED
    )
    taken = Application.everywhere.filter(
        achievement=attempt.achievement, learner=attempt.learner, state__in=("applied", "accepted")
    )
    if not taken.exists():
        rows.update(state=Application.State.ACCEPTED)


def better(
    plan: Any, old: Decision, fresh: Marking
) -> tuple[scoring.Scored, dict[str, Any]] | None:
    """The scores and levels of the new marking, if its total is higher; None when it is not.

    No component and no criterion falls below what was decided.
    """
    scored = agreement.scored_of(plan, fresh)
    if scored.total is None or (old.total is not None and scored.total <= old.total):
        return None
    parts = {
        name: max((s for s in (score, old.scores.get(name)) if s is not None), default=None)
        for name, score in scored.components.items()
    }
    levels = {
        component.id: {
            each.id: _higher(each, component.id, fresh.levels, old.levels)
            for each in component.criteria
        }
        for component in plan.components
        if component.criteria
    }
    raised = scoring.Scored(components=parts, total=scored.total, missing=())
    return raised, levels


def _higher(criterion: Any, component: str, one: Any, other: Any) -> str:
    names = [each.get(component, {}).get(criterion.id, "") for each in (one, other)]
    return max(names, key=lambda name: agreement.place_of(criterion, name) or 0)


def _replaced(appeal: MarkAppeal, attempt: Attempt, actor: Any) -> Decision:
    old, marking = appeal.decision, remarking_of(appeal)
    if marking is None or marking.state != Marking.State.SUBMITTED:
        raise Problem("how", _("It has not been marked again yet."))
    plan = plans.plan_of(attempt.version)
    found = better(plan, old, marking)
    if found is None:
        raise Problem(
            "how",
            _("The new marking is not higher; an appeal never lowers, so the decision stands."),
        )
    scored, levels = found
    cut = cuts.in_force(
        attempt.achievement, old.proposed_at, version=attempt.version
    )  # the cut they were judged by
    passed = old.outcome == deciding.PASSED or scoring.passes(plan, scored, cut)
    return _store(attempt, old, scored, levels, passed=passed, actor=actor)


def _store(
    attempt: Attempt, old: Decision, scored: Any, levels: Any, *, passed: bool, actor: Any
) -> Decision:
    """The new decision in the old one's place; a credential there is stays with it."""
    award = old.award
    Decision.everywhere.filter(attempt=attempt, is_current=True).update(is_current=False)
    Decision.everywhere.filter(pk=old.pk).update(award=None)
    now = clock.now()
    fresh: Decision = Decision.everywhere.create(
        organisation=attempt.organisation,
        attempt=attempt,
        outcome=deciding.PASSED if passed else deciding.FAILED,
        basis=Decision.Basis.APPEAL,
        scores=dict(scored.components),
        levels=levels,
        total=scored.total,
        cut=old.cut,
        cut_score=old.cut_score,
        feedback=old.feedback,
        proposed_at=now,
        confirmed_by=actor,
        confirmed_at=now,
        next_attempt_from=None if passed else old.next_attempt_from,
        award=award,
    )
    deciding.carry_out(attempt, fresh)
    note("decision.confirmed", attempt, actor=actor, outcome=fresh.outcome)
    return fresh
