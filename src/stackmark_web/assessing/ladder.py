"""The step of the evidence ladder a design reaches, and the five facts of integrity beside it."""

from __future__ import annotations

from typing import Any, Final

from stackmark.assessment.designed import designed
from stackmark.assessment.evidence import Strength, evidence_strength
from stackmark.model.achievement import Achievement as Descriptor

_WATCHED: Final = {"unsupervised-no-id": "none", "supervised-onsite-id": "onsite"}
FACTS: Final = ("identity", "binding", "supervision", "authorship", "ai", "independence")


def strength_of(version: Any) -> Strength:
    """How strong the evidence is that a version asks for, by its design alone."""
    return evidence_strength(designed(Descriptor.from_json(version.content)))


def integrity_of(version: Any) -> dict[str, Any]:
    """Identity, binding, supervision, authorship and AI policy, each by itself; empty: unknown."""
    descriptor = Descriptor.from_json(version.content)
    plan = descriptor.plan
    found = {name: getattr(plan, name) if plan else "" for name in FACTS}
    found["supervision"] = found["supervision"] or _WATCHED.get(descriptor.supervision, "")
    return {name: list(one) if isinstance(one, tuple) else one for name, one in found.items()}
