"""Reads of a learner's own pathways."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from stackmark_web import clock
from stackmark_web.pathways.models import Completion, Following, Pathway, PathwayVersion
from stackmark_web.pathways.queries import published

_TIED = ("version", "user", "pathway__organisation", "pathway__current")
_LATEST = Prefetch(
    "completions",
    queryset=Completion.everywhere.select_related("award__holding", "version").order_by("-made_at"),
)


def followings_of(user: Any) -> QuerySet[Following]:
    """What a person follows, the newest first."""
    rows = Following.objects.filter(user=user, left_at=None).select_related(*_TIED)
    return rows.prefetch_related(_LATEST).order_by("-joined_on", "pk")


def following_of(user: Any, pk: uuid.UUID) -> Following:
    """One of them, also one that was left; ``Http404`` for any other."""
    rows = Following.objects.filter(user=user, pk=pk).select_related(*_TIED)
    found = rows.select_related(
        *_TIED, "version__pathway__organisation", "pathway__achievement__current"
    ).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def offered_to(user: Any) -> QuerySet[Pathway]:
    """Published pathways that a person does not follow."""
    mine = Following.objects.filter(user=user, left_at=None).values("pathway")
    begun = PathwayVersion.everywhere.filter(
        state=PathwayVersion.State.PUBLISHED, applies_from__lte=clock.today()
    )
    found: QuerySet[Pathway] = published().exclude(pk__in=mine)
    return found.filter(pk__in=begun.values("pathway"))


def on_offer(pk: uuid.UUID) -> Pathway:
    """A published pathway by its id; ``Http404`` for any other."""
    found = Pathway.everywhere.filter(pk=pk, current__isnull=False).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def newer_versions(following: Following) -> list[PathwayVersion]:
    """Published versions after the learner's own that apply already, the newest first."""
    rows = PathwayVersion.everywhere.filter(
        pathway=following.pathway_id,
        state=PathwayVersion.State.PUBLISHED,
        number__gt=following.version.number,
        applies_from__lte=clock.today(),
    )
    return list(rows.select_related("pathway__organisation", "organisation").order_by("-number"))


def newer_version(following: Following, pk: uuid.UUID) -> PathwayVersion:
    """One of them; ``Http404`` for any other."""
    found = next((one for one in newer_versions(following) if one.pk == pk), None)
    if found is None:
        raise Http404("There is nothing here.")
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a following: its live completion, else the last word on it."""

    current: Completion | None
    earlier: tuple[Completion, ...]


def outcome_of(following: Following) -> Outcome:
    """The completion that stands, and those before."""
    rows = following.completions.select_related("award__holding", "version", "list")
    found = list(rows.order_by("-made_at"))
    live = next((one for one in found if one.state in ("waiting", "awarded")), None)
    current = live or (found[0] if found else None)
    return Outcome(current, tuple(one for one in found if one is not current))
