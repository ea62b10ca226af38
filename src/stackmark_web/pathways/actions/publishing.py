"""Publish a version, retire a pathway, bring it back."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.stacking.lint import lint
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.pathways.actions.designing import allow, check_award
from stackmark_web.pathways.drafts import keep, next_number, note, unchanged, written
from stackmark_web.pathways.errors import BlockedError, Problem
from stackmark_web.pathways.models import Pathway, PathwayVersion
from stackmark_web.pathways.queries import published_versions
from stackmark_web.pathways.rules_of import rules_of
from stackmark_web.tenancy.permissions import Permission

MAX_NOTE = 4_000


@transaction.atomic
def publish(
    version: PathwayVersion,
    *,
    actor: Any,
    applies_from: date | None = None,
    changed: str = "",
    revision: int | None = None,
    via: str = "web",
) -> PathwayVersion:
    """Freeze a draft as the next version, for who joins on ``applies_from`` or later.

    Who joined before keeps their version. Raises ``Problem`` at the field, ``BlockedError`` with
    the findings that make it impossible, ``StaleError`` when ``revision`` is no longer so.
    """
    allow(actor, Permission.PUBLISH, version.organisation)
    current = unchanged(version, version.revision if revision is None else revision)
    pathway = current.pathway
    _check_ready(current)
    day = applies_from or clock.today()
    _check_day(pathway, day)
    told = changed.replace("\x00", "").strip()
    if len(told) > MAX_NOTE:
        raise Problem("note", _("This is too long: at most %d characters.") % MAX_NOTE)
    keep(current, actor=None, revision=current.revision)
    current.number = next_number(pathway)
    current.rules = written(current, current.rules)
    current.sha256 = digest_of(current.rules)
    current.applies_from, current.note = day, told
    current.published_by, current.published_at = actor, clock.now()
    current.state = PathwayVersion.State.PUBLISHED
    current.save()
    Pathway.everywhere.filter(pk=pathway.pk).update(current=current)
    pathway.current = current
    note("pathway.published", current, actor=actor, via=via, number=current.number)
    return current


def digest_of(rules: dict[str, Any]) -> str:
    """SHA-256 of rules as they are served: the same rules, the same digest."""
    text = json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _check_ready(current: PathwayVersion) -> None:
    pathway = current.pathway
    if pathway.retired_at is not None:
        raise Problem("", _("This pathway is retired; bring it back first."))
    if pathway.achievement is None:
        raise Problem("", _("Say first which achievement is awarded when the rules are met."))
    check_award(pathway.organisation, pathway.kind, pathway.achievement, pathway.conferral)
    if pathway.achievement.retired_at is not None:
        raise Problem("", _("The achievement that is awarded is retired; choose another."))
    found = tuple(one for one in lint(rules_of(current)) if one.kind == "impossible")
    if found:
        raise BlockedError(found)


def _check_day(pathway: Pathway, day: date) -> None:
    """A later version applies from today or later, and not before an earlier one."""
    earlier = published_versions(pathway).first()
    if earlier is None:
        return
    if day < clock.today():
        raise Problem("applies_from", _("A day that has passed would change who joined since."))
    if day < earlier.applies_from:
        raise Problem(
            "applies_from",
            _("Version %(number)d applies from %(day)s; this one cannot apply earlier.")
            % {"number": earlier.number, "day": earlier.applies_from.isoformat()},
        )


@transaction.atomic
def retire(pathway: Pathway, *, actor: Any, via: str = "web") -> Pathway:
    """Take a pathway off offer; who follows it goes on."""
    return _offer(pathway, actor=actor, via=via, retired=True)


@transaction.atomic
def restore(pathway: Pathway, *, actor: Any, via: str = "web") -> Pathway:
    """Put a retired pathway on offer again."""
    return _offer(pathway, actor=actor, via=via, retired=False)


def _offer(pathway: Pathway, *, actor: Any, via: str, retired: bool) -> Pathway:
    allow(actor, Permission.PUBLISH, pathway.organisation)
    if pathway.current is None:
        raise Problem("", _("Nothing of it is published yet."))
    when = clock.now() if retired else None
    rows = Pathway.everywhere.filter(pk=pathway.pk, retired_at__isnull=retired)
    if rows.update(retired_at=when):
        pathway.retired_at = when
        record(
            "pathway.retired" if retired else "pathway.restored",
            actor=actor,
            target=pathway,
            organisation=pathway.organisation,
            via=via,
            label=str(pathway),
        )
    return pathway
