"""What capabilities above may ask: the public face of assessing."""

from __future__ import annotations

from stackmark_web.assessing.panels import current as current_panel
from stackmark_web.assessing.queries_design import standing
from stackmark_web.assessing.queries_facts import panel
from stackmark_web.assessing.queries_learner import evidence_of_award
from stackmark_web.assessing.shown_panels import is_withheld, shown_panel

__all__ = [
    "current_panel",
    "evidence_of_award",
    "is_withheld",
    "panel",
    "shown_panel",
    "standing",
]
