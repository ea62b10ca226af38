"""What facts labels print of published panels; light, for it is asked for every card."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from stackmark.model.figure import Figure
from stackmark_web.assessing.ledger import ALL
from stackmark_web.assessing.models import FactsPanel
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.models import Organisation


def published_figures(versions: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[Figure, ...]]:
    """The figures last published of each version's achievement, for the facts label.

    By one question for all; about everybody rather than about a cohort where there are both.
    """
    rows = AchievementVersion.everywhere.filter(pk__in=versions)
    owners = dict(rows.values_list("pk", "achievement"))
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    panels_there = FactsPanel.everywhere.filter(
        achievement__in=set(owners.values()), signed__isnull=False
    ).order_by("number")
    every: set[uuid.UUID] = set()
    keeps = {one.hex for one in _withholding()}
    for achievement, path, cohort, summary in panels_there.values_list(
        "achievement", "organisation__path", "cohort", "summary"
    ):
        if keeps.intersection(path.split("/")):
            continue  # the organisation, or one above it, keeps results to itself
        if cohort == ALL or achievement not in every:
            found[achievement] = summary
            every |= {achievement} if cohort == ALL else set()
    return {
        version: tuple(Figure.from_json(one["code"], one) for one in found[achievement])
        for version, achievement in owners.items()
        if achievement in found
    }


def _withholding() -> list[uuid.UUID]:
    rows = Organisation.objects.filter(withholds_results=True)
    return list(rows.values_list("pk", flat=True))
