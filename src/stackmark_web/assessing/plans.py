"""The plan a version is assessed by, and how an achievement's assessing is run."""

from __future__ import annotations

from typing import Any

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.assessment_plan import Plan
from stackmark_web.assessing.models import Setup


def plan_of(version: Any) -> Plan | None:
    """The assessment plan of a version; None when nobody made one."""
    return Descriptor.from_json(version.content).plan


def setup_of(achievement: Any) -> Setup:
    """How an achievement's assessing is run; the defaults, unsaved, when nobody chose."""
    found: Setup | None = Setup.everywhere.filter(achievement=achievement).first()
    if found is not None:
        return found
    return Setup(achievement=achievement, organisation_id=achievement.organisation_id)


def is_assessable(version: Any) -> bool:
    """Whether there is anything to hand in or to mark: a plan with a component."""
    plan = plan_of(version)
    return plan is not None and bool(plan.components)
