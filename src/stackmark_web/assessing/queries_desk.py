"""Reads for the desk: the queue, what is to decide, cases, scripts under codes instead of names."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import Http404

from stackmark_web import clock
from stackmark_web.assessing import allotting, artefacts, plans
from stackmark_web.assessing.models import (
    Adjustment,
    Application,
    Artefact,
    Attempt,
    Circumstance,
    Conflict,
    Decision,
    MarkAppeal,
    Marking,
    Misconduct,
    Moderation,
)
from stackmark_web.catalogue.models import Achievement
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission
from stackmark_web.tenancy.queries import lineage

SHOWN: Final = 200
PICTURES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif")
_PARTS: Final = ("attempt__achievement", "attempt__version", "attempt__organisation")
_ATTEMPT: Final = ("achievement", "version", "organisation")


def code_of(thing: Any) -> str:
    """What a script is called where no name is shown; two markings of one script differ."""
    return hashlib.sha256(f"script {thing.pk}".encode()).hexdigest()[:6].upper()


# -- the queue ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A marking in the queue: nothing tells which of several it is, or whose the work is."""

    marking: Marking
    code: str
    title: str
    due: Any
    is_late: bool
    is_begun: bool
    is_third: bool  # an adjudication shows other people's marks, so it cannot be hidden


def _row(marking: Marking) -> Row:
    return Row(
        marking,
        code_of(marking),
        marking.attempt.version.title,
        marking.due_at,
        marking.due_at is not None and marking.due_at < clock.now(),
        marking.state == Marking.State.DRAFT,
        marking.kind == Marking.Kind.ADJUDICATION,
    )


def mine(user: Any, place: Organisation, *, achievement: str = "") -> list[Row]:
    """What this person took and has not handed in, the most urgent first."""
    rows = _open(place, achievement).filter(marker=user)
    return [_row(one) for one in rows[:SHOWN]]


def to_take(user: Any, place: Organisation, *, achievement: str = "") -> list[Row]:
    """What waits for somebody and this person may mark; of each script one."""
    rows = allotting.open_to(user, _open(place, achievement))
    seen: set[Any] = set()
    found = []
    for one in rows[: 2 * SHOWN]:
        if one.attempt_id not in seen:
            seen.add(one.attempt_id)
            found.append(_row(one))
    return found[:SHOWN]


def _open(place: Organisation, achievement: str) -> QuerySet[Marking]:
    rows: QuerySet[Marking] = Marking.objects.within(place).filter(state__in=allotting.OPEN)
    if achievement:
        rows = rows.filter(attempt__achievement_id=achievement)
    return rows.select_related(*_PARTS).order_by("due_at", "pk")


def achievements_here(place: Organisation) -> list[tuple[str, str]]:
    """The achievements somebody is or was assessed for here, by title."""
    ids = Attempt.objects.within(place).filter(source=None).values("achievement").distinct()
    rows = Achievement.objects.within(place).filter(pk__in=ids).select_related("current")
    return sorted(((str(one.pk), title_of(one)) for one in rows), key=lambda pair: pair[1])


def title_of(achievement: Any) -> str:
    """The name of an achievement now."""
    return str(getattr(achievement.current, "title", ""))


def marking_of(user: Any, place: Organisation, pk: uuid.UUID) -> Marking:
    """A marking this person may see: theirs, or one they could take; 404 for any other."""
    rows = Marking.objects.within(place).select_related(*_PARTS).filter(pk=pk)
    found: Marking | None = rows.exclude(state=Marking.State.WITHDRAWN).first()
    if found is None or allotting.has_conflict(user, found.attempt):
        raise Http404("There is nothing here.")
    if found.marker_id == user.pk:
        return found
    if found.marker_id is None and allotting.may_take(user, found):
        return found
    raise Http404("There is nothing here.")


# -- attempts and decisions -----------------------------------------------------------------


def attempt_of(user: Any, place: Organisation, pk: uuid.UUID) -> Attempt:
    """An attempt that was handed in; 404 for who has a conflict, and for their own."""
    rows = Attempt.objects.within(place).select_related(*_ATTEMPT).filter(pk=pk, source=None)
    found: Attempt | None = rows.exclude(state=Attempt.State.OPEN).first()
    if found is None or allotting.has_conflict(user, found):
        raise Http404("There is nothing here.")
    return found


def is_hidden_from(user: Any, attempt: Attempt) -> bool:
    """Whether marks stay covered: somebody may still mark this blind, whoever it will be."""
    rows = Marking.everywhere.filter(attempt=attempt, state__in=allotting.OPEN)
    blind = (Marking.Kind.FIRST, Marking.Kind.SECOND, Marking.Kind.APPEAL)
    return rows.filter(Q(kind__in=blind) | Q(kind=Marking.Kind.ANCHOR, marker=user)).exists()


def to_decide(user: Any, place: Organisation) -> list[Decision]:
    """Proposals that wait for a person, the oldest first."""
    rows = Decision.objects.within(place).filter(
        is_current=True,
        confirmed_at=None,
        attempt__state__in=(Attempt.State.SUBMITTED, Attempt.State.MARKING),
    )
    near = Conflict.everywhere.filter(marker=user).values("candidate")
    rows = rows.exclude(attempt__candidate__in=near).exclude(attempt__learner=user)
    return list(rows.select_related(*_PARTS).order_by("proposed_at")[:SHOWN])


def decided(user: Any, place: Organisation) -> list[Decision]:
    """The latest confirmed decisions."""
    rows = Decision.objects.within(place).filter(
        is_current=True, confirmed_at__isnull=False, attempt__source=None
    )
    near = Conflict.everywhere.filter(marker=user).values("candidate")
    rows = rows.exclude(attempt__candidate__in=near).exclude(attempt__learner=user)
    return list(rows.select_related(*_PARTS, "award").order_by("-confirmed_at")[:20])


def in_marking(user: Any, place: Organisation) -> list[Attempt]:
    """Attempts that are handed in and have no proposal yet."""
    rows = Attempt.objects.within(place).filter(
        state__in=(Attempt.State.SUBMITTED, Attempt.State.MARKING), source=None
    )
    near = Conflict.everywhere.filter(marker=user).values("candidate")
    rows = rows.exclude(candidate__in=near).exclude(learner=user)
    rows = rows.exclude(decisions__is_current=True)
    return list(rows.select_related(*_ATTEMPT).order_by("submitted_at")[:SHOWN])


def markings_shown(attempt: Attempt) -> list[Marking]:
    """The finished markings of an attempt in the order they were handed in, blind ones left out."""
    rows = Marking.everywhere.filter(attempt=attempt, state=Marking.State.SUBMITTED)
    return list(rows.exclude(kind=Marking.Kind.ANCHOR).order_by("submitted_at", "pk"))


def award_of(attempt: Attempt) -> Any:
    """The credential that came of an attempt, by any of its decisions."""
    rows = Decision.everywhere.filter(attempt=attempt, award__isnull=False)
    return next((one.award for one in rows.select_related("award")), None)


def kept_count(achievement: Any) -> int:
    """How many scripts of an achievement are kept to be marked again."""
    count: int = Attempt.everywhere.filter(achievement=achievement, is_archived=True).count()
    return count


# -- what was handed in ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A thing handed in, as a marker sees it."""

    artefact: Artefact
    number: int
    label: str  # the learner's own file name only where marking is not blind
    is_picture: bool
    is_lost: bool

    @property
    def is_open(self) -> bool:
        """Whether it may be opened."""
        return self.artefact.state in (Artefact.State.KEPT, Artefact.State.REENCODED)


def pieces_of(attempt: Attempt) -> dict[str, list[Piece]]:
    """What was handed in, by component."""
    blind = plans.setup_of(attempt.achievement).is_blind
    found: dict[str, list[Piece]] = {}
    for number, one in enumerate(attempt.artefacts.all(), 1):
        found.setdefault(one.component, []).append(_piece(one, number, blind=blind))
    return found


def _piece(one: Artefact, number: int, *, blind: bool) -> Piece:
    picture = one.state == Artefact.State.REENCODED and one.media_type in PICTURES
    gone = one.kind == Artefact.Kind.FILE and artefacts.stored(one) is None
    label = "" if blind and one.kind == Artefact.Kind.FILE else one.name
    return Piece(one, number, label, picture, gone)


def artefact_of(attempt: Attempt, pk: uuid.UUID) -> Artefact:
    """One thing handed in with this attempt."""
    found: Artefact | None = attempt.artefacts.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


# -- people's matters -----------------------------------------------------------------------


def applications(place: Organisation) -> QuerySet[Application]:
    """Those that wait for an answer."""
    rows: QuerySet[Application] = Application.objects.within(place).filter(
        state=Application.State.APPLIED
    )
    return rows.select_related("version", "achievement").order_by("applied_at")


def application_of(place: Organisation, pk: uuid.UUID) -> Application:
    """One of them; 404 for any other."""
    return _one(Application.objects.within(place).select_related("version", "achievement"), pk)


def circumstances(place: Organisation) -> QuerySet[Circumstance]:
    """Open ones first."""
    rows: QuerySet[Circumstance] = Circumstance.objects.within(place)
    return rows.select_related("attempt__version").order_by("-decided_at", "told_at")


def misconduct(place: Organisation) -> QuerySet[Misconduct]:
    """Cases of misconduct."""
    rows: QuerySet[Misconduct] = Misconduct.objects.within(place)
    return rows.select_related("attempt__version").order_by("raised_at")


def adjustments(place: Organisation) -> QuerySet[Adjustment]:
    """Adjustments asked for."""
    rows: QuerySet[Adjustment] = Adjustment.objects.within(place)
    return rows.select_related("application__version").order_by("asked_at")


def appeals(place: Organisation) -> QuerySet[MarkAppeal]:
    """Appeals against decisions."""
    rows: QuerySet[MarkAppeal] = MarkAppeal.objects.within(place)
    return rows.select_related("decision__attempt__version").order_by("due_at")


def case_of(model: Any, user: Any, place: Organisation, pk: uuid.UUID) -> Any:
    """A case about an attempt; 404 for who has a conflict with the candidate."""
    found = _one(model.objects.within(place), pk)
    attempt = found.decision.attempt if isinstance(found, MarkAppeal) else found.attempt
    if allotting.has_conflict(user, attempt):
        raise Http404("There is nothing here.")
    return found


def adjustment_of(place: Organisation, pk: uuid.UUID) -> Adjustment:
    """One adjustment."""
    return _one(Adjustment.objects.within(place).select_related("application__version"), pk)


def moderations(place: Organisation) -> QuerySet[Moderation]:
    """Meetings, the newest first."""
    rows: QuerySet[Moderation] = Moderation.objects.within(place)
    return rows.select_related("achievement__current").order_by("-held_on", "-pk")


def moderation_of(place: Organisation, pk: uuid.UUID) -> Moderation:
    """One meeting."""
    return _one(Moderation.objects.within(place).select_related("achievement__current"), pk)


def _one(rows: Any, pk: uuid.UUID) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits, by where it is done."""

    decide: int
    applications: int
    cases: int
    appeals: int


def counts(user: Any, place: Organisation) -> Counts:
    """Open matters of each kind."""
    return Counts(
        len(to_decide(user, place)),
        applications(place).count(),
        circumstances(place).filter(state="open").count()
        + misconduct(place).filter(state="open").count()
        + adjustments(place).filter(state="asked").count(),
        appeals(place).filter(state="open").count(),
    )


def markers_of(place: Organisation) -> list[Any]:
    """The people who may assess here, by name."""
    roles = [role for role, rights in ROLE_PERMISSIONS.items() if Permission.ASSESS in rights]
    rows = get_user_model().objects.filter(
        roles__organisation__in=lineage(place),
        roles__role__in=roles,
        roles__ended_at=None,
        is_active=True,
    )
    return list(rows.distinct().order_by("name", "email"))
