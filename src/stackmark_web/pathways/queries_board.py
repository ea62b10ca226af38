"""Reads of the board: who waits, lists, what was decided."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404

from stackmark_web.pathways.models import Completion, ConferralList, Following, Pathway
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for

State = Completion.State
_WAITING: Final = {"state": State.WAITING, "automatic": False, "user__isnull": False}
_TIED = ("user", "version__pathway__organisation", "award", "list", "decided_by", "following")


def pathway_for(user: Any, slug: str, pk: uuid.UUID) -> tuple[Any, Pathway]:
    """The organisation and one of its pathways, for who awards there."""
    organisation = organisation_for(user, slug, Permission.AWARD)
    rows = Pathway.objects.within(organisation).filter(pk=pk, current__isnull=False)
    found = rows.select_related("organisation", "current", "achievement__current").first()
    if found is None:
        raise Http404("There is nothing here.")
    return organisation, found


def waiting(pathway: Pathway) -> QuerySet[Completion]:
    """Who waits for the board, the longest first; nobody whose account is gone."""
    return _of(pathway).filter(**_WAITING)


def waiting_by_pathway(user: Any, pathways: Iterable[Pathway]) -> dict[uuid.UUID, int]:
    """How many wait for the board of each pathway on which the person may confer."""
    allowed = [one.pk for one in pathways if may(user, Permission.AWARD, one.organisation)]
    rows = Completion.everywhere.filter(version__pathway__in=allowed, **_WAITING)
    counted = rows.order_by().values_list("version__pathway").annotate(many=Count("pk"))
    return dict(counted)


def decided(pathway: Pathway) -> QuerySet[Completion]:
    """What was decided, awarded by itself, or lost; the newest first."""
    rows = _of(pathway).exclude(state=State.WAITING)
    return rows.order_by("-decided_at", "-made_at", "pk")


def _of(pathway: Pathway) -> QuerySet[Completion]:
    rows = Completion.everywhere.filter(version__pathway=pathway).select_related(*_TIED)
    return rows.order_by("completed_on", "made_at", "pk")


def candidate(pathway: Pathway, pk: uuid.UUID) -> Completion:
    """One completion; ``Http404`` for any other."""
    found = _of(pathway).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def lists(pathway: Pathway) -> QuerySet[Any]:
    """The lists that were made for a meeting, the newest first."""
    return _lists(pathway).exclude(decided_at=F("made_at"))


def _lists(pathway: Pathway) -> QuerySet[Any]:
    """With how many are on each and how many still wait."""
    rows = ConferralList.objects.within(pathway.organisation).filter(pathway=pathway)
    left = Count("completions", filter=Q(completions__state=State.WAITING))
    return rows.annotate(size=Count("completions"), left=left).order_by("-made_at", "pk")


def list_of(pathway: Pathway, pk: uuid.UUID) -> ConferralList:
    """One of them; ``Http404`` for any other."""
    found: ConferralList | None = _lists(pathway).select_related("decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def on_list(listed: ConferralList) -> QuerySet[Completion]:
    """Who stands on a list, by name."""
    rows = Completion.everywhere.filter(list=listed).select_related(*_TIED)
    return rows.order_by("user__name", "pk")


def followers(pathway: Pathway) -> dict[str, int]:
    """How many follow, how many of them meet the rules, how many wait to be audited."""
    rows = Following.objects.filter(pathway=pathway, left_at=None)
    return rows.aggregate(
        all=Count("pk"),
        complete=Count("pk", filter=Q(verdict="yes")),
        dirty=Count("pk", filter=Q(dirty_since__isnull=False)),
    )
