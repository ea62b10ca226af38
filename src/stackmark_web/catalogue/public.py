"""What anybody may know of published achievements, for the public register and its downloads."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet

from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import searching
from stackmark_web.catalogue.models import Achievement, AchievementVersion, Facet
from stackmark_web.catalogue.words import fold

VERBS: Final = ("achievement.published", "achievement.retired", "achievement.restored")
LEVELS: Final = tuple("12345678")  # of the European Qualifications Framework
_PUBLISHED = AchievementVersion.State.PUBLISHED
_HEAVY: Final = ("signable", "art", "review_note")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor looks for; what is empty leaves nothing out."""

    text: str = ""
    skill: str = ""
    level: str = ""
    kind: str = ""
    profile: str = ""
    retired: bool = False


def found(wish: Wish) -> QuerySet[Any]:
    """Current versions that fit, with their organisations; those on offer or those retired."""
    if wish.retired:
        rows = _retired(wish)
    else:
        chosen = {"level": [wish.level] if wish.level else []}
        chosen["kind"] = [wish.kind] if wish.kind else []
        rows = searching.published(searching.Wish(text=wish.text, chosen=chosen, order="title"))
        rows = _with(rows, "profile", Q(value=wish.profile)) if wish.profile else rows
        if wish.skill:
            rows = _with(rows, "skill", Q(value__contains=fold(wish.skill)[:200]))
    return rows.order_by("title", "pk")


def _with(rows: QuerySet[Any], name: str, fits: Q) -> QuerySet[Any]:
    return rows.filter(Exists(Facet.objects.filter(fits, name=name, version=OuterRef("pk"))))


def _retired(wish: Wish) -> QuerySet[Any]:
    """What is no longer offered is in no index: found by its title, level and kind only."""
    rows = AchievementVersion.everywhere.filter(
        achievement__current=F("pk"), achievement__retired_at__isnull=False
    )
    rows = rows.select_related("organisation", "achievement").defer(*_HEAVY)
    if wish.text:
        rows = rows.filter(title__icontains=wish.text)
    if wish.level:
        rows = rows.filter(level=int(wish.level) if wish.level in LEVELS else 0)
    return rows.filter(kind=wish.kind) if wish.kind else rows


def met_by(versions: Sequence[Any]) -> dict[uuid.UUID, list[str]]:
    """The rule sets each version met when it was published."""
    met: dict[uuid.UUID, list[str]] = {one.pk: [] for one in versions}
    rows = Facet.objects.filter(name="profile", version__in=list(met)).order_by("pk")
    for version, value in rows.values_list("version_id", "value"):
        met[version].append(value)
    return met


def counts() -> Counter[uuid.UUID]:
    """How many achievements each institution has in the catalogue, those of its units included.

    One that published and retired everything is there with nothing.
    """
    rows = Achievement.everywhere.filter(current__isnull=False)
    live = Count("pk", filter=Q(retired_at=None))
    many: Counter[uuid.UUID] = Counter()
    for path, number in rows.order_by().values_list("organisation__path").annotate(many=live):
        many[uuid.UUID(path.split("/", 1)[0])] += number
    return many


def current(achievement_id: uuid.UUID) -> Any:
    """The current version of an achievement, retired or not; None when none was published."""
    rows = AchievementVersion.everywhere.select_related("organisation", "achievement")
    return rows.filter(achievement_id=achievement_id, achievement__current=F("pk")).first()


def all_achievements() -> Iterator[Any]:
    """Every published achievement, a few at a time, with ``published`` versions, oldest first."""
    versions = AchievementVersion.everywhere.filter(state=_PUBLISHED).defer(*_HEAVY)
    rows = Achievement.everywhere.filter(current__isnull=False).select_related("organisation")
    rows = rows.prefetch_related(
        Prefetch("versions", versions.order_by("number"), to_attr="published")
    )
    yield from rows.order_by("created_at", "pk").iterator(chunk_size=200)


def all_current() -> Iterator[Any]:
    """The current version of everything in the catalogue, a few at a time."""
    rows = AchievementVersion.everywhere.filter(
        achievement__current=F("pk"), achievement__retired_at=None
    )
    rows = rows.select_related("organisation", "achievement").defer(*_HEAVY)
    yield from rows.order_by("published_at", "pk").iterator(chunk_size=200)


# -- what happened ------------------------------------------------------------------------------


def targets(events: Iterable[AuditEvent]) -> dict[str, tuple[uuid.UUID, int | None]]:
    """The achievement, and the number of its version, that each event's target id means."""
    pks = {one.target_id for one in events if one.verb in VERBS}
    versions = AchievementVersion.everywhere.filter(pk__in=pks, state=_PUBLISHED)
    named: dict[str, tuple[uuid.UUID, int | None]] = {
        str(pk): (achievement, number)
        for pk, achievement, number in versions.values_list("pk", "achievement_id", "number")
    }
    lines = Achievement.everywhere.filter(pk__in=pks, current__isnull=False)
    return named | {str(pk): (pk, None) for pk in lines.values_list("pk", flat=True)}


def ids_of(achievement: Achievement) -> list[str]:
    """What events about an achievement have as their target."""
    versions = achievement.versions.filter(state=_PUBLISHED).values_list("pk", flat=True)
    return [str(achievement.pk), *map(str, versions)]


def state() -> tuple[Any, ...]:
    """Something that differs as soon as anything that is published does."""
    last = AuditEvent.objects.filter(verb__in=VERBS).aggregate(last=Max("pk"))["last"]
    rows = Achievement.everywhere.filter(current__isnull=False)
    counted = rows.aggregate(
        many=Count("pk"), newest=Max("current__published_at"), retired=Max("retired_at")
    )
    return last, counted["many"], counted["newest"], counted["retired"]
