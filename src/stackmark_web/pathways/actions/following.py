"""What a learner does with a pathway: follow it, move to a newer version, leave it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.pathways.actions import auditing, completing
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Completion, Following, Pathway, PathwayVersion
from stackmark_web.pathways.queries import version_for


def follow(user: Any, pathway: Pathway, *, via: str = "web") -> Following:
    """Join a pathway under the version of this day; who follows it already goes on as before.

    Raises ``Problem`` when it is not on offer.
    """
    there = following_of(user, pathway) or _taken_up(user, pathway, via)
    if there is not None:
        return there
    version = version_for(pathway, clock.today())
    if version is None or pathway.retired_at is not None:
        raise Problem("", _("This pathway takes nobody on now."))
    try:
        with transaction.atomic():
            made = Following.objects.create(
                user=user,
                pathway=pathway,
                version=version,
                joined_on=clock.today(),
                dirty_since=clock.now(),
            )
            _note("following.started", made, actor=user, via=via, number=version.number)
    except IntegrityError:  # pressed twice
        there = following_of(user, pathway)
        if there is None:
            raise
        return there
    auditing.audit_now(made)
    return made


def _taken_up(user: Any, pathway: Pathway, via: str) -> Following | None:
    """Who left after it was awarded takes up the same place: it is not awarded once more."""
    rows = Following.objects.filter(user=user, pathway=pathway, left_at__isnull=False)
    found = rows.filter(completions__state=Completion.State.AWARDED).order_by("-joined_on").first()
    if found is None:
        return None
    with transaction.atomic():
        Following.objects.filter(pk=found.pk).update(left_at=None, dirty_since=clock.now())
        _note("following.started", found, actor=user, via=via, number=found.version.number)
    return following_of(user, pathway)


def following_of(user: Any, pathway: Pathway) -> Following | None:
    """The learner's place on a pathway now."""
    rows = Following.objects.filter(user=user, pathway=pathway, left_at=None)
    return rows.select_related("pathway__organisation", "version").first()


def move(following: Following, version_id: uuid.UUID, *, actor: Any, via: str = "web") -> Following:
    """Go on under a newer version; never back, and not once it was awarded.

    Raises ``Problem``.
    """
    _own(following, actor)
    with transaction.atomic():
        rows = Following.objects.select_for_update().filter(pk=following.pk, left_at=None)
        current = rows.select_related("version").first()
        if current is None:
            raise Problem("", _("You left this pathway in the meantime."))
        version = _newer(current, version_id)
        if current.completions.filter(state=Completion.State.AWARDED).exists():
            raise Problem("", _("It was awarded to you already; nothing is left to move."))
        before = current.version.number
        rows.update(version=version, dirty_since=clock.now(), inputs="")
        completing.withdraw(current, reason=_("You moved to another version of the rules."))
        _note(
            "following.moved", current, actor=actor, via=via, before=before, number=version.number
        )
    following.refresh_from_db()
    auditing.audit_now(following)
    return following


def _newer(current: Following, version_id: uuid.UUID) -> PathwayVersion:
    rows = PathwayVersion.everywhere.filter(
        pk=version_id,
        pathway_id=current.pathway_id,
        state=PathwayVersion.State.PUBLISHED,
        number__gt=current.version.number,
    )
    found = rows.first()
    if found is None:
        raise Problem("", _("This is no newer version of the pathway."))
    return found


@transaction.atomic
def leave(following: Following, *, actor: Any, via: str = "web") -> None:
    """Stop following; what was awarded stays, what waits for a board is taken back."""
    _own(following, actor)
    changed = Following.objects.filter(pk=following.pk, left_at=None).update(left_at=clock.now())
    if changed:
        completing.withdraw(following, reason=_("You left the pathway."))
        _note("following.ended", following, actor=actor, via=via)


def _own(following: Following, actor: Any) -> None:
    if following.user_id != getattr(actor, "pk", None):
        raise PermissionError("Only who follows a pathway changes how they follow it.")


def _note(verb: str, one: Following, *, actor: Any, via: str, **after: Any) -> None:
    """An event of the learner's own; the organisation's log holds nothing about who learns."""
    record(verb, actor=actor, target=one, after=after, via=via, label=one.version.title)
