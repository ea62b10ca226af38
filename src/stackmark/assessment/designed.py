"""What a design says of how strong the evidence is: its facts for the evidence ladder."""

from __future__ import annotations

from typing import Final

from stackmark.assessment.evidence import EvidenceFacts
from stackmark.model.achievement import Achievement

_AUTHORED: Final = frozenset(("assignment", "project", "portfolio", "presentation"))
_PERFORMED: Final = frozenset(("practical", "workplace-observation", "simulation"))
_WATCHED: Final = {"unsupervised-no-id": "none", "supervised-onsite-id": "onsite"}
"""The EU's words that name one kind of supervision; online supervision may be of two kinds."""


def designed(achievement: Achievement) -> EvidenceFacts:
    """What its assessment plan and its stated assessment say; the rest is not known."""
    plan, stated = achievement.plan, achievement.assessment
    methods = {part.method for part in plan.components} if plan else set()
    methods |= set(stated.methods) if stated else set()
    known = bool(methods - {""})
    return EvidenceFacts(
        attended=True if stated and stated.is_attendance else None,
        assessed=bool(methods - {"", "none"}) if known else None,
        supervision=(plan.supervision if plan else "")
        or _WATCHED.get(achievement.supervision)
        or None,
        rubric=any(part.criteria for part in plan.components) if plan else None,
        authored_work=bool(methods & _AUTHORED) if known else None,
        oral_defence="oral-defence" in plan.authorship if plan and plan.authorship else None,
        performance=bool(methods & _PERFORMED) if known else None,
        raters=plan.markers if plan else None,
        independent=plan.independence == "independent" if plan and plan.independence else None,
    )
