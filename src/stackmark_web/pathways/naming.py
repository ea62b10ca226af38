"""What people call the addresses that stand in rules: achievements, issuers, skills, pathways."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.stacking import rules as r
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.pathways.addresses import version_at
from stackmark_web.pathways.queries import public_version
from stackmark_web.tenancy.queries import organisation_by_identity
from stackmark_web.ui.text import unturned

MOST_SKILLS: Final = 100  # that are looked up for one page
_ACHIEVEMENT: Final = re.compile(r"/achievements/([0-9a-f-]{36})(?:/([0-9]{1,8}))?")


def names_in(rules: r.Rules) -> dict[str, str]:
    """A name for each address in the rules that this server knows; for ``stacking.render``."""
    found: dict[str, str] = {}
    for kind, address in sorted(set(_addresses(rules))):
        name = _NAMED[kind](address)
        if name:
            found[address] = name
    return found | _skills(rules, found)


def named(text: str, names: Mapping[str, str]) -> str:
    """A sentence of the library with what people call the addresses in it."""
    for address in sorted(names, key=len, reverse=True):
        text = text.replace(address, names[address])
    return unturned(text)


def achievement_at(address: str) -> Any:
    """The published version of an achievement an address names; None for any other."""
    for base in (settings.IDENTITY_URL, settings.PUBLIC_URL):
        found = _ACHIEVEMENT.fullmatch(address.removeprefix(base))
        if address.startswith(base) and found:
            try:
                pk = uuid.UUID(found[1])
            except ValueError:
                return None
            return catalogue.public_version(pk, int(found[2]) if found[2] else None)
    return None


def achievement_name(version: Any) -> str:
    """A version's title; an earlier version says which it is."""
    if version.achievement.current_id == version.pk:
        return str(version.title)
    return _("%(title)s (version %(number)d)") % {"title": version.title, "number": version.number}


def _addresses(rules: r.Rules) -> Iterator[tuple[str, str]]:
    for select in selects(rules):
        yield from (("achievement", one) for one in select.achievement)
        yield from (("issuer", one) for one in select.issuer)
        yield from (("award", one) for one in select.not_applied_to)
    for limit in rules.limits:
        for group in _groups(limit):
            yield from (("achievement", one) for one in group)
    for one in rules.substitutes:
        yield from (("achievement", value) for value in (one.use, one.instead_of))
        yield "issuer", one.approved_by


def selects(rules: r.Rules) -> Iterator[r.Select]:
    """Every select of the rules: of leaves, then of limits."""
    yield from (leaf.select for leaf in rules.leaves())
    for limit in rules.limits:
        if isinstance(limit, r.Cap | r.Residency | r.GradeAverage | r.MaxAge):
            yield limit.select


def achievements_in(rules: r.Rules) -> tuple[str, ...]:
    """The addresses of every achievement the rules name, each once."""
    return tuple(dict.fromkeys(one for kind, one in _addresses(rules) if kind == "achievement"))


def _groups(limit: r.Limit) -> Iterable[tuple[str, ...]]:
    if isinstance(limit, r.Exclude):
        return limit.groups
    if isinstance(limit, r.Equivalent):
        return limit.classes
    return limit.pairs if isinstance(limit, r.Before) else ()


def _achievement(address: str) -> str:
    version = achievement_at(address)
    return achievement_name(version) if version else ""


def issuer_name(address: str) -> str:
    """What an organisation here is called by its identity; empty for any other."""
    found = organisation_by_identity(address)
    return found.name if found else ""


def award_name(address: str) -> str:
    """The title of a published version by its address; empty for any other."""
    place = version_at(address)
    version = public_version(*place) if place else None
    return version.title if version else ""


_NAMED: Final = {"achievement": _achievement, "issuer": issuer_name, "award": award_name}


def _skills(rules: r.Rules, known: Mapping[str, str]) -> dict[str, str]:
    """Names of skills, as a published achievement calls them."""
    wanted = {one for select in selects(rules) for one in select.skill} - set(known)
    named_here = ((one, skill_name(one)) for one in sorted(wanted)[:MOST_SKILLS])
    return {address: name for address, name in named_here if name}


def skill_name(address: str) -> str:
    """What a published achievement calls a skill; empty for one nobody here names."""
    version = catalogue.listed().filter(content__icontains=address).order_by("pk").first()
    skills = Descriptor.from_json(version.content).skills if version else ()
    return next((one.name for one in skills if one.uri == address), "")
