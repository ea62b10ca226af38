"""Which profiles an organisation looks at its designs by, its own files among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from stackmark.quality import profile as library
from stackmark.quality.profile import Profile
from stackmark_web.catalogue.models import OwnProfile, QualityPolicy
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import lineage

SHOWN: Final = "shown"
REQUIRED: Final = "required"
MONTHS: Final = (12, 36)  # between two reviews
USUAL_MONTHS: Final = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """A profile in use at an organisation; ``by`` is the unit or institution that chose it."""

    profile: Profile
    required: bool
    by: Organisation | None = None


@lru_cache(maxsize=64)
def parsed(text: str, name: str) -> Profile:
    """A profile from its text; ``UsageError`` ``profile.…`` as ``quality.profile.parse``."""
    return library.parse(text.encode(), name)


def chosen(organisation: Organisation) -> list[Choice]:
    """The profiles in use, required ones first. Without any choice: ``eu-2022``, shown.

    What a unit above requires cannot be given up below, nor replaced by a file of the same id.
    """
    own = _own_by_name(organisation)
    found: dict[str, Choice] = {}
    policies = policies_of(organisation)
    for policy in policies:
        for name, how in policy.profiles.items():
            before = found.get(name)
            if before is None or (how == REQUIRED and not before.required):
                profile = _profile(name, own)
                if profile is not None:
                    found[name] = Choice(profile, how == REQUIRED, policy.organisation)
    if not found:
        return [Choice(library.named(library.DEFAULT), required=False)]
    return sorted(found.values(), key=lambda one: not one.required)


def review_months(organisation: Organisation) -> int:
    """How many months a published version counts as looked at: the nearest unit's word."""
    said = [one.review_months for one in policies_of(organisation) if one.review_months]
    return said[-1] if said else USUAL_MONTHS


def policies_of(organisation: Organisation) -> list[QualityPolicy]:
    """The policies from the institution down to this unit."""
    units = lineage(organisation)
    rows = QualityPolicy.everywhere.filter(organisation_id__in=units).select_related("organisation")
    return sorted(rows, key=lambda one: units.index(one.organisation_id))


def own_profiles(organisation: Organisation) -> list[OwnProfile]:
    """The rule sets written here or above, those from above first."""
    units = lineage(organisation)
    rows = OwnProfile.everywhere.filter(organisation_id__in=units).select_related("organisation")
    return sorted(rows, key=lambda one: (units.index(one.organisation_id), one.name))


def _own_by_name(organisation: Organisation) -> dict[str, OwnProfile]:
    """One file of each id: where a unit had it before the institution did, the institution's."""
    found: dict[str, OwnProfile] = {}
    for row in own_profiles(organisation):
        found.setdefault(row.name, row)
    return found


def available(organisation: Organisation) -> list[Profile]:
    """What an organisation can choose from."""
    own = [parsed(row.text, row.name) for row in _own_by_name(organisation).values()]
    return [*map(library.named, library.NAMES), *own]


def titles(organisation: Organisation, names: Iterable[str]) -> list[str]:
    """Profiles by their titles; one that is there no longer by its id."""
    known = {one.id: one.title for one in available(organisation)}
    return [known.get(name, name) for name in names]


def in_use(profile: OwnProfile) -> bool:
    """Whether a policy of its organisation, or of a unit below, names it."""
    rows = QualityPolicy.objects.within(profile.organisation)
    return any(profile.name in row.profiles for row in rows)


def find(choices: Iterable[Choice], name: str) -> Choice:
    """The choice of this name, else the first."""
    rows = list(choices)
    return next((one for one in rows if one.profile.id == name), rows[0])


def _profile(name: str, own: Mapping[str, Any]) -> Profile | None:
    if name in library.NAMES:
        return library.named(name)
    row = own.get(name)
    return parsed(row.text, row.name) if row is not None else None
