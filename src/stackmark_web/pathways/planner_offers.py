"""What this server's catalogue offers, as offers to plan with.

An offer is an open offering of a published achievement that may be awarded. What is not stated
stays unknown. No offer is put before another by anything but its own facts: nobody can buy a place
in a plan. The whole is worked out once for a state of the catalogue, and kept until it changes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Max, Q

from stackmark.planning.offers import Offer
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import public
from stackmark_web.catalogue.models import Achievement, AchievementVersion, Offering
from stackmark_web.catalogue.overdue import overdue_since
from stackmark_web.pathways.planner_chances import Chance, chances
from stackmark_web.pathways.planner_taught import Taught, groups_of, taught
from stackmark_web.tenancy import queries as tenancy

PACE: Final = Fraction(10)
"""Hours a week for what one learns at one's own pace, where the learner set none."""
_VERBS: Final = (
    *("offering.saved", "offering.closed", "achievement.published", "achievement.retired"),
    *("achievement.restored", "achievement.review-renewed", "facts.published"),
    *("organisation.edited",),
)
_PACES: Final = 8  # kept of one state
_WEEKS: Final = 200  # starts of something that ends one day, as the library takes them


@dataclass(frozen=True, slots=True)
class Offered:
    """One open offering, and what it gives."""

    pk: uuid.UUID
    taught: Taught
    title: str
    issuer: str
    group: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    apply_by: dt.date | None
    price: Fraction | None
    currency: str
    delivery: str
    languages: tuple[str, ...]
    place: str
    enrol_url: str
    requires: tuple[tuple[str, ...], ...]
    chance: Chance | None

    @property
    def at_own_pace(self) -> bool:
        """Whether its weeks follow from the hours a learner has."""
        return self.starts_on is None or self.ends_on is None

    def offer(self, pace: Fraction) -> Offer:
        """It as the library plans with it, by a learner with so many hours a week."""
        weeks = self._weeks(pace)
        return Offer(
            holding=replace(self.taught.holding, id=str(self.pk)),
            price=self.price,
            currency=self.currency,
            hours=self.taught.hours,
            weeks=weeks,
            starts=self._starts(weeks),
            prerequisites=self.requires,
            language=self.languages,
            delivery=self.delivery,
            pass_chance=None if self.chance is None else self.chance.rate,
        )

    def _weeks(self, pace: Fraction) -> int | None:
        if self.starts_on and self.ends_on:
            return max(1, ceil(((self.ends_on - self.starts_on).days) / 7))
        hours = self.taught.hours
        return None if hours is None else max(1, ceil(hours / pace))

    def _starts(self, weeks: int | None) -> tuple[dt.date, ...]:
        if self.starts_on:
            return (self.starts_on,)
        if self.ends_on is None or weeks is None:
            return ()
        first, last = clock.today(), self.ends_on - dt.timedelta(weeks=weeks)
        many = (last - first).days // 7 + 1
        # What ends too soon has one start that is over, so that no plan takes it.
        days = [first + dt.timedelta(weeks=one) for one in range(min(many, _WEEKS))]
        return tuple(days) or (first - dt.timedelta(days=1),)


@dataclass(slots=True)
class Shelf:
    """Everything on offer in one state of the catalogue."""

    digest: str
    offered: Mapping[str, Offered]
    lineage: Mapping[str, uuid.UUID]
    """The achievement of each version's public address."""
    _paced: dict[Fraction, tuple[Offer, ...]] = field(default_factory=dict)

    def offers(self, pace: Fraction | None) -> tuple[Offer, ...]:
        """As offers for a learner with so many hours a week."""
        speed = pace or PACE
        if speed not in self._paced:
            if len(self._paced) >= _PACES:
                self._paced.clear()
            self._paced[speed] = tuple(one.offer(speed) for one in self.offered.values())
        return self._paced[speed]


_KEPT: Final[list[Shelf]] = []
_LOCK: Final = threading.Lock()


def shelf() -> Shelf:
    """What is on offer now."""
    digest = state()
    with _LOCK:
        if not _KEPT or _KEPT[0].digest != digest:
            _KEPT[:] = [_made(digest)]
        return _KEPT[0]


def state() -> str:
    """A digest that differs as soon as anything a plan rests on does; the day is part of it."""
    events = AuditEvent.objects.filter(verb__in=_VERBS).order_by("-pk")
    last = events.values_list("pk", "target_id", "at").first()
    rows = Offering.everywhere.aggregate(
        many=Count("pk"), open=Count("pk", filter=Q(closed_at=None)), closed=Max("closed_at")
    )
    told = (clock.today(), last, public.state(), sorted(rows.items()))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _made(digest: str) -> Shelf:
    lineages = dict(_lineages())
    rows = list(_versions())
    roots = _roots(rows)
    known = _titles(rows, roots, lineages)
    likely = chances([one.pk for one in rows])
    offerings = _open([one.achievement_id for one in rows])
    found = {}
    for version in rows:
        did = roots[version.organisation.root_id]
        for row in offerings.get(version.achievement_id, ()):
            found[str(row.pk)] = _offered(row, version, did, known[did], likely.get(version.pk))
    addresses = {id_: achievement for achievement, ids in lineages.items() for id_ in ids}
    return Shelf(digest, found, addresses)


def _versions() -> Iterator[Any]:
    """The current versions that are offered and may be awarded."""
    rows = AchievementVersion.everywhere.filter(
        achievement__current=F("pk"),
        achievement__retired_at=None,
    )
    rows = rows.select_related("organisation", "review").defer("signable", "art", "review_note")
    yield from (one for one in rows.order_by("pk").iterator(500) if overdue_since(one) is None)


def _open(achievements: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Offering]]:
    """Offerings one can still enrol in, by achievement."""
    today, wanted = clock.today(), set(achievements)
    rows = Offering.everywhere.filter(closed_at=None)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    rows = rows.filter(Q(starts_on=None) | Q(starts_on__gte=today))
    rows = rows.filter(Q(apply_by=None) | Q(apply_by__gte=today))
    found: dict[uuid.UUID, list[Offering]] = {}
    for one in rows.order_by("pk").iterator(1_000):
        if one.achievement_id in wanted:
            found.setdefault(one.achievement_id, []).append(one)
    return found


def _offered(
    row: Offering,
    version: Any,
    did: str,
    titles: Mapping[str, tuple[str, ...]],
    chance: Chance | None,
) -> Offered:
    given = taught(version, did)
    return Offered(
        pk=row.pk,
        taught=given,
        title=version.title,
        issuer=version.organisation.name,
        group=row.title,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        apply_by=row.apply_by,
        price=None if row.price is None else Fraction(row.price),
        currency=row.currency,
        delivery=row.delivery,
        languages=(row.language,) if row.language else given.languages,
        place=row.place,
        enrol_url=row.enrol_url,
        requires=_required(given, titles),
        chance=chance,
    )


def _required(given: Taught, titles: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    for text in given.before.values():
        found = groups_of(text, titles)
        if found:
            return tuple(one for one in found if given.holding.achievement not in one)
    return ()


def _lineages() -> Iterator[tuple[uuid.UUID, tuple[str, ...]]]:
    """The public addresses of all versions of every published achievement, newest first."""
    rows = Achievement.everywhere.filter(current__isnull=False)
    for pk, number in rows.values_list("pk", "current__number"):
        base = f"{settings.IDENTITY_URL}/achievements/{pk}"
        yield pk, tuple(f"{base}/{one}" for one in range(number, 0, -1))


def _roots(rows: Iterable[Any]) -> dict[uuid.UUID, str]:
    """The DIDs of the institutions behind versions."""
    found: dict[uuid.UUID, str] = {}
    for one in rows:
        root = one.organisation.root_id
        if root not in found:
            found[root] = tenancy.did_of(tenancy.root_of(one.organisation))
    return found


def _titles(
    rows: Iterable[Any], roots: Mapping[uuid.UUID, str], lineages: Mapping[uuid.UUID, Any]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """By institution: its achievements by their folded titles."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for one in rows:
        did = roots[one.organisation.root_id]
        names = found.setdefault(did, {})
        for title in taught(one, did).titles:
            names[title] = lineages[one.achievement_id]
    return found
