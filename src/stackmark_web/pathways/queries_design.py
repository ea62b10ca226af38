"""Reads of those who build pathways."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from stackmark_web.pathways.models import Pathway, PathwayVersion
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
