"""Reads of those who build pathways."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404

from stackmark_web.pathways.models import Following, Pathway, PathwayVersion, Sample
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for, require

_DRAFT = PathwayVersion.State.DRAFT


def pathways_of(organisation: Any) -> QuerySet[Any]:
    """The pathways of an organisation and its units, newest first, with ``drafts``."""
    drafts = PathwayVersion.everywhere.filter(state=_DRAFT)
    rows = Pathway.objects.within(organisation).select_related("organisation", "current")
    return rows.prefetch_related(Prefetch("versions", queryset=drafts, to_attr="drafts")).order_by(
        "-created_at", "pk"
    )


def pathway_for(user: Any, slug: str, pk: uuid.UUID, permission: Permission) -> tuple[Any, Any]:
    """The work area and the pathway, if the person holds the right at both."""
    organisation = organisation_for(user, slug, Permission.VIEW)
    rows = Pathway.objects.within(organisation).select_related(
        "organisation", "current", "achievement__current"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    require(user, permission, found.organisation)
    return organisation, found


def draft_of(pathway: Pathway) -> Any:
    """The version being written, or None."""
    rows = PathwayVersion.everywhere.filter(pathway=pathway, state=_DRAFT)
    return rows.select_related("organisation", "pathway", "edited_by").first()


def with_followers(versions: list[Any]) -> list[Any]:
    """Versions with ``followers`` (how many learners) and ``until`` (the day the next applies)."""
    rows = Following.objects.filter(version__in=versions, left_at=None)
    many = dict(rows.order_by().values_list("version").annotate(many=Count("pk")))
    later: Any = None
    for one in versions:
        one.followers, one.until = many.get(one.pk, 0), later
        later = one.applies_from
    return versions


def samples_of(pathway: Pathway) -> QuerySet[Any]:
    """The sample learners, by name."""
    return Sample.everywhere.filter(pathway=pathway).order_by("name", "pk")


def sample_of(pathway: Pathway, pk: uuid.UUID) -> Any:
    """One sample learner; ``Http404`` for any other."""
    found = Sample.everywhere.filter(pathway=pathway, pk=pk).select_related("organisation").first()
    if found is None:
        raise Http404("There is nothing here.")
    return found
