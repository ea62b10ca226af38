"""Reads about a learner's own plans and about role profiles."""

from __future__ import annotations

import uuid
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import Http404

from stackmark_web.catalogue.words import fold
from stackmark_web.pathways.models import Framework, FrameworkSkill, Plan, RoleProfile
from stackmark_web.pathways.planner_targets import key_of

HITS: Final = 30


def plans_of(user: Any) -> QuerySet[Plan]:
    """A person's plans, those they follow first."""
    rows = Plan.objects.filter(user=user).select_related("pathway", "role")
    return rows.order_by("followed_at", "-made_at", "pk")


def plan_of(user: Any, pk: uuid.UUID) -> Plan:
    """One of a person's own plans; ``Http404`` for any other, as for one that is not there."""
    found = Plan.objects.filter(user=user, pk=pk).select_related("pathway", "role", "user").first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def public_role(pk: uuid.UUID) -> RoleProfile:
    """A published role profile; ``Http404`` for any other."""
    rows = RoleProfile.everywhere.filter(pk=pk, published=True).select_related("organisation")
    found = rows.first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


# -- the desk ------------------------------------------------------------------------------------


class NoSkillError(LookupError):
    """A skill that is not in the framework of a profile."""


def roles_of(organisation: Any) -> QuerySet[RoleProfile]:
    """The role profiles of an organisation and its units."""
    rows = RoleProfile.objects.within(organisation).select_related("organisation")
    return rows.order_by("title", "pk")


def role_of(organisation: Any, pk: uuid.UUID) -> RoleProfile:
    """One of them; ``Http404`` for any other."""
    found = RoleProfile.objects.within(organisation).filter(pk=pk)
    return _there(found.select_related("organisation", "loaded").first())


def frameworks_of(organisation: Any) -> QuerySet[Framework]:
    """The frameworks an organisation and its units loaded."""
    return Framework.objects.within(organisation).order_by("title", "-loaded_at", "pk")


def framework_of(organisation: Any, pk: uuid.UUID) -> Framework:
    """One of them; ``Http404`` for any other."""
    rows = Framework.objects.within(organisation).select_related("organisation")
    return _there(rows.filter(pk=pk).first())


def search(role: RoleProfile, wanted: str) -> tuple[list[dict[str, Any]], bool]:
    """Skills of the framework of a profile with all these words, and whether there are more."""
    words = fold(wanted).split()[:8]
    if role.loaded_id is None or not words:
        return [], False
    rows = FrameworkSkill.objects.filter(framework=role.loaded_id)
    for word in words:
        rows = rows.filter(folded__contains=word)
    found = list(rows.annotate(size=Length("folded")).order_by("size", "folded", "pk")[: HITS + 1])
    asked = {key_of(one): one for one in role.skills}
    hits = [{"skill": one, "asked": asked.get(one.key)} for one in found[:HITS]]
    return hits, len(found) > HITS


def skill_of(role: RoleProfile, text: str) -> FrameworkSkill:
    """A skill of the framework of a profile, by its number; raises ``NoSkillError``."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    found = FrameworkSkill.objects.filter(framework=role.loaded_id, pk=number).first()
    if found is None or role.loaded_id is None:
        raise NoSkillError(text[:20])
    return found


def words_of(text: str) -> str:
    """What somebody searches for, made plain."""
    return " ".join(text.replace("\x00", " ").split())[:100]


def with_words(address: str, wanted: str) -> str:
    """The address of a search."""
    return f"{address}?{urlencode({'q': wanted})}" if wanted else address


def _there(found: Any) -> Any:
    if found is None:
        raise Http404("There is nothing here.")
    return found
