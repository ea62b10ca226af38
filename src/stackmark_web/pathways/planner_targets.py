"""Where a plan may lead: published pathways and published role profiles."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.urls import reverse

from stackmark.planning.goal import SkillGoal
from stackmark.stacking.rules import Rules
from stackmark_web import clock
from stackmark_web.pathways import queries, reading
from stackmark_web.pathways.addresses import version_path
from stackmark_web.pathways.models import Following, Pathway, Plan, RoleProfile

PATHWAY = "pathway"
ROLE = "role"


@dataclass(frozen=True, slots=True)
class Target:
    """What a plan is for: a version of a pathway with its rules, or a role profile."""

    kind: str
    row: Any
    title: str
    body: Any
    url: str
    version: Any = None
    rules: Rules | None = None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.row.pk}"

    @property
    def skills(self) -> tuple[SkillGoal, ...]:
        """What a role asks for, in the order it stands there; nothing for a pathway."""
        if self.kind != ROLE:
            return ()
        return tuple(
            SkillGoal(key_of(one), confidence_of(one)) for one in self.row.skills if key_of(one)
        )

    @property
    def names(self) -> dict[str, str]:
        """Names of the skills, by the same keys."""
        rows = self.row.skills if self.kind == ROLE else []
        return {key_of(one): str(one["name"]) for one in rows}


def key_of(skill: dict[str, Any]) -> str:
    """What a skill of a profile is known by: its address, else the code of its framework."""
    return str(skill.get("uri") or skill.get("code") or "")


def confidence_of(skill: dict[str, Any]) -> Fraction | None:
    """The chance asked for, above 0 and below 1; ``None`` asks for one credential with it."""
    percent = skill.get("confidence")
    if isinstance(percent, int) and 0 < percent < 100:
        return Fraction(percent, 100)
    return None


def groups() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The choices of a form by kind: key, title, who keeps it."""
    pathways = [
        (f"{PATHWAY}:{one.pathway_id}", str(one.title), one.pathway.organisation.name)
        for one, _rules in reading.joinable()
    ]
    roles = [(f"{ROLE}:{one.pk}", one.title, one.organisation.name) for one in published_roles()]
    return [(PATHWAY, pathways), (ROLE, roles)]


def published_roles() -> Any:
    """The role profiles anybody may plan for, by title."""
    rows = RoleProfile.everywhere.filter(published=True).select_related("organisation")
    return rows.order_by("title", "pk")


def find(key: str, user: Any = None) -> Target | None:
    """The target of a form's word; None for what is not there or no longer published."""
    kind, _colon, text = key.partition(":")
    try:
        pk = uuid.UUID(text)
    except ValueError:
        return None
    if kind == PATHWAY:
        row = queries.published().filter(pk=pk).first()
        return None if row is None else of_pathway(row, user)
    if kind == ROLE:
        role = published_roles().filter(pk=pk).first()
        return None if role is None else of_role(role)
    return None


def of_pathway(row: Pathway, user: Any = None) -> Target | None:
    """The version a person falls under: that of the day they joined, else today's."""
    joined = None
    if getattr(user, "is_authenticated", False):
        rows = Following.objects.filter(user=user, pathway=row, left_at=None)
        joined = rows.select_related("version").first()
    version = joined.version if joined else queries.version_for(row, clock.today())
    rules = None if version is None else reading.rules(version)
    if version is None or rules is None:
        return None
    title, body = str(version.title), row.organisation
    return Target(PATHWAY, row, title, body, version_path(version), version, rules)


def of_role(row: RoleProfile) -> Target:
    """A role profile."""
    url = reverse("pathways:role", args=[row.pk])
    return Target(ROLE, row, row.title, row.organisation, url)


def of_plan(plan: Plan) -> Target | None:
    """What a saved plan is for, while it is still published."""
    if plan.pathway_id:
        return find(f"{PATHWAY}:{plan.pathway_id}", plan.user)
    return find(f"{ROLE}:{plan.role_id}") if plan.role_id else None
