"""The assessment facts panel of a cohort: computed, signed, kept, never changed."""

from __future__ import annotations

from typing import Any

from stackmark_web.assessing.models import FactsPanel


def current(achievement: Any) -> FactsPanel | None:
    """The latest published panel about everybody, else the latest about any cohort."""
    rows = FactsPanel.everywhere.filter(achievement=achievement, signed__isnull=False)
    return rows.filter(cohort="all").first() or rows.first()
