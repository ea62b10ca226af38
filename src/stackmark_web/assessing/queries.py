"""What capabilities above may ask: the public face of assessing."""

from __future__ import annotations

from stackmark_web.assessing.queries_design import standing
from stackmark_web.assessing.queries_learner import evidence_of_award

__all__ = ["evidence_of_award", "standing"]
