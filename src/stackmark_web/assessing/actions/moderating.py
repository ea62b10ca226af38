"""Meetings of markers over what they marked, and scripts kept to be marked again blind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import allotting
from stackmark_web.assessing.actions._desk import locked, note, permit
from stackmark_web.assessing.models import Attempt, Marking, Moderation
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

WANTED: Final = 20  # archived scripts of an achievement, enough to see a drift of markers


# -- meetings ---------------------------------------------------------------------------------


@transaction.atomic
def hold_meeting(
    achievement: Any,
    *,
    actor: Any,
    held_on: date,
    attempts: Iterable[Attempt],
    present: Iterable[Any] = (),
) -> Moderation:
    """A meeting over the scripts of a period; raises ``Problem`` when there are none."""
    require(actor, Permission.ASSESS, achievement.organisation)
    scripts = list(attempts)
    if not scripts:
        raise Problem("start", _("Nothing was marked in this period."))
    made: Moderation = Moderation.everywhere.create(
        organisation=achievement.organisation,
        achievement=achievement,
        held_on=held_on,
        chaired_by=actor,
    )
    made.attempts.set(scripts)
    made.present.set({actor, *present})
    _trace("moderation.held", made, actor)
    return made


def _trace(verb: str, meeting: Moderation, actor: Any) -> None:
    record(
        verb,
        actor=actor,
        target=meeting,
        organisation=meeting.organisation,
        label=str(meeting.achievement.current or ""),
    )


@transaction.atomic
def write_note(meeting: Moderation, attempt: Attempt, *, actor: Any, text: str) -> None:
    """What was said of a script."""
    found = _open(meeting, actor)
    if not found.attempts.filter(pk=attempt.pk).exists():
        raise Problem("", _("This script is not part of the meeting."))
    permit(actor, attempt)
    text = words("text", text)
    notes = {**found.notes, str(attempt.pk): text}
    found.notes = {key: value for key, value in notes.items() if value}
    found.save(update_fields=["notes"])
    meeting.notes = found.notes


@transaction.atomic
def close(meeting: Moderation, *, actor: Any, conclusion: str) -> None:
    """End it with what was concluded; nothing of it changes afterwards."""
    found = _open(meeting, actor)
    found.conclusion = words("conclusion", conclusion, needed=_("Say what the meeting concluded."))
    found.closed_at = clock.now()
    found.save(update_fields=["conclusion", "closed_at"])
    meeting.refresh_from_db()
    _trace("moderation.closed", meeting, actor)


def _open(meeting: Moderation, actor: Any) -> Moderation:
    require(actor, Permission.ASSESS, meeting.organisation)
    found: Moderation = Moderation.everywhere.select_for_update(of=("self",)).get(pk=meeting.pk)
    if found.closed_at is not None:
        raise Problem("", _("This meeting is closed; its notes do not change any more."))
    return found


# -- archived scripts ------------------------------------------------------------------------


@transaction.atomic
def archive(attempt: Attempt, *, actor: Any, keep: bool = True) -> None:
    """Keep a decided script to be marked again blind in later cycles, or stop keeping it."""
    permit(actor, attempt)
    attempt = locked(attempt)
    if keep and attempt.state != Attempt.State.DECIDED:
        raise Problem("", _("Only a script whose decision is confirmed can be kept."))
    if keep and attempt.total is None:
        raise Problem("", _("This attempt has no score to compare a later marking with."))
    Attempt.everywhere.filter(pk=attempt.pk).update(is_archived=keep)
    note("script.archived" if keep else "script.unarchived", attempt, actor=actor)


@transaction.atomic
def start_cycle(achievement: Any, *, actor: Any) -> list[Marking]:
    """Every archived script of an achievement is marked again; nobody is told which ones.

    A script whose blind marking still waits gets no second one.
    """
    require(actor, Permission.ASSESS, achievement.organisation)
    waiting = Marking.everywhere.filter(kind=Marking.Kind.ANCHOR, state__in=allotting.OPEN)
    rows = Attempt.everywhere.filter(achievement=achievement, is_archived=True)
    scripts = rows.exclude(pk__in=waiting.values("attempt")).select_related(
        "achievement", "organisation"
    )
    made = [allotting.add(one, Marking.Kind.ANCHOR, Marking.Why.ASKED) for one in scripts]
    if not made:
        raise Problem("", _("No script is kept, or all of them wait to be marked already."))
    record(
        "script.cycle-started",
        actor=actor,
        target=achievement,
        organisation=achievement.organisation,
        after={"scripts": len(made)},
        label=str(achievement.current or ""),
    )
    return made
