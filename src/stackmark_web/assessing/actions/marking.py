"""Taking, giving back, drafting and handing in a marking; what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import agreement, allotting, cuts, plans, scoring
from stackmark_web.assessing.actions import deciding
from stackmark_web.assessing.actions._desk import locked, note, permit
from stackmark_web.assessing.models import Artefact, Attempt, Conflict, Marking
from stackmark_web.assessing.pseudonyms import marker_code
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

OPEN: Final = allotting.OPEN
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Marks:
    """What a marker put down; any of it may be missing in a draft."""

    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    note: str = ""


@transaction.atomic
def take(marking: Marking, *, actor: Any) -> Marking:
    """Mark it oneself; the first who asks gets it. Raises ``Problem``, ``PermissionDenied``."""
    permit(actor, marking.attempt)
    attempt = locked(marking.attempt)
    if not allotting.may_take(actor, marking):
        raise PermissionDenied(_("You have met this script already; a colleague marks it."))
    code = marker_code(attempt.organisation, actor)
    rows = Marking.everywhere.filter(pk=marking.pk, marker=None, state=Marking.State.OPEN)
    if not rows.update(marker=actor, marker_code=code):
        raise Problem("", _("Somebody else has just taken this script."))
    marking.refresh_from_db()
    note("marking.taken", attempt, actor=actor)
    return marking


@transaction.atomic
def give_back(marking: Marking, *, actor: Any) -> None:
    """Let it wait for somebody else; what was drafted is thrown away."""
    _own(marking, actor)
    rows = Marking.everywhere.filter(pk=marking.pk, marker=actor, state__in=OPEN)
    cleared = {"levels": {}, "points": {}, "comments": {}, "comment": "", "note": ""}
    if not rows.update(marker=None, marker_code="", state=Marking.State.OPEN, **cleared):
        raise Problem("", _("It is marked already."))
    note("marking.given-back", marking.attempt, actor=actor)


def _own(marking: Marking, actor: Any) -> None:
    permit(actor, marking.attempt)
    if marking.marker_id != actor.pk:
        raise PermissionDenied(_("Somebody else marks this script."))


@transaction.atomic
def save_draft(marking: Marking, *, actor: Any, marks: Marks, revision: int) -> Marking:
    """Keep what is there so far. Raises ``Problem`` when it was saved elsewhere meanwhile."""
    _own(marking, actor)
    plan = plans.plan_of(marking.attempt.version)
    kept = _kept(plan, marks)
    _store(marking, revision, state=Marking.State.DRAFT, **kept)
    _begin(marking.attempt)
    return marking


def _store(marking: Marking, revision: int, **values: Any) -> None:
    rows = Marking.everywhere.filter(pk=marking.pk, revision=revision, state__in=OPEN)
    if not rows.update(revision=revision + 1, **values):
        marking.refresh_from_db()
        if marking.state not in OPEN:
            raise Problem("", _("It is marked already; nothing was changed."))
        raise Problem(
            "revision",
            _("This script was saved in another window meanwhile. Open it anew, then go on."),
        )
    marking.refresh_from_db()


def _begin(attempt: Attempt) -> None:
    Attempt.everywhere.filter(pk=attempt.pk, state=Attempt.State.SUBMITTED).update(
        state=Attempt.State.MARKING
    )


def _kept(plan: Any, marks: Marks) -> dict[str, Any]:
    """Only what the plan knows, each level and number as it may be."""
    if plan is None:
        raise Problem("", _("This version has no assessment plan; there is nothing to mark by."))
    return {
        "levels": _levels(plan, marks.levels),
        "points": _points(plan, marks.points),
        "comments": {name: words(name, text) for name, text in marks.comments.items() if text},
        "comment": words("comment", marks.comment),
        "note": words("note", marks.note),
    }


def _levels(plan: Any, levels: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    known = {
        component.id: {each.id: {level.id for level in each.levels} for each in component.criteria}
        for component in plan.components
        if component.criteria
    }
    for component, chosen in levels.items():
        for criterion, level in chosen.items():
            if level not in known.get(component, {}).get(criterion, ()):
                raise Problem(f"{component}/{criterion}", _("There is no such level."))
    return {name: dict(chosen) for name, chosen in levels.items() if chosen}


def _points(plan: Any, points: Mapping[str, float]) -> dict[str, float]:
    for name, value in points.items():
        component = plan.component(name)
        if component is None or component.criteria:
            raise Problem(name, _("There is no such part."))
        most = float(component.maximum or component.items or 0)
        if not 0 <= value <= most:
            raise Problem(name, _("Give points from 0 to %g.") % most)
    return dict(points)


@transaction.atomic
def submit_marking(marking: Marking, *, actor: Any, marks: Marks, revision: int) -> Marking:
    """Hand in, for good; every criterion has its level. What follows happens at once.

    Raises ``Problem`` with the first thing that is missing (field ``component/criterion``).
    """
    _own(marking, actor)
    attempt = locked(marking.attempt)
    plan = plans.plan_of(attempt.version)
    kept = _kept(plan, marks)
    scored = scoring.score(plan, kept["levels"], kept["points"])
    if scored.missing:
        raise Problem(scored.missing[0], _("Not everything is marked yet."))
    _store(
        marking,
        revision,
        state=Marking.State.SUBMITTED,
        submitted_at=clock.now(),
        total=scored.total,
        marker_code=marker_code(attempt.organisation, actor),
        **kept,
    )
    _begin(attempt)
    note("marking.submitted", attempt, actor=actor)
    if marking.kind in (Marking.Kind.FIRST, Marking.Kind.SECOND, Marking.Kind.ADJUDICATION):
        attempt.refresh_from_db()
        settle(attempt)
    return marking


def settle(attempt: Attempt) -> None:
    """What follows from the markings there are: another one, an adjudication, or a proposal."""
    if attempt.state not in (Attempt.State.SUBMITTED, Attempt.State.MARKING):
        return
    live = allotting.live_by_kind(attempt)
    first, second = live.get(Marking.Kind.FIRST), live.get(Marking.Kind.SECOND)
    if first is None or first.state != Marking.State.SUBMITTED:
        return
    if second is None:
        _after_first(attempt, first)
    elif second.state == Marking.State.SUBMITTED:
        _after_second(attempt, first, second, live.get(Marking.Kind.ADJUDICATION))


def settle_waiting() -> int:
    """Attempts that are wholly marked and wait for a pass mark to be set; how many went on."""
    rows = Attempt.everywhere.filter(state=Attempt.State.MARKING).exclude(
        decisions__is_current=True
    )
    rows = rows.exclude(markings__state__in=OPEN)
    return sum(_settled(one) for one in rows[:BATCH])


@transaction.atomic
def _settled(attempt: Attempt) -> bool:
    settle(locked(attempt))
    return attempt.decisions.filter(is_current=True).exists()


def _plan_and_cut(attempt: Attempt) -> tuple[Any, cuts.Cut]:
    cut = cuts.in_force(attempt.achievement, clock.now(), version=attempt.version)
    return plans.plan_of(attempt.version), cut


def _after_first(attempt: Attempt, first: Marking) -> None:
    plan, cut = _plan_and_cut(attempt)
    scored = agreement.scored_of(plan, first)
    sem, _known = allotting.sem_of(attempt.achievement)
    wanted = plans.setup_of(attempt.achievement).seconds_near_cut
    if wanted and allotting.is_near(scored.components, scored.total, cut, sem):
        allotting.add(attempt, Marking.Kind.SECOND, Marking.Why.NEAR_CUT)
        return
    deciding.propose(attempt, scored, first.levels, basis="one-marking")


def _after_second(attempt: Attempt, first: Marking, second: Marking, third: Marking | None) -> None:
    plan, cut = _plan_and_cut(attempt)
    if third is not None:
        if third.state == Marking.State.SUBMITTED:
            scored = agreement.scored_of(plan, third)
            deciding.propose(attempt, scored, third.levels, basis="adjudicated")
        return
    if agreement.must_adjudicate(plan, first, second, cut):
        allotting.add(attempt, Marking.Kind.ADJUDICATION, Marking.Why.DIFFER)
        return
    scored, levels = agreement.agreed(plan, first, second)
    deciding.propose(attempt, scored, levels, basis="agreed")


@transaction.atomic
def ask_second(attempt: Attempt, *, actor: Any) -> Marking:
    """A colleague wants a second pair of eyes before anything is decided."""
    permit(actor, attempt)
    attempt = locked(attempt)
    if attempt.state not in (Attempt.State.SUBMITTED, Attempt.State.MARKING):
        raise Problem("", _("This is decided already; an appeal can have it marked again."))
    live = allotting.live_by_kind(attempt)
    if Marking.Kind.SECOND in live:
        raise Problem("", _("A second marking is there already, or waits to be done."))
    deciding.take_back(attempt)
    made = allotting.add(attempt, Marking.Kind.SECOND, Marking.Why.ASKED)
    note("marking.second-asked", attempt, actor=actor)
    return made


@transaction.atomic
def declare_conflict(attempt: Attempt, *, actor: Any, marker: Any = None, why: str = "") -> None:
    """A person knows or taught the candidate: the two never meet at the desk.

    One declares it for oneself; for a colleague it needs the right to assess as well. What the
    person has open of this candidate goes to somebody else; what they marked stays, and is
    marked once more if nothing was decided.
    """
    marker = marker or actor
    require(actor, Permission.ASSESS, attempt.organisation)
    Conflict.everywhere.get_or_create(
        organisation=attempt.organisation,
        marker=marker,
        candidate=attempt.candidate,
        defaults={
            "why": words("why", why, limit=300),
            "declared_by": actor,
            "declared_at": clock.now(),
        },
    )
    rows = Marking.everywhere.filter(
        marker=marker, state__in=OPEN, attempt__candidate=attempt.candidate
    )
    for one in rows.select_related("attempt__achievement", "attempt__organisation"):
        allotting.replace(one)
    note("conflict.declared", attempt, actor=actor)


@transaction.atomic
def release(artefact: Artefact, *, actor: Any) -> None:
    """A file in quarantine was looked at and may be opened by who marks it."""
    _out_of_quarantine(artefact, actor, Artefact.State.KEPT, "")
    note("artefact.released", artefact.attempt, actor=actor)


@transaction.atomic
def refuse(artefact: Artefact, *, actor: Any, why: str) -> None:
    """A file in quarantine stays closed, for a reason the learner is told."""
    why = words("why", why, needed=_("Say why; the learner will read it."), limit=300)
    _out_of_quarantine(artefact, actor, Artefact.State.REFUSED, why)
    note("artefact.refused", artefact.attempt, actor=actor)


def _out_of_quarantine(artefact: Artefact, actor: Any, state: str, why: str) -> None:
    permit(actor, artefact.attempt)
    rows = Artefact.objects.filter(pk=artefact.pk, state=Artefact.State.QUARANTINED)
    if not rows.update(state=state, why=why):
        raise Problem("", _("This file is not in quarantine any more."))
    artefact.refresh_from_db()
