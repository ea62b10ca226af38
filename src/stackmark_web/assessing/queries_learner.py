"""What a learner sees of their own assessments, in plain words; nobody else's ever."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark.model.assessment_plan import Component, Criterion
from stackmark_web import clock
from stackmark_web.assessing import plans
from stackmark_web.assessing.actions import applying, submitting, telling
from stackmark_web.assessing.deadlines import due_of
from stackmark_web.assessing.models import (
    Application,
    Artefact,
    Attempt,
    Conflict,
    Decision,
    Marking,
    Misconduct,
)
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may
from stackmark_web.ui.text import best_text

_COUNTED = (
    Marking.Kind.FIRST,
    Marking.Kind.SECOND,
    Marking.Kind.ADJUDICATION,
    Marking.Kind.APPEAL,
)
_S = Attempt.State


# -- one's own ---------------------------------------------------------------------------------


def applications_of(user: Any) -> Any:
    """A person's applications, newest first."""
    rows = Application.everywhere.filter(learner=user)
    return rows.select_related("organisation", "achievement", "version").prefetch_related(
        "attempts", "adjustments"
    )


def application_of(user: Any, pk: uuid.UUID) -> Application:
    """One of them; ``Http404`` for anybody else's."""
    found: Application | None = applications_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def attempts_of(user: Any) -> Any:
    """A person's attempts, oldest first."""
    rows = Attempt.everywhere.filter(learner=user)
    return rows.select_related("organisation", "achievement", "version", "application")


def attempt_of(user: Any, pk: uuid.UUID) -> Attempt:
    """One of them; ``Http404`` for anybody else's."""
    found: Attempt | None = attempts_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def open_application(user: Any, achievement: Any) -> Application | None:
    """The application that is open for an achievement."""
    rows = Application.everywhere.filter(achievement=achievement, learner=user)
    found: Application | None = rows.filter(state__in=("applied", "accepted")).first()
    return found


def decision_of(attempt: Attempt) -> Decision | None:
    """The confirmed decision in force; nothing is shown before a person confirmed it."""
    rows = Decision.everywhere.filter(attempt=attempt, is_current=True)
    found: Decision | None = rows.filter(confirmed_at__isnull=False).first()
    return found


# -- where it stands ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """Where something stands and what comes next. ``view`` and ``label`` are the next step."""

    tone: str
    label: str
    text: str
    view: str = ""
    action: str = ""
    by: datetime | None = None


def standing_of_application(application: Application) -> Standing:
    """The same of an application, by its last attempt where there is one."""
    state = application.state
    if state == Application.State.APPLIED:
        return Standing("info", application.get_state_display(), _("They will answer you."))
    if state == Application.State.REFUSED:
        return Standing("warning", application.get_state_display(), application.answer)
    if state == Application.State.WITHDRAWN:
        return Standing("neutral", application.get_state_display(), _("You can apply again."))
    last = application.attempts.order_by("-number").first()
    if last is None:
        return Standing("success", application.get_state_display(), _("You can begin."))
    return standing_of(last)


def standing_of(attempt: Attempt) -> Standing:
    """Where an attempt stands, in plain words."""
    if attempt.state == _S.OPEN:
        return _being_prepared(attempt)
    if attempt.state in (_S.SUBMITTED, _S.MARKING):
        text = _("Somebody marks it. You see the decision and the comments here.")
        if _open_case(attempt) is not None:
            text = _("There is a question about how it was made. Read it and answer.")
            return Standing("warning", _("Your answer is asked for"), text)
        return Standing("info", attempt.get_state_display(), text)
    decision = decision_of(attempt)
    if attempt.state == _S.DECIDED and decision is not None:
        if decision.outcome == Decision.Outcome.PASSED:
            text = _("Your credential is on its way to your passport, or there already.")
            return Standing("success", decision.get_outcome_display(), text)
        text = _("See what was good, what was missing, and when you can try again.")
        return Standing("warning", decision.get_outcome_display(), text)
    if attempt.state == _S.DECIDED:
        return Standing("info", _("Being marked"), _("A person still has to confirm it."))
    return Standing("neutral", attempt.get_state_display(), _("It does not use up an attempt."))


def _being_prepared(attempt: Attempt) -> Standing:
    due = due_of(attempt)
    if due is not None and due <= clock.now():
        text = _("If something kept you from it, tell them; they can give you more time.")
        return Standing("warning", _("The deadline is over"), text, by=due)
    text = _("Hand in your work; only then anybody sees it.")
    return Standing("accent", attempt.get_state_display(), text, by=due)


def _open_case(attempt: Attempt) -> Misconduct | None:
    found: Misconduct | None = Misconduct.everywhere.filter(
        attempt=attempt, state=Misconduct.State.OPEN, answered_at=None
    ).first()
    return found


# -- what is asked for -------------------------------------------------------------------------


@dataclass(slots=True)
class Part:
    """A component as its learner meets it: what is asked, the rubric, what is there already."""

    component: Component
    name: str
    takes: frozenset[str]
    pieces: list[Artefact] = field(default_factory=list)
    text: str = ""
    weight: int | None = None  # percent of the whole


def parts_of(attempt: Attempt) -> list[Part]:
    """Every component of the plan in its order; those without submissions ask for nothing."""
    plan = plans.plan_of(attempt.version)
    if plan is None:
        return []
    pieces = list(attempt.artefacts.all())
    whole = sum(float(one.weight or 1) for one in plan.components)
    made = []
    for one in plan.components:
        mine = [piece for piece in pieces if piece.component == one.id]
        text = next((piece.text for piece in mine if piece.kind == Artefact.Kind.TEXT), "")
        share = round(100 * float(one.weight or 1) / whole)
        takes = frozenset(one.submissions)
        made.append(Part(one, best_text(one.name), takes, mine, text, share))
    return made


# -- feedback ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """A criterion, the level reached, and what the markers wrote of it."""

    name: str
    level: str
    description: str
    comments: list[str]
    next_level: str = ""


@dataclass(frozen=True, slots=True)
class PartFeedback:
    """A component: percent reached, percent it needs by itself, its criteria, comments."""

    name: str
    score: float | None
    needs: float | None
    looked: list[Looked]
    comments: list[str]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a learner learns of a decision."""

    decision: Decision
    parts: list[PartFeedback]
    comments: list[str]
    attempts_left: int | None
    next_from: datetime | None
    appeal_until: datetime | None
    may_appeal: bool


def feedback_on(attempt: Attempt) -> Feedback | None:
    """Levels, comments, scores and what comes next; None before a decision is confirmed."""
    decision = decision_of(attempt)
    if decision is None:
        return None
    plan = plans.plan_of(attempt.version)
    markings = list(
        Marking.everywhere.filter(
            attempt=attempt, state=Marking.State.SUBMITTED, kind__in=_COUNTED
        ).order_by("submitted_at")
    )
    failed = decision.outcome == Decision.Outcome.FAILED
    application = attempt.application
    return Feedback(
        decision,
        [_part(one, decision, markings) for one in (plan.components if plan else ())],
        [one.comment for one in markings if one.comment.strip()],
        applying.attempts_left(attempt.achievement, attempt.candidate, attempt.version)
        if failed
        else None,
        applying.next_from(application) if failed and application else None,
        telling.appeal_until(decision),
        telling.may_appeal(decision),
    )


def _part(component: Component, decision: Decision, markings: list[Marking]) -> PartFeedback:
    levels = decision.levels.get(component.id) or {}
    return PartFeedback(
        best_text(component.name),
        decision.scores.get(component.id),
        float(component.minimum) if component.minimum else None,
        [
            _looked(one, levels.get(one.id, ""), _comments(markings, f"{component.id}/{one.id}"))
            for one in component.criteria
        ],
        _comments(markings, component.id),
    )


def _looked(criterion: Criterion, level: str, comments: list[str]) -> Looked:
    names = [one.id for one in criterion.levels]
    if level not in names:
        return Looked(best_text(criterion.name), "", "", comments)
    at = names.index(level)
    found = criterion.levels[at]
    above = criterion.levels[at + 1] if at + 1 < len(names) else None
    return Looked(
        best_text(criterion.name),
        best_text(found.name),
        best_text(found.description),
        comments,
        best_text(above.description) if above else "",
    )


def _comments(markings: list[Marking], key: str) -> list[str]:
    found = [str(one.comments.get(key) or "").strip() for one in markings]
    return [one for one in found if one]


# -- who may open evidence ---------------------------------------------------------------------


def artefact_for(user: Any, pk: uuid.UUID) -> Artefact:
    """A piece of evidence this person may open; ``Http404`` for everybody else.

    Its holder always. After submission: who marks it and the desk, unless they have a conflict of
    interest; who handles awards, once it led to one. Drafts are their holder's alone.
    """
    found = Artefact.objects.select_related("attempt__organisation").filter(pk=pk).first()
    if found is None or not _may_open(user, found):
        raise Http404("There is nothing here.")
    return found


def _may_open(user: Any, artefact: Artefact) -> bool:
    attempt = artefact.attempt
    if attempt.learner_id is not None and attempt.learner_id == user.pk:
        return True
    if attempt.submitted_at is None or in_conflict(user, attempt):
        return False
    if may(user, Permission.ASSESS, attempt.organisation):
        return True
    if Marking.everywhere.filter(
        ~Q(state=Marking.State.WITHDRAWN), attempt=attempt, marker=user
    ).exists():
        return True
    awarded = Decision.everywhere.filter(attempt=attempt, award__isnull=False).exists()
    return awarded and may(user, Permission.AWARDS_VIEW, attempt.organisation)


def in_conflict(user: Any, attempt: Attempt) -> bool:
    """Whether somebody has a conflict of interest with the candidate of an attempt."""
    rows = Conflict.everywhere.filter(marker=user, candidate=attempt.candidate)
    return bool(rows.exists())


def evidence_of_award(award: Any) -> list[Artefact]:
    """What was handed in for the decision an award comes from, for its holder to show."""
    rows = Artefact.objects.filter(attempt__decisions__award=award)
    hidden = (Artefact.State.QUARANTINED, Artefact.State.REFUSED, Artefact.State.ERASED)
    return list(rows.exclude(state__in=hidden).select_related("attempt").distinct())


# -- whether one can apply ---------------------------------------------------------------------


def takes_applications(version: Any) -> bool:
    """Whether people can apply to be assessed for this version now."""
    achievement = version.achievement
    if achievement.current_id != version.pk or achievement.retired_at is not None:
        return False
    return bool(plans.setup_of(achievement).takes_applications and plans.is_assessable(version))


def attempts_left(user: Any, achievement: Any) -> int | None:
    """How many attempts a person may still begin; None for as many as wanted."""
    return applying.attempts_left(achievement, candidate_of(achievement.organisation, user))


def asked_for(attempt: Attempt) -> list[str]:
    """Names of the parts for which nothing is handed in yet."""
    there = set(attempt.artefacts.values_list("component", flat=True))
    return [best_text(one.name) for one in submitting.asked_for(attempt) if one.id not in there]
