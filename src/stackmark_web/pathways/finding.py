"""What a designer can choose from on this server: achievements, issuers, skills, awards.

A choice is ``(value, label)``. The value of an achievement is the addresses of all its published
versions, with spaces between them: credentials name the version they were awarded under.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _

from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web.catalogue import public, searching
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.publishing import identity
from stackmark_web.pathways.addresses import version_url
from stackmark_web.pathways.naming import (
    achievement_at,
    achievement_name,
    award_name,
    issuer_name,
    skill_name,
)
from stackmark_web.pathways.queries import published
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import did_of
from stackmark_web.ui.text import isolated

MOST: Final = 8
Choice = tuple[str, str]
Choices = list[Choice]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought, a list for each field it may be put into."""

    achievement: Choices = field(default_factory=list)
    issuer: Choices = field(default_factory=list)
    skill: Choices = field(default_factory=list)
    not_applied_to: Choices = field(default_factory=list)

    def of(self, name: str) -> Choices:
        """The choices for one field."""
        found: Choices = getattr(self, name)
        return found

    def __bool__(self) -> bool:
        return bool(self.achievement or self.issuer or self.skill or self.not_applied_to)


def search(text: str) -> Found:
    """The first few of each that have the words in their name."""
    wanted = text.replace("\x00", "").strip()[:200]
    if not wanted:
        return Found()
    return Found(_achievements(wanted), _issuers(wanted), _skills(wanted), _awards(wanted))


def known(name: str, addresses: Iterable[str]) -> Choices:
    """The addresses of a rule as choices; those this server does not know under their address."""
    rows = list(dict.fromkeys(addresses))
    if name == "achievement":
        return _chosen_achievements(rows)
    named = {"issuer": issuer_name, "not_applied_to": award_name, "skill": skill_name}[name]
    return [(one, isolated(named(one) or one)) for one in rows]


def achievement_choices(rows: Iterable[Any]) -> Choices:
    """Current versions as choices that stand for every published version."""
    current = list(rows)
    every = _versions_of([one.achievement_id for one in current])
    return [(" ".join(every[one.achievement_id]), _with_issuer(one)) for one in current]


def _with_issuer(version: Any) -> str:
    return format_html("{} · {}", isolated(version.title), isolated(version.organisation.name))


def _achievements(text: str) -> Choices:
    return achievement_choices(searching.published(searching.Wish(text=text))[:MOST])


def _versions_of(pks: Sequence[Any]) -> dict[Any, list[str]]:
    rows = AchievementVersion.everywhere.filter(achievement__in=pks, state="published")
    found: dict[Any, list[str]] = {}
    for one in rows.only("achievement_id", "number").order_by("-number"):
        found.setdefault(one.achievement_id, []).append(identity(one))
    return found


def _chosen_achievements(addresses: list[str]) -> Choices:
    """Those of one achievement together where every version of it is among them."""
    versions = {one: achievement_at(one) for one in addresses}
    every = _versions_of([one.achievement_id for one in versions.values() if one])
    found: dict[str, str] = {}
    for address, version in versions.items():
        whole = every.get(version.achievement_id, []) if version else []
        if whole and set(whole) <= set(addresses):
            current = version.achievement.current
            found[" ".join(whole)] = _with_issuer(current)
        elif version:
            told = _("{title}, this version only")
            found[address] = format_html(told, title=isolated(achievement_name(version)))
        else:
            found[address] = isolated(address)
    return list(found.items())


def _issuers(text: str) -> Choices:
    rows = Organisation.objects.filter(name__icontains=text, parent__isnull=True)
    return [(did_of(one), isolated(one.name)) for one in rows.order_by("name", "pk")[:MOST]]


def _skills(text: str) -> Choices:
    found: dict[str, str] = {}
    for version in public.found(public.Wish(skill=text))[:20]:
        for skill in Descriptor.from_json(version.content).skills:
            if skill.uri and text.casefold() in skill.name.casefold():
                found.setdefault(skill.uri, isolated(skill.name))
    return list(found.items())[:MOST]


def _awards(text: str) -> Choices:
    rows = published().filter(current__title__icontains=text)[:MOST]
    return [(version_url(one.current), isolated(one.current.title)) for one in rows]
