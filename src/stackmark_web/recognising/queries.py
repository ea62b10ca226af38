"""Reads: a person's requests, a body's desk, decisions in force, precedents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.recognition import decision as library
from stackmark.recognition.precedents import (
    Inconsistency,
    Precedent,
    find_precedents,
    inconsistencies,
)
from stackmark_web import clock
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.recognising import comparing
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Appeal, Decision, Request, Source
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission

OPEN: Final = (Request.State.SENT, Request.State.ASKED)
MOST_PRECEDENTS: Final = 200
_TIED: Final = ("organisation", "target__organisation", "target__achievement", "reader", "user")
_DECIDED: Final = (
    *("organisation", "target__achievement", "target__organisation", "source__request"),
    *("status_list", "decided_by", "holding", "user", "replaces", "replaced_by"),
)


def _one(rows: QuerySet[Any]) -> Any:
    found = rows.first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


# -- the learner -------------------------------------------------------------------------------


def targets_of(organisation: Any) -> QuerySet[Any]:
    """What a body recognises for: its published achievements and those of its units."""
    return catalogue.versions_for_award(organisation)


def target(pk: uuid.UUID) -> Any:
    """A published version somebody wants something to count for; None for no such one."""
    rows = catalogue.listed().filter(pk=pk)
    return rows.first()


def today() -> date:
    """The day it is, for templates that compare deadlines."""
    return clock.today()


def requests_of(user: Any) -> QuerySet[Any]:
    """A person's own requests, the newest first."""
    rows = Request.everywhere.filter(user=user).select_related(*_TIED)
    return rows.prefetch_related("sources__decisions").order_by("-made_at", "pk")


def request_of(user: Any, pk: uuid.UUID) -> Request:
    """One of them; ``Http404`` for any other."""
    found: Request = _one(requests_of(user).filter(pk=pk))
    return found


def decision_to(user: Any, pk: uuid.UUID) -> Decision:
    """A decision about a person's own; ``Http404`` for any other."""
    rows = Decision.everywhere.filter(user=user, pk=pk).select_related(*_DECIDED)
    found: Decision = _one(rows)
    return found


# -- the desk ----------------------------------------------------------------------------------


def requests_to(organisation: Any) -> QuerySet[Any]:
    """What people sent to a body and its units; by deadline."""
    rows = Request.objects.within(organisation).select_related(*_TIED)
    rows = rows.exclude(state=Request.State.DRAFT).annotate(size=Count("sources"))
    return rows.order_by(F("due_on").asc(nulls_last=True), "made_at", "pk")


def request_to(organisation: Any, pk: uuid.UUID) -> Request:
    """One of them; ``Http404`` for any other."""
    found: Request = _one(requests_to(organisation).filter(pk=pk))
    return found


def source_to(organisation: Any, pk: uuid.UUID) -> Source:
    """One thing that was sent to a body; ``Http404`` for any other."""
    mine = Request.objects.within(organisation).exclude(state=Request.State.DRAFT)
    rows = Source.objects.filter(pk=pk, request__in=mine)
    related = (f"request__{name}" for name in _TIED)
    found: Source = _one(rows.select_related(*related, "holding"))
    return found


def decisions_by(organisation: Any) -> QuerySet[Any]:
    """What a body and its units decided, the newest first."""
    rows = Decision.objects.within(organisation).select_related(*_DECIDED)
    return rows.order_by("-decided_at", "pk")


def decision_by(organisation: Any, pk: uuid.UUID) -> Decision:
    """One of them; ``Http404`` for any other."""
    found: Decision = _one(decisions_by(organisation).filter(pk=pk))
    return found


def appeals_to(organisation: Any) -> QuerySet[Any]:
    """Appeals to a body; open ones first, by deadline."""
    rows = Appeal.objects.within(organisation).select_related(
        "decision__target", "decision__decided_by", "decision__source", "decided_by", "organisation"
    )
    return rows.order_by(F("decided_at").asc(nulls_first=True), "due_on", "pk")


def appeal_to(organisation: Any, pk: uuid.UUID) -> Appeal:
    """One of them; ``Http404`` for any other."""
    found: Appeal = _one(appeals_to(organisation).filter(pk=pk))
    return found


def evaluators_of(organisation: Any) -> list[Any]:
    """The people who may decide for a body, here or from above, by name."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.RECOGNISE in held]
    rows = get_user_model().objects.filter(
        is_active=True,
        roles__organisation_id__in=tenancy.lineage(organisation),
        roles__role__in=roles,
        roles__ended_at__isnull=True,
    )
    return list(rows.distinct().order_by("name", "email"))


def current(source: Source) -> Decision | None:
    """The decision about a source that no other has replaced."""
    rows = Decision.everywhere.filter(source=source, replaced_by=None)
    found: Decision | None = rows.select_related(*_DECIDED).order_by("-decided_at").first()
    return found


def open_appeal(decision: Decision | None) -> Appeal | None:
    """The appeal against a decision that waits for an answer."""
    if decision is None:
        return None
    found: Appeal | None = Appeal.everywhere.filter(
        decision=decision, state=Appeal.State.OPEN
    ).first()
    return found


def require_decidable(source: Source, request: Request, actor: Any) -> Decision | None:
    """Refuse where nothing is to be decided; the decision that a new one would replace.

    A first decision needs an open request; a second one an open appeal, and somebody else than
    who made the first. Raises ``Problem`` and ``PermissionDenied``.
    """
    before = current(source)
    if before is None:
        if not request.is_open:
            raise Problem("", _("This request is decided already, or was taken back."))
        return None
    if open_appeal(before) is None:
        raise Problem("", _("This is decided already."))
    if actor is not None and before.decided_by_id == actor.pk:
        raise PermissionDenied(_("You made the decision; somebody else answers the appeal."))
    return before


# -- what counts -------------------------------------------------------------------------------


def in_force(user: Any, organisation: Any) -> list[Decision]:
    """The decisions of an institution and its units about a person that may be relied on.

    Not among them: what was replaced, withdrawn, or fell into review. ``decision_in`` gives each
    as the library's ``Decision``, for ``recognition.holding.recognised``.
    """
    rows = Decision.objects.within(tenancy.root_of(organisation)).filter(
        user=user, withdrawn_at=None, review_since=None, replaced_by=None
    )
    return list(rows.select_related("organisation", "target", "source").order_by("-decided_at"))


def decision_in(row: Decision) -> library.Decision:
    """A stored decision as the library has it."""
    return library.Decision.from_json(row.content)


def signed_bytes(row: Decision) -> bytes:
    """A decision exactly as it was signed."""
    return bytes(row.signed)


def withdrawn(status_list: Any) -> Iterable[int]:
    """The indexes on a list of decisions that were withdrawn or replaced."""
    gone = Q(withdrawn_at__isnull=False) | Q(replaced_by__isnull=False)
    rows = Decision.everywhere.filter(gone, status_list=status_list)
    return list(rows.values_list("status_index", flat=True))


def is_overdue(day: date | None) -> bool:
    """Whether a deadline is over."""
    return day is not None and day < clock.today()


# -- precedents --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Precedents:
    """Earlier decisions of the house about the same, each with its row, and where they disagree."""

    found: tuple[tuple[Precedent, Decision], ...]
    odd: tuple[Inconsistency, ...]
    rows: Mapping[int, Decision]

    def row(self, decided: library.Decision) -> Decision:
        """The stored row of a decision among these."""
        return self.rows[id(decided)]


def precedents_for(source: Source) -> Precedents:
    """What the institution decided before about what this source was awarded for."""
    try:
        asked = comparing.source_of(source)
    except StackmarkError:
        return Precedents((), (), {})
    rows = _alike(source, asked)
    read = [(decision_in(row), row) for row in rows]
    by_id = {id(decided): row for decided, row in read}
    decisions = [decided for decided, _row in read]
    others = {one.source.achievement for one in decisions} - {asked.achievement, ""}
    found = find_precedents(
        decisions,
        achievement=asked.achievement,
        version=asked.version,
        content=asked.content,
        others=others,
        target=comparing.target_id(source.request.target),
    )
    pairs = tuple((one, by_id[id(one.decision)]) for one in found)
    return Precedents(pairs, inconsistencies(one.decision for one in found), by_id)


def _alike(source: Source, asked: library.Source) -> list[Decision]:
    wanted = Q(pk__in=[])
    if asked.achievement:
        wanted |= Q(source_achievement=asked.achievement)
    if asked.content:
        wanted |= Q(source_content=asked.content)
    lineage = asked.achievement.rpartition("/")[0]
    if lineage.startswith(f"{settings.IDENTITY_URL}/achievements/"):
        wanted |= Q(source_achievement__startswith=f"{lineage}/")
    root = tenancy.root_of(source.request.organisation)
    rows = Decision.objects.within(root).filter(wanted, withdrawn_at=None, replaced_by=None)
    rows = rows.exclude(source=source).select_related("organisation", "target")
    return list(rows.order_by("-decided_at", "pk")[:MOST_PRECEDENTS])
