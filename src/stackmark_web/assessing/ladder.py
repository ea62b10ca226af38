"""The step of the evidence ladder a design reaches, and the five facts of integrity beside it."""

from __future__ import annotations

from typing import Any, Final

from stackmark.assessment.evidence import EvidenceFacts, Strength, evidence_strength
from stackmark.model.achievement import Achievement as Descriptor

_AUTHORED: Final = frozenset(("assignment", "project", "portfolio", "presentation"))
_PERFORMED: Final = frozenset(("practical", "workplace-observation", "simulation"))
_WATCHED: Final = {"unsupervised-no-id": "none", "supervised-onsite-id": "onsite"}
FACTS: Final = ("identity", "binding", "supervision", "authorship", "ai", "independence")


def strength_of(version: Any) -> Strength:
    """How strong the evidence is that a version asks for, by its design alone."""
    descriptor = Descriptor.from_json(version.content)
    plan, stated = descriptor.plan, descriptor.assessment
    methods = {part.method for part in plan.components} if plan else set()
    methods |= set(stated.methods) if stated else set()
    known = bool(methods - {""})
    attended = True if stated and stated.is_attendance else None
    return evidence_strength(
        EvidenceFacts(
            attended=attended,
            assessed=bool(methods - {"", "none"}) if known else None,
            supervision=(plan.supervision if plan else "")
            or _WATCHED.get(descriptor.supervision)
            or None,
            rubric=any(part.criteria for part in plan.components) if plan else None,
            authored_work=bool(methods & _AUTHORED) if known else None,
            oral_defence="oral-defence" in plan.authorship if plan and plan.authorship else None,
            performance=bool(methods & _PERFORMED) if known else None,
            raters=plan.markers if plan else None,
            independent=plan.independence == "independent" if plan and plan.independence else None,
        )
    )


def integrity_of(version: Any) -> dict[str, Any]:
    """Identity, binding, supervision, authorship and AI policy, each by itself; empty: unknown."""
    descriptor = Descriptor.from_json(version.content)
    plan = descriptor.plan
    found = {name: getattr(plan, name) if plan else "" for name in FACTS}
    found["supervision"] = found["supervision"] or _WATCHED.get(descriptor.supervision, "")
    return {name: list(one) if isinstance(one, tuple) else one for name, one in found.items()}
