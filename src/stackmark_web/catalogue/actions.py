"""Changes to achievements. Each: the right is checked, one transaction, one audit event.

``actor`` is a person, or None for the system (the demo world). Published versions never change;
what a page, a job and the demo do goes through here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.achievement_gaps import gaps
from stackmark.rendering.badge_art import BadgeArt
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.catalogue import art as badges
from stackmark_web.catalogue import (
    errors,
    facts_documents,
    gate,
    indexing,
    judging,
    publishing,
    reviewing,
)
from stackmark_web.catalogue.drafts import contributed as _contributed
from stackmark_web.catalogue.drafts import keep as _keep
from stackmark_web.catalogue.drafts import locked as _locked
from stackmark_web.catalogue.drafts import note as _note
from stackmark_web.catalogue.drafts import unchanged as _unchanged
from stackmark_web.catalogue.models import Achievement, AchievementVersion, Review
from stackmark_web.catalogue.reviewing import needs_second_person
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

State = AchievementVersion.State


@transaction.atomic
def create_draft(
    organisation: Organisation, *, actor: Any, content: Mapping[str, Any] | Descriptor
) -> AchievementVersion:
    """A new achievement with its first draft, and art that looks good from the beginning.

    ``content`` may be unfinished; what cannot be read raises ``UsageError``.
    """
    _allow(actor, Permission.DESIGN, organisation)
    descriptor = _read(content)
    now = clock.now()
    achievement = Achievement.everywhere.create(organisation=organisation, created_at=now)
    version = _start(achievement, actor=actor)
    version.art = badges.suggested(descriptor, organisation)
    _fill(version, descriptor)
    version.save(force_insert=True)
    _note("achievement.drafted", version, actor=actor)
    _contributed(version, actor)
    return version


@transaction.atomic
def save_draft(
    version: AchievementVersion,
    *,
    actor: Any,
    content: Mapping[str, Any] | Descriptor,
    revision: int,
) -> AchievementVersion:
    """Keep what was written, finished or not; saving again changes nothing.

    ``revision`` is that of the draft the writer saw: ``errors.StaleError`` when it is no longer so.
    A draft that waits for review becomes a draft again.
    """
    _allow(actor, Permission.DESIGN, version.organisation)
    descriptor = _read(content)
    current = _unchanged(version, revision)
    before = Descriptor.from_json(current.content)
    if descriptor == before:
        return current
    was_suggested = current.art == badges.suggested(before, current.organisation)
    if was_suggested or (not current.art and not current.image_id):
        current.art = badges.suggested(descriptor, current.organisation)
    _fill(current, descriptor)
    _keep(current, actor=actor, revision=revision)
    _note("achievement.saved", current, actor=actor, after={"fields": _changed(before, descriptor)})
    return current


@transaction.atomic
def set_art(
    version: AchievementVersion, *, actor: Any, art: BadgeArt, revision: int
) -> AchievementVersion:
    """Give a draft a composed badge."""
    _allow(actor, Permission.DESIGN, version.organisation)
    current = _unchanged(version, revision)
    current.art, current.image, current.image_svg = badges.as_json(art), None, None
    _keep(current, actor=actor, revision=revision)
    _note("achievement.saved", current, actor=actor, after={"fields": ["art"]})
    return current


@transaction.atomic
def set_image(
    version: AchievementVersion, *, actor: Any, data: bytes, revision: int
) -> AchievementVersion:
    """Give a draft an uploaded badge, made harmless first. Raises ``ReadError``."""
    _allow(actor, Permission.DESIGN, version.organisation)
    current = _unchanged(version, revision)
    current.image, current.image_svg = badges.take_upload(data)
    current.art = {}
    _keep(current, actor=actor, revision=revision)
    _note("achievement.saved", current, actor=actor, after={"fields": ["image"]})
    return current


@transaction.atomic
def submit(version: AchievementVersion, *, actor: Any) -> AchievementVersion:
    """Hand a complete draft to a second person."""
    _allow(actor, Permission.DESIGN, version.organisation)
    current = _locked(version)
    _check_ready(current)
    gate.check(current)
    current.state, current.submitted_at, current.review_note = State.REVIEW, clock.now(), ""
    current.submitted_by = actor
    _keep(current, actor=None, revision=current.revision)
    _note("achievement.submitted", current, actor=actor, was=State.DRAFT)
    return current


@transaction.atomic
def approve(
    version: AchievementVersion, *, actor: Any, reasons: str, digest: str, named: bool = False
) -> AchievementVersion:
    """A second person's signed approval of exactly the content they read.

    ``digest``: ``judging.digest_of`` of what they read. It counts until anything is changed.
    Raises ``UsageError`` ``catalogue.changed``, ``.reasons``, ``.four-eyes``, ``.not-submitted``.
    """
    current = _under_review(version, actor, digest)
    _check_ready(current)
    gate.check(current)
    if reviewing.wrote(actor, current):
        raise errors.second_person()
    decision = reviewing.decide(current, "approved", actor=actor, reasons=reasons, named=named)
    _keep(current, actor=None, revision=current.revision)
    _note("achievement.approved", current, actor=actor, after={"decision": str(decision.pk)})
    return current


@transaction.atomic
def send_back(
    version: AchievementVersion, *, actor: Any, reasons: str, digest: str, named: bool = False
) -> AchievementVersion:
    """Return a draft from review, with signed reasons. Raises as ``approve``."""
    current = _under_review(version, actor, digest)
    decision = reviewing.decide(current, "sent-back", actor=actor, reasons=reasons, named=named)
    current.state, current.review_note = State.DRAFT, decision.reasons
    _keep(current, actor=None, revision=current.revision)
    after = {"decision": str(decision.pk)}
    _note("achievement.sent-back", current, actor=actor, was=State.REVIEW, after=after)
    return current


@transaction.atomic
def justify(
    version: AchievementVersion, *, actor: Any, text: str, revision: int
) -> AchievementVersion:
    """Say why a draft is needed beside others that say the same, as they are found now."""
    _allow(actor, Permission.DESIGN, version.organisation)
    current = _unchanged(version, revision)
    said = text.strip()[:2_000]
    found = [one.version.achievement_id for one in judging.twins(current) if one.asks]
    if found and not said:
        raise UsageError("catalogue.reasons", _("Say why both are needed."))
    current.justification = {"text": said, "achievements": sorted(map(str, found))} if said else {}
    _keep(current, actor=actor, revision=revision)
    _note("achievement.saved", current, actor=actor, after={"fields": ["justification"]})
    return current


@second_person("achievement.publish")
@transaction.atomic
def publish(
    version: AchievementVersion, *, actor: Any, review_months: int | None = None
) -> AchievementVersion:
    """Freeze a complete draft as the next version and put it into the catalogue.

    ``review_months``: until the next review, 12 to 36. Raises ``errors.NotReadyError`` with what
    is missing, ``errors.BlockedError`` with the findings in the way, ``UsageError`` ``catalogue.…``
    when a second person's approval is needed, ``StackmarkError`` naming the place of what cannot
    be signed.
    """
    current = _locked(version)
    _check_publisher(current, actor)
    descriptor = _check_ready(current)
    gate.check(current)
    due = reviewing.start_review(current, review_months)
    achievement = current.achievement
    number = (achievement.versions.aggregate(most=Max("number"))["most"] or 0) + 1
    badges.render(current)
    _fill(current, descriptor)
    current.signable = publishing.signable(current, descriptor, number)
    was, current.number, current.state = current.state, number, State.PUBLISHED
    current.published_at, current.published_by = clock.now(), actor
    _keep(current, actor=None, revision=current.revision)
    current.review = Review.objects.create(version=current, due=due, set_at=clock.now())
    Achievement.everywhere.filter(pk=achievement.pk).update(current=current)
    achievement.current = current
    if achievement.retired_at is None:
        indexing.list_version(current)
    _note(
        "achievement.published",
        current,
        actor=actor,
        was=was,
        after={"number": number, "review": due.isoformat()},
    )
    return current


@transaction.atomic
def new_version(achievement: Achievement, *, actor: Any) -> AchievementVersion:
    """A draft of the next version, beginning as a copy of the published one.

    The draft there already is, when there is one.
    """
    _allow(actor, Permission.DESIGN, achievement.organisation)
    waiting = achievement.versions.exclude(state=State.PUBLISHED).first()
    if waiting is not None:
        return waiting
    source = achievement.current
    if source is None:
        raise UsageError("catalogue.no-version", _("Nothing has been published yet."))
    version = _start(achievement, actor=actor)
    version.art, version.justification = source.art, source.justification
    if not source.art:
        version.image, version.image_svg = source.image, source.image_svg
    _fill(version, Descriptor.from_json(source.content))
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError:  # somebody pressed the same button at the same moment
        return achievement.versions.exclude(state=State.PUBLISHED).get()
    _note("achievement.drafted", version, actor=actor, after={"from": source.number})
    return version


@transaction.atomic
def discard(version: AchievementVersion, *, actor: Any) -> None:
    """Delete a draft; an achievement without any published version goes with it."""
    _allow(actor, Permission.DESIGN, version.organisation)
    current = _locked(version)
    achievement = current.achievement
    _note("achievement.discarded", current, actor=actor)
    current.delete()
    if achievement.current_id is None:
        achievement.delete()


@transaction.atomic
def retire(achievement: Achievement, *, actor: Any) -> None:
    """Stop offering and awarding an achievement; what was awarded keeps counting."""
    _allow(actor, Permission.PUBLISH, achievement.organisation)
    rows = Achievement.everywhere.filter(pk=achievement.pk, retired_at=None)
    if rows.update(retired_at=clock.now()):
        indexing.unlist(achievement)
        achievement.refresh_from_db()
        _note_lineage("achievement.retired", achievement, actor=actor)


@transaction.atomic
def restore(achievement: Achievement, *, actor: Any) -> None:
    """Bring a retired achievement back into the catalogue."""
    _allow(actor, Permission.PUBLISH, achievement.organisation)
    rows = Achievement.everywhere.filter(pk=achievement.pk, retired_at__isnull=False)
    if rows.update(retired_at=None):
        achievement.refresh_from_db()
        if achievement.current is not None:
            indexing.list_version(achievement.current)
        _note_lineage("achievement.restored", achievement, actor=actor)


def _allow(actor: Any, permission: Permission, organisation: Organisation) -> None:
    if actor is not None:
        require(actor, permission, organisation)


def _read(content: Mapping[str, Any] | Descriptor) -> Descriptor:
    given = content.to_json() if isinstance(content, Descriptor) else content
    return Descriptor.from_json(given)


def _start(achievement: Achievement, *, actor: Any) -> AchievementVersion:
    return AchievementVersion(
        achievement=achievement,
        organisation=achievement.organisation,
        edited_at=clock.now(),
        edited_by=actor,
    )


def _fill(version: AchievementVersion, descriptor: Descriptor) -> None:
    """The content, and the columns that repeat it."""
    version.content = descriptor.to_json()
    version.title = descriptor.name[:300]
    version.kind, version.language = descriptor.kind, descriptor.language
    version.level = descriptor.level.eqf if descriptor.level else None
    version.workload_hours = descriptor.workload.high if descriptor.workload else None


def _check_ready(version: AchievementVersion) -> Descriptor:
    descriptor = Descriptor.from_json(version.content)
    found = gaps(descriptor)
    if found:
        raise errors.NotReadyError(found)
    return descriptor


def _check_publisher(version: AchievementVersion, actor: Any) -> None:
    if actor is None:
        return
    require(actor, Permission.PUBLISH, version.organisation)
    if not needs_second_person(version.organisation):
        return
    if version.state != State.REVIEW:
        raise errors.not_submitted()
    if reviewing.approval_of(version) is None:
        raise errors.not_approved()


def _under_review(version: AchievementVersion, actor: Any, digest: str) -> AchievementVersion:
    """The draft that waits for this reviewer, if it is what they read."""
    require(actor, Permission.REVIEW, version.organisation)
    current = _locked(version)
    if current.state != State.REVIEW:
        raise errors.not_submitted()
    if judging.digest_of(current) != digest:
        raise errors.changed_meanwhile()
    return current


def _changed(before: Descriptor, after: Descriptor) -> list[str]:
    old, new = before.to_json(), after.to_json()
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _note_lineage(verb: str, achievement: Achievement, *, actor: Any) -> None:
    record(
        verb,
        actor=actor,
        target=achievement,
        organisation=achievement.organisation,
        before={"retired": achievement.retired_at is None},
        after={"retired": achievement.retired_at is not None},
        label=str(achievement),
    )


def facts_document(version: AchievementVersion) -> facts_documents.FactsDocument | None:
    """The facts document that credentials of a published version are bound to, kept from now on.

    None where the signed achievement says all there is.
    """
    return facts_documents.of_version(version)
