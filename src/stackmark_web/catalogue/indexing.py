"""What the catalogue finds a version by: its words with weights, and its facets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.quality.check import check
from stackmark.quality.profile import NAMES, named
from stackmark_web import clock
from stackmark_web.catalogue.models import (
    Achievement,
    AchievementVersion,
    Facet,
    Offering,
    SearchTerm,
)
from stackmark_web.catalogue.records import record_of
from stackmark_web.catalogue.words import fold, terms
from stackmark_web.tenancy.queries import root_of

# The heaviest place a word stands in counts, so that no long text outweighs a title.
TITLE: Final = 100
OUTCOME: Final = 10
TEXT: Final = 1
# Upper ends in hours, and the values of the facet; the last band is open.
BANDS: Final = ((5, "0-5"), (25, "5-25"), (60, "25-60"), (150, "60-150"), (None, "150-"))
_OFFERED: Final = ("delivery", "language", "price")

Row = tuple[str, str, str]  # facet, value, label


def list_version(version: AchievementVersion) -> None:
    """Put a version into the catalogue in place of any other of its achievement."""
    unlist(version.achievement)
    descriptor = Descriptor.from_json(version.content)
    weighed = _weighed(descriptor, version)
    SearchTerm.objects.bulk_create(
        SearchTerm(version=version, term=term, weight=weight) for term, weight in weighed.items()
    )
    rows = dict.fromkeys((*_rows(descriptor, version), *_met(version)))
    Facet.objects.bulk_create(
        Facet(version=version, name=name, value=value[:200], label=label[:200])
        for name, value, label in rows
    )
    list_offerings(version)


def unlist(achievement: Achievement) -> None:
    """Take an achievement out of the catalogue."""
    SearchTerm.objects.filter(version__achievement=achievement).delete()
    Facet.objects.filter(version__achievement=achievement).delete()


def list_offerings(version: AchievementVersion) -> None:
    """Bring the facets that offerings have a part in up to date."""
    version.facets.filter(name__in=_OFFERED).delete()
    descriptor = Descriptor.from_json(version.content)
    rows: list[tuple[str, str, date | None]]
    rows = [("delivery", one, None) for one in descriptor.participation]
    rows += [("language", one, None) for one in descriptor.instruction]
    for offering in open_offerings(version.achievement):
        rows += [(name, value, offering.ends_on) for name, value in _offered(offering)]
    Facet.objects.bulk_create(
        Facet(version=version, name=name, value=value, label=value, until=until)
        for name, value, until in dict.fromkeys(rows)
    )


def open_offerings(achievement: Achievement) -> Iterable[Offering]:
    """The offerings that are neither closed nor over."""
    return achievement.offerings.filter(closed_at=None).filter(
        Q(ends_on=None) | Q(ends_on__gte=clock.today())
    )


def band_of(hours: Decimal | None) -> str:
    """The band of a workload, by its upper end; empty when unknown."""
    if hours is None:
        return ""
    return next(value for end, value in BANDS if end is None or hours <= end)


def _offered(offering: Offering) -> Iterator[tuple[str, str]]:
    yield "delivery", offering.delivery
    if offering.language:
        yield "language", offering.language
    if offering.price is not None:
        yield "price", "paid" if offering.price else "free"


def _weighed(descriptor: Descriptor, version: AchievementVersion) -> dict[str, int]:
    found: dict[str, int] = {}
    for weight, text in _places(descriptor, version):
        for term in terms(text):
            found[term] = max(weight, found.get(term, 0))
    return found


def _places(descriptor: Descriptor, version: AchievementVersion) -> Iterator[tuple[int, str]]:
    yield from ((TITLE, text) for text in (*descriptor.title.values(), descriptor.code))
    for outcome in descriptor.outcomes:
        yield from ((OUTCOME, text) for text in outcome.statement.values())
        yield from ((OUTCOME, skill.name) for skill in outcome.skills)
    yield from ((OUTCOME, tag) for tag in descriptor.tags)
    yield OUTCOME, version.organisation.name
    yield from ((TEXT, text) for text in _other_texts(descriptor))


def _other_texts(descriptor: Descriptor) -> Iterator[str]:
    maps = [descriptor.description, descriptor.prerequisites, descriptor.stackability]
    maps += [descriptor.further]
    maps += [part.narrative for part in (descriptor.criteria,) if part]
    maps += [part.name for part in (descriptor.programme,) if part]
    maps += [part.description for part in (descriptor.assessment,) if part]
    for one in maps:
        yield from one.values()
    yield from (party.name for party in descriptor.parties)
    if descriptor.field:
        yield descriptor.field.name


def _met(version: AchievementVersion) -> Iterator[Row]:
    """The rule sets it meets as a design, by name; a readiness checklist is met by nothing."""
    record = record_of(version, root_of(version.organisation))
    for name in NAMES:
        profile = named(name)
        if check(record, profile, now=clock.now()).conforms:
            yield "profile", name, profile.title


def _rows(descriptor: Descriptor, version: AchievementVersion) -> Iterator[Row]:
    yield "kind", descriptor.kind, descriptor.kind
    yield "issuer", version.organisation.slug, version.organisation.name
    yield from (("skill", fold(one.name), one.name) for one in descriptor.skills)
    if version.level:
        yield "level", str(version.level), str(version.level)
    elif descriptor.level and descriptor.level.not_levelled:
        yield "level", "none", "none"
    band = band_of(version.workload_hours)
    if band:
        yield "workload", band, band
