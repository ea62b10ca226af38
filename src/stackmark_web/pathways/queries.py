"""Reads about published pathways: for the public, for learners, for other capabilities."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db.models import QuerySet

from stackmark_web.pathways.models import Pathway, PathwayVersion

_PUBLISHED = PathwayVersion.State.PUBLISHED


def published(organisation: Any = None) -> QuerySet[Any]:
    """Pathways on offer with their current version; of one organisation and its units, or of all.

    A retired one is not on offer; who follows it goes on.
    """
    rows = Pathway.everywhere.filter(current__isnull=False, retired_at=None)
    if organisation is not None:
        rows = rows.filter(organisation__path__startswith=organisation.path)
    return rows.select_related("organisation", "current", "achievement__current").order_by(
        "current__title", "pk"
    )


def version_for(pathway: Pathway, day: date) -> Any:
    """The version for who joins on a day (the catalogue year); None before the first applies."""
    rows = published_versions(pathway).filter(applies_from__lte=day)
    return rows.order_by("-applies_from", "-number").first()


def published_versions(pathway: Pathway) -> QuerySet[Any]:
    """The published versions of a pathway, newest first."""
    rows = PathwayVersion.everywhere.filter(pathway=pathway, state=_PUBLISHED)
    return rows.select_related("pathway", "organisation").order_by("-number")


def public_version(pk: uuid.UUID, number: int | None = None) -> Any:
    """A published version at its address, the current one without a number; or None."""
    rows = PathwayVersion.everywhere.filter(pathway=pk, state=_PUBLISHED).select_related(
        "organisation", "pathway__organisation", "pathway__achievement__current", "pathway__current"
    )
    if number is not None:
        return rows.filter(number=number).first()
    return rows.order_by("-number").first()
