"""What every change to a draft goes through: it is as it was, nobody was faster, it is noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.catalogue import errors
from stackmark_web.catalogue.models import AchievementVersion

State = AchievementVersion.State
_OPEN = (State.DRAFT, State.REVIEW)


def locked(version: AchievementVersion) -> AchievementVersion:
    """The draft as it is now; refuses what is published."""
    current: AchievementVersion = AchievementVersion.everywhere.select_related(
        "organisation", "achievement__organisation", "edited_by", "image", "image_svg"
    ).get(pk=version.pk)
    if current.is_published:
        raise errors.not_a_draft()
    return current


def unchanged(version: AchievementVersion, revision: int) -> AchievementVersion:
    """The draft, if it is still the one the writer saw; else ``errors.StaleError``."""
    current = locked(version)
    if current.revision != revision:
        raise errors.StaleError(current)
    return current


def keep(current: AchievementVersion, *, actor: Any, revision: int) -> None:
    """Store a draft if nobody was faster; ``actor`` when its content was edited."""
    mine = AchievementVersion.everywhere.filter(
        pk=current.pk, revision=revision, state__in=_OPEN
    ).update(revision=F("revision") + 1)
    if not mine:
        raise errors.StaleError(locked(current))
    current.revision = revision + 1
    if actor is not None:
        current.edited_by, current.edited_at = actor, clock.now()
        current.state = State.DRAFT
        contributed(current, actor)
    current.save()


def contributed(version: AchievementVersion, actor: Any) -> None:
    """Remember who wrote in it: none of them may be the second person."""
    if getattr(actor, "pk", None):
        version.contributors.add(actor)


def note(
    verb: str,
    version: AchievementVersion,
    *,
    actor: Any,
    was: str = "",
    after: Mapping[str, Any] | None = None,
) -> None:
    """One event; ``was`` is the state before, where it changed."""
    record(
        verb,
        actor=actor,
        target=version,
        organisation=version.organisation,
        before={"state": was} if was else {},
        after={
            **({"state": version.state} if was else {}),
            "revision": version.revision,
            **(after or {}),
        },
        label=version.title,
    )
