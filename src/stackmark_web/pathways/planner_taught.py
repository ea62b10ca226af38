"""What a published version gives to whoever passes it, as judgement sees it, worked out once.

A version never changes, so neither does this: it is kept as long as the process runs.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from stackmark.exchange.holdings import holding_of
from stackmark.exchange.shapes import Imported
from stackmark.model.holding import Holding
from stackmark.model.record import Organisation as Issuer
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.publishing import identity
from stackmark_web.catalogue.words import fold
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.public import class_of

_MOST: Final = 50_000  # kept
_ALL: Final = re.compile(r"\s*(?:,|;|\band\b)\s*")
_ANY: Final = re.compile(r"\s*\bor\b\s*")
_KEPT: Final[dict[tuple[uuid.UUID, str], Taught]] = {}


@dataclass(frozen=True, slots=True)
class Taught:
    """A version as something to be earned.

    ``holding`` has no day and no id of its own yet. ``skills`` are names by address; ``named`` are
    the folded names of skills that were stated without one. ``before`` is what should come before
    it, in its own words. ``titles`` are its folded names.
    """

    holding: Holding
    achievement: uuid.UUID
    version: uuid.UUID
    skills: Mapping[str, str]
    named: frozenset[str]
    hours: Fraction | None
    languages: tuple[str, ...]
    before: Mapping[str, str]
    titles: frozenset[str]


def taught(version: Any, did: str = "") -> Taught:
    """What a version gives; ``did`` is its issuer's, where the caller knows it already."""
    issuer = did or tenancy.did_of(tenancy.root_of(version.organisation))
    key = (version.pk, issuer)
    if key not in _KEPT:
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        _KEPT[key] = _read(version, issuer)
    return _KEPT[key]


def earned(version: Any) -> Holding:
    """What somebody holds who passes it: in force, not used for anything yet, no day stated."""
    return taught(version).holding


def _read(version: Any, issuer: str) -> Taught:
    record = replace(
        catalogue.record_of(version),
        id=identity(version),
        issuer=Issuer(
            id=issuer, name=version.organisation.name, kind=_class(version.organisation.root_id)
        ),
    )
    about = record.achievement
    found = holding_of(Imported(record, "stackmark", {}), "valid", record.id, dt.date.min)
    return Taught(
        holding=replace(found, awarded=None, applied_to=()),
        achievement=version.achievement_id,
        version=version.pk,
        skills={one.uri: one.name for one in about.skills if one.uri},
        named=frozenset(fold(one.name) for one in about.skills if not one.uri),
        hours=Fraction(about.workload.high) if about.workload else None,
        languages=tuple(about.instruction),
        before=dict(about.prerequisites),
        titles=frozenset(fold(one).strip() for one in about.title.values()),
    )


@lru_cache(maxsize=10_000)
def _class(root: uuid.UUID) -> str:
    """What an institution is; many versions have the same one."""
    return class_of(Organisation.objects.get(pk=root))


def groups_of(text: str, known: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The achievements a text on prerequisites names, in groups of which one is needed.

    ``known`` are achievements by the folded titles of one institution. A text that says anything
    besides titles ("or comparable experience") binds nobody: it is shown and not enforced.
    """
    plain = fold(text).strip(" .\n\t")
    if plain in known:
        return (known[plain],)
    groups = []
    for part in _ALL.split(plain):
        names = [one.strip() for one in _ANY.split(part)]
        if not all(one in known for one in names):
            return ()
        groups.append(tuple(dict.fromkeys(id_ for one in names for id_ in known[one])))
    return tuple(groups)
