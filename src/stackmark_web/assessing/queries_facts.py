"""Reads of what the marks are worth: imports, panels, re-tests."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import Http404

from stackmark_web.assessing.models import Attempt, AttemptImport, FactsPanel, Retest
from stackmark_web.catalogue.models import Achievement, AchievementVersion

_TIED = ("version", "achievement", "organisation", "uploaded_by")


def imports_of(organisation: Any) -> QuerySet[AttemptImport]:
    """The files of results of an organisation and its units, latest first."""
    rows = AttemptImport.objects.within(organisation).select_related(*_TIED)
    return rows.defer("data", "findings").order_by("-uploaded_at")


def import_of(organisation: Any, pk: uuid.UUID) -> AttemptImport:
    """One of them; ``Http404`` for any other."""
    rows = AttemptImport.objects.within(organisation).select_related(*_TIED)
    found: AttemptImport | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def same_file(found: AttemptImport) -> AttemptImport | None:
    """An earlier import of the very same bytes for the same achievement."""
    rows = AttemptImport.everywhere.filter(
        achievement=found.achievement_id,
        sha256=found.sha256,
        component=found.component,
        state=AttemptImport.State.DONE,
    )
    return rows.exclude(pk=found.pk).defer("data").first()


def achievement_of(organisation: Any, pk: uuid.UUID) -> Achievement:
    """A published achievement of an organisation or its units; ``Http404`` for any other."""
    rows = Achievement.objects.within(organisation).select_related("organisation", "current")
    found: Achievement | None = rows.filter(pk=pk, current__isnull=False).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def assessed(organisation: Any) -> list[tuple[Achievement, int, Any]]:
    """Achievements with attempts: each with how many, and the last day somebody sat."""
    counts = Attempt.objects.within(organisation).order_by().values("achievement")
    rows = {
        one["achievement"]: one for one in counts.annotate(number=Count("pk"), last=Max("sat_on"))
    }
    there = Achievement.objects.within(organisation).filter(pk__in=rows)
    there = there.filter(current__isnull=False).select_related("current", "organisation")
    return [
        (one, rows[one.pk]["number"], rows[one.pk]["last"])
        for one in there.order_by("current__title")
    ]


def panel(achievement: uuid.UUID, number: int) -> FactsPanel | None:
    """A published panel, for everybody."""
    rows = FactsPanel.everywhere.filter(achievement=achievement, number=number)
    return (
        rows.filter(signed__isnull=False)
        .select_related("achievement", "version", "organisation")
        .first()
    )


def panels_of(achievement: Any) -> QuerySet[FactsPanel]:
    """Every panel of an achievement, latest first."""
    return FactsPanel.everywhere.filter(achievement=achievement).defer("signed")


def retests_of(organisation: Any) -> QuerySet[Retest]:
    """The re-tests of an organisation and its units, latest first."""
    return Retest.objects.within(organisation).select_related("version", "achievement")


def published_versions(organisation: Any) -> Sequence[AchievementVersion]:
    """The current version of every published achievement here, by title."""
    rows = Achievement.objects.within(organisation).filter(current__isnull=False)
    versions = [one.current for one in rows.select_related("current__organisation")]
    return sorted((one for one in versions if one), key=lambda one: one.title.casefold())
