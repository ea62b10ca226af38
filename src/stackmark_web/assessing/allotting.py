"""Who marks what: first and second markings, who may take them, what follows from them.

A second marker is always another person, and sees nothing of the first one's marks. Nobody marks
themself, a candidate they have a conflict with, or a script they marked already.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from stackmark_web import clock
from stackmark_web.assessing import plans, sampling
from stackmark_web.assessing.models import Attempt, Conflict, Decision, FactsPanel, Marking
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may

# Taken for the standard error of measurement until figures give one: percent of the total.
USUAL_SEM: Final = 5.0
FORGETTING: Final = timedelta(days=180)  # who marked a script gets it blind again no sooner
OPEN: Final = (Marking.State.OPEN, Marking.State.DRAFT)
_SEM_CODES: Final = ("sem", "sem-at-cut", "sem_at_cut", "conditional-sem", "conditional_sem")


def allot(attempt: Attempt) -> None:
    """The markings of an attempt that was just handed in; called in its transaction."""
    if _live(attempt).exists():
        return
    add(attempt, Marking.Kind.FIRST)
    why = _second_from_the_start(attempt)
    if why is not None:
        add(attempt, Marking.Kind.SECOND, why)


def _second_from_the_start(attempt: Attempt) -> Marking.Why | None:
    plan = plans.plan_of(attempt.version)
    if plan is not None and (plan.markers or 1) > 1:
        return Marking.Why.PLAN
    drawn = sampling.is_drawn(attempt, plans.setup_of(attempt.achievement))
    return Marking.Why.SAMPLE if drawn else None


def add(attempt: Attempt, kind: str, why: str = Marking.Why.ALWAYS) -> Marking:
    """A marking that waits for somebody to take it."""
    now = clock.now()
    days = plans.setup_of(attempt.achievement).marking_days
    made: Marking = Marking.everywhere.create(
        organisation=attempt.organisation,
        attempt=attempt,
        kind=kind,
        why=why,
        allotted_at=now,
        due_at=now + timedelta(days=days),
    )
    return made


def _live(attempt: Attempt) -> QuerySet[Marking]:
    return Marking.everywhere.filter(attempt=attempt).exclude(state=Marking.State.WITHDRAWN)


def live_by_kind(attempt: Attempt) -> dict[str, Marking]:
    """First, second and adjudicating marking, as far as they are there."""
    kinds = (Marking.Kind.FIRST, Marking.Kind.SECOND, Marking.Kind.ADJUDICATION)
    return {one.kind: one for one in _live(attempt).filter(kind__in=kinds)}


# -- the standard error -----------------------------------------------------------------------


def sem_of(achievement: Any) -> tuple[float, bool]:
    """The SEM in percent of the total, and whether figures gave it (else a stated usual one)."""
    panel = FactsPanel.everywhere.filter(achievement=achievement).order_by("-number").first()
    for row in panel.summary if panel else ():
        value = row.get("value")
        if row.get("code") in _SEM_CODES and isinstance(value, int | float):
            return float(value), True
    return USUAL_SEM, False


def is_near(scores: dict[str, float | None], total: float | None, cut: Any, sem: float) -> bool:
    """Whether the total lies within one SEM of the cut, or a component of its own minimum."""
    if total is not None and cut.total is not None and abs(total - cut.total) <= sem:
        return True
    pairs = ((scores.get(name), least) for name, least in cut.components.items())
    return any(score is not None and abs(score - least) <= sem for score, least in pairs)


# -- who may --------------------------------------------------------------------------------


def has_conflict(user: Any, attempt: Attempt) -> bool:
    """Whether a person declared, or was declared, too near to this candidate."""
    if attempt.learner_id is not None and attempt.learner_id == user.pk:
        return True
    return Conflict.everywhere.filter(marker=user, candidate=attempt.candidate).exists()


def had_part(user: Any, attempt: Attempt) -> bool:
    """Whether a person marked this attempt or confirmed a decision about it."""
    marked = Marking.everywhere.filter(attempt=attempt, marker=user).exclude(
        kind=Marking.Kind.ANCHOR
    )
    decided = Decision.everywhere.filter(attempt=attempt, confirmed_by=user)
    return marked.exists() or decided.exists()


def may_take(user: Any, marking: Marking) -> bool:
    """Whether this person may mark this."""
    attempt = marking.attempt
    if not may(user, Permission.ASSESS, attempt.organisation) or has_conflict(user, attempt):
        return False
    return not _met(user).filter(pk=marking.pk).exists()


def open_to(user: Any, rows: QuerySet[Marking]) -> QuerySet[Marking]:
    """Of these markings those without a marker that this person may take."""
    candidates = Conflict.everywhere.filter(marker=user).values("candidate")
    free = rows.filter(marker=None, state=Marking.State.OPEN)
    free = free.exclude(attempt__learner=user).exclude(attempt__candidate__in=candidates)
    return free.exclude(pk__in=_met(user).values("pk"))


def _met(user: Any) -> QuerySet[Marking]:
    """Markings of scripts this person has met in a way that rules them out."""
    mine = Marking.everywhere.filter(marker=user)
    ever = mine.exclude(kind=Marking.Kind.ANCHOR).values("attempt")
    lately = mine.filter(
        Q(submitted_at=None) | Q(submitted_at__gt=clock.now() - FORGETTING)
    ).values("attempt")
    decided = Decision.everywhere.filter(confirmed_by=user).values("attempt")
    anchor = Q(kind=Marking.Kind.ANCHOR)
    fresh = Q(kind__in=(Marking.Kind.APPEAL, Marking.Kind.ADJUDICATION))
    return Marking.everywhere.filter(
        (anchor & Q(attempt__in=lately))
        | (~anchor & Q(attempt__in=ever))
        | (fresh & Q(attempt__in=decided))
    )


def release_left() -> int:
    """What lies with people who may not mark any more waits for somebody else again.

    A begun marking is withdrawn and a new one takes its place; what was marked stays.
    """
    rows = Marking.everywhere.filter(state__in=OPEN, marker__isnull=False)
    left = [
        one
        for one in rows.select_related("marker", "organisation", "attempt__achievement")
        if not may(one.marker, Permission.ASSESS, one.organisation)
    ]
    for one in left:
        replace(one)
    return len(left)


def replace(marking: Marking) -> Marking:
    """Withdraw a marking that is not handed in, and let the same wait for somebody else."""
    Marking.everywhere.filter(pk=marking.pk, state__in=OPEN).update(state=Marking.State.WITHDRAWN)
    return add(marking.attempt, marking.kind, marking.why)
