"""Reads about achievements: for pages, for awarding, for machines."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from stackmark.issuing.builder import OB_CONTEXT
from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.record import Record
from stackmark.quality.facts_label import Signed
from stackmark.reading.received import VC2_CONTEXT
from stackmark_web import clock
from stackmark_web.catalogue import facts as label
from stackmark_web.catalogue import facts_documents, overdue
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.figures import UNKNOWN, Figures, figures_of
from stackmark_web.catalogue.models import Achievement, AchievementVersion, Offering
from stackmark_web.catalogue.overdue import (
    changed_at,
    check_awardable,
    overdue_since,
    overdue_versions,
)
from stackmark_web.catalogue.signed import signed_about
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for, require, withheld_by
from stackmark_web.ui.cards import Card, Fact
from stackmark_web.ui.site import address
from stackmark_web.ui.text import best_text

__all__ = ["changed_at", "check_awardable", "overdue_since", "overdue_versions"]
_PUBLISHED = AchievementVersion.State.PUBLISHED


def descriptor_of(version: AchievementVersion) -> Descriptor:
    """The canonical descriptor of a version."""
    return Descriptor.from_json(version.content)


def listed() -> QuerySet[Any]:
    """The versions in the catalogue: current ones of achievements that are not retired."""
    return with_parts(AchievementVersion.everywhere).filter(
        achievement__current=F("pk"), achievement__retired_at=None
    )


def with_parts(rows: Any) -> QuerySet[Any]:
    """Versions with what a card needs, in the same query, and without what is heavy."""
    found: QuerySet[Any] = rows.select_related("organisation", "achievement", "review").defer(
        "signable"
    )
    return found


def card(version: AchievementVersion, *, url: str = "", linked: bool = True) -> Card:
    """The credential card of a version; it leads to ``url``, or to the version's own page."""
    descriptor = descriptor_of(version)
    title = best_text(descriptor.title) or words.UNTITLED
    summary = label.summary(descriptor)
    since = overdue.overdue_since(version)
    return Card(
        title=title,
        issuer=version.organisation.name,
        image_url=image_url(version),
        image_alt="",  # the title stands beside it
        kind=words.KINDS.get(descriptor.kind, ""),
        url=(url or public_url(version)) if linked else "",
        status="expired" if since else "",
        status_label=overdue.sentence(since) if since else "",
        lines=[line for line in (summary, *_joint(descriptor)) if line],
    )


def facts(
    version: AchievementVersion,
    figures: Figures | None = None,
    signed: tuple[Signed, ...] | None = None,
) -> list[Fact]:
    """The facts label of a version; ``signed`` is what others stated about it, if known."""
    said = signed_about([version]).get(version.pk, ()) if signed is None else signed
    known = shown_figures(version, figures)
    day = version.published_at.date() if version.published_at else None
    return [*label.facts_of(record_of(version), known, day, said), *overdue.facts(version)]


def shown_figures(version: AchievementVersion, figures: Figures | None = None) -> Figures:
    """The figures of a version, and which of them its organisation keeps to itself."""
    found = figures or figures_of([version.pk])[version.pk]
    return replace(found, withheld=found.withheld | withheld_by(version.organisation))


def record_of(version: AchievementVersion) -> Record:
    """A version as the record that formats and the facts label share."""
    number = "" if version.number is None else str(version.number)
    return Record(achievement=descriptor_of(version), version=number)


def facts_file(achievement_id: uuid.UUID, number: int, name: str) -> bytes | None:
    """The facts document at an address, by the beginning of its SHA-256; None for no such one."""
    return facts_documents.document(achievement_id, number, name)


def facts_of_record(
    record: Record,
    figures: Figures = UNKNOWN,
    published: date | None = None,
    signed: tuple[Signed, ...] = (),
) -> list[Fact]:
    """The facts label of any record, in the reader's language."""
    return label.facts_of(record, figures, published, signed)


def image_url(version: AchievementVersion) -> str:
    """Where the badge is: frozen for published versions, drawn on the spot for drafts."""
    if version.is_published and version.image_id:
        return address("registry:asset", f"/assets/{version.image_id}", version.image_id)
    if version.is_published:
        return ""
    slug = version.organisation.slug
    picture = reverse("catalogue:draft_badge", args=[slug, version.achievement_id])
    return f"{picture}?r={version.revision}"


def public_url(version: AchievementVersion) -> str:
    """The public page: of the lineage for a current version, else of the version itself."""
    lineage = f"/achievements/{version.achievement_id}"
    if not version.is_published:
        return manage_url(version.achievement)
    if version.achievement.current_id == version.pk:
        return address("registry:achievement", lineage, version.achievement_id)
    return address(
        "registry:version", f"{lineage}/{version.number}", version.achievement_id, version.number
    )


def achievement_json(version: AchievementVersion) -> dict[str, Any]:
    """The public JSON-LD of a published version: the very achievement its credentials carry.

    Once its review is overdue it says so, because nobody should rely on it without asking.
    """
    return {"@context": [VC2_CONTEXT, OB_CONTEXT, *_terms(version)], **version.signable} | _review(
        version
    )


def public_version(achievement_id: uuid.UUID, number: int | None = None) -> Any:
    """A published version at its public address, the current one without a number; or None."""
    rows = AchievementVersion.everywhere.select_related(
        "organisation", "achievement", "review"
    ).filter(achievement_id=achievement_id, state=_PUBLISHED)
    wanted = Q(achievement__current=F("pk")) if number is None else Q(number=number)
    found = rows.filter(wanted).first()
    if found is not None and found.achievement.current_id == found.pk:
        found.achievement.current = found  # or it would be read a second time
    return found


def versions_of(achievement: Achievement) -> list[Any]:
    """The published versions, newest first, as far as a list of links needs them."""
    rows = achievement.versions.filter(state=_PUBLISHED).order_by("-number")
    return list(rows.only("number", "published_at", "achievement_id", "title"))


def version_for_award(organisation: Organisation, version_id: Any) -> AchievementVersion:
    """A published version this organisation may award; ``Http404`` for any other."""
    rows = AchievementVersion.objects.within(organisation).select_related(
        "organisation", "achievement", "image", "review"
    )
    found: AchievementVersion | None = rows.filter(
        pk=version_id, state=_PUBLISHED, achievement__retired_at=None
    ).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def versions_for_award(organisation: Organisation) -> QuerySet[Any]:
    """The current versions an organisation may award, by title."""
    rows = with_parts(AchievementVersion.objects.within(organisation))
    return rows.filter(achievement__current=F("pk"), achievement__retired_at=None).order_by("title")


def achievements_of(organisation: Organisation) -> QuerySet[Any]:
    """What an organisation and its units design and offer, newest first, for its work area."""
    drafts = with_parts(AchievementVersion.everywhere.exclude(state=_PUBLISHED))
    rows = Achievement.objects.within(organisation).select_related(
        "organisation", "current__organisation", "current__achievement", "current__review"
    )
    return (
        rows.prefetch_related(Prefetch("versions", queryset=drafts, to_attr="drafts"))
        .annotate(
            open_offerings=Count("offerings", filter=_open(), distinct=True),
        )
        .order_by("-created_at", "pk")
    )


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """The achievements in one state of their life; all of them for any other word."""
    if state in ("draft", "review"):
        return rows.filter(versions__state=state)
    if state == "published":
        return rows.filter(current__isnull=False, retired_at=None)
    return rows.filter(retired_at__isnull=False) if state == "retired" else rows


def manage_url(achievement: Achievement) -> str:
    """The achievement in its work area."""
    return reverse("catalogue:detail", args=[achievement.organisation.slug, achievement.pk])


def achievement_for(
    user: Any, slug: str, achievement_id: uuid.UUID, permission: Permission
) -> tuple[Organisation, Achievement]:
    """The work area and the achievement, if the person holds the right at both."""
    organisation = organisation_for(user, slug, Permission.VIEW)
    rows = Achievement.objects.within(organisation).select_related("organisation", "current")
    found = rows.filter(pk=achievement_id).first()
    if found is None:
        raise Http404("There is nothing here.")
    require(user, permission, found.organisation)
    return organisation, found


def draft_of(achievement: Achievement) -> AchievementVersion | None:
    """The version being written, if any."""
    rows = achievement.versions.select_related(
        "organisation", "achievement", "edited_by", "submitted_by", "image", "image_svg"
    )
    found: AchievementVersion | None = rows.exclude(state=_PUBLISHED).first()
    return found


def offerings_of(achievement: Achievement, *, public: bool = True) -> Sequence[Offering]:
    """What is on offer; for the public, neither closed nor over."""
    rows = achievement.offerings.order_by(F("starts_on").asc(nulls_last=True), "pk")
    if public:
        rows = rows.filter(closed_at=None).filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))
    return list(rows)


def open_offerings(achievements: Sequence[uuid.UUID]) -> QuerySet[Any]:
    """What is on offer of several achievements, in one query."""
    rows = Offering.everywhere.filter(achievement_id__in=achievements, closed_at=None)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))


def _review(version: AchievementVersion) -> dict[str, str]:
    since = overdue.overdue_since(version)
    return {"reviewOverdueSince": since.isoformat()} if since else {}


def _terms(version: AchievementVersion) -> list[dict[str, Any]]:
    """What that word means, as JSON-LD asks for."""
    meaning = {
        "@id": f"{settings.IDENTITY_URL}/ns#reviewOverdueSince",
        "@type": "http://www.w3.org/2001/XMLSchema#date",
    }
    return [dict.fromkeys(_review(version), meaning)] if _review(version) else []


def _open() -> Q:
    live = Q(offerings__ends_on=None) | Q(offerings__ends_on__gte=clock.today())
    return Q(offerings__isnull=False, offerings__closed_at=None) & live


def _joint(descriptor: Descriptor) -> list[str]:
    others = [one.name for one in descriptor.parties if one.role == "awarding"]
    return [words.jointly(others)] if others else []
