"""What a board does: make a list, confer all of it or one, refuse one with its reason, a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.jobs import actions as jobs
from stackmark_web.jobs.models import Run
from stackmark_web.pathways import letters
from stackmark_web.pathways.actions import auditing, granting, rechecking
from stackmark_web.pathways.actions.completing import holds, is_complete, reopen
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Completion, ConferralList, Pathway
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

KIND: Final = "pathway-conferral"
AT_ONCE: Final = 10  # so many are conferred while the board waits; more are a run
CHUNK: Final = 50
MAX_WORDS: Final = 4_000
State = Completion.State


@transaction.atomic
def make_list(
    pathway: Pathway, *, actor: Any, name: str, completions: Iterable[Any] = ()
) -> ConferralList:
    """A list of those who wait; of all that stand on none when nobody is named."""
    _allow(actor, pathway)
    title = _words("name", name, 120)
    if not title:
        raise Problem("name", _("Give the list a name, such as the day of the meeting."))
    waiting = _waiting(pathway).filter(list=None)
    chosen = list(completions)
    if chosen:
        waiting = waiting.filter(pk__in=chosen)
    if not waiting.exists():
        raise Problem("", _("Nobody waits who is not on a list already."))
    made = ConferralList.everywhere.create(
        organisation=pathway.organisation,
        pathway=pathway,
        name=title,
        made_by=actor,
        made_at=clock.now(),
    )
    count = waiting.update(list=made)
    _note("conferral.listed", made, actor=actor, count=count)
    return made


def confer(listed: ConferralList, *, actor: Any, minute: str) -> Run | None:
    """Confer on everybody who still waits on a list; a run where they are many.

    ``minute`` is of the board's meeting and kept with the list. Raises ``Problem``.
    """
    _allow(actor, listed.pathway)
    text = _words("minute", minute, MAX_WORDS)
    if not text:
        raise Problem("minute", _("Write down when the board met and what it decided."))
    if actor is not None and _of_list(listed).filter(user=actor).exists():
        raise Problem("", _("You stand on this list yourself; a colleague confers it."))
    with transaction.atomic():
        found = list(_of_list(listed).values_list("pk", flat=True))
        if not found:
            raise Problem("", _("Nobody on this list waits any more."))
        values: dict[str, Any] = {"decided_by": actor, "decided_at": clock.now(), "minute": text}
        ConferralList.everywhere.filter(pk=listed.pk).update(**values)
        _note("conferral.decided", listed, actor=actor, count=len(found))
        run = _run(listed, found, actor) if len(found) > AT_ONCE else None
    if run is None:
        _together(_of_list(listed), actor=actor)
    return run


def _run(listed: ConferralList, found: Sequence[Any], actor: Any) -> Run:
    return jobs.start(
        KIND,
        organisation=listed.organisation,
        actor=actor,
        title=_("Conferral: %(name)s") % {"name": listed.name},
        total=len(found),
        chunk_size=CHUNK,
        params={"list": str(listed.pk), "who": [str(pk) for pk in found]},
    )


def confer_chunk(
    run: Run, first: int, last: int, heartbeat: Callable[[], None]
) -> list[StackmarkError | None]:
    """Some of a list; who was awarded by an earlier try is left alone."""
    who = run.params["who"][first:last]
    rows = Completion.everywhere.filter(pk__in=who, state=State.WAITING)
    found = list(rows.select_related(*granting.TIED).order_by("pk"))
    return _grant(found, actor=run.actor, guard=heartbeat)


def confer_one(completion: Completion, *, actor: Any, minute: str) -> None:
    """Confer on one person. Raises ``Problem`` with what hinders it."""
    _allow_about(completion, actor)
    text = _words("minute", minute, MAX_WORDS)
    if not text:
        raise Problem("minute", _("Write down when the board met and what it decided."))
    now = clock.now()
    with transaction.atomic():
        alone = ConferralList.everywhere.create(
            organisation=completion.organisation,
            pathway=completion.version.pathway,
            name=_("Decision on one person"),
            made_by=actor,
            made_at=now,
            decided_by=actor,
            decided_at=now,
            minute=text,
        )
        rows = Completion.everywhere.filter(pk=completion.pk, state=State.WAITING)
        if not rows.update(list=alone):
            raise Problem("", _("This was decided in the meantime."))
        _note("conferral.decided", alone, actor=actor, count=1)
    _together(_of_list(alone), actor=actor)


@transaction.atomic
def refuse(completion: Completion, *, actor: Any, reason: str) -> None:
    """The board says no; the reason is told to the learner."""
    _allow_about(completion, actor)
    text = _words("reason", reason, MAX_WORDS)
    if not text:
        raise Problem("reason", _("Say why; the learner reads it."))
    values = {
        "state": State.REFUSED,
        "reason": text,
        "decided_at": clock.now(),
        "decided_by": actor,
    }
    rows = Completion.everywhere.filter(pk=completion.pk, state=State.WAITING, award=None)
    if not rows.update(**values):
        raise Problem("", _("This was decided in the meantime."))
    completion.refresh_from_db()
    reopen(completion)
    _told("completion.refused", completion, actor=actor)
    letters.tell(completion, "pathway-refused", reason=text)


def _together(rows: QuerySet[Completion], *, actor: Any) -> None:
    found = list(rows.select_related(*granting.TIED))
    refusals = [one for one in _grant(found, actor=actor) if one is not None]
    if refusals:
        raise Problem("", refusals[0].detail)


def _grant(
    found: Sequence[Completion], *, actor: Any, guard: Callable[[], None] | None = None
) -> list[StackmarkError | None]:
    """Award those that are still complete; each is told and noted."""
    unsure = rechecking.before_award(found)
    good = _still_good([one for one in found if one.pk not in unsure])
    made = dict(zip([one.pk for one in good], _granted(good, actor, guard), strict=True))
    bad = Problem("", _("It is no longer complete; nothing was awarded."))
    for one in good:
        if made[one.pk] is None:
            with transaction.atomic():
                _told("completion.conferred", one, actor=actor)
                letters.tell(one, "pathway-conferred")
    return [made.get(one.pk, unsure.get(one.pk, bad)) for one in found]


def _still_good(found: Sequence[Completion]) -> list[Completion]:
    """Those that an audit of this moment leaves complete, and whose witness proves it."""
    for one in found:
        if one.following is not None:
            auditing.audit_now(one.following)
    rows = Completion.everywhere.filter(pk__in=[one.pk for one in found], state=State.WAITING)
    fresh = rows.select_related(*granting.TIED).order_by("pk")
    return [one for one in fresh if is_complete(one) and holds(one)]


def _granted(
    good: Sequence[Completion], actor: Any, guard: Callable[[], None] | None
) -> list[StackmarkError | None]:
    return granting.grant(good, actor=actor, guard=guard) if good else []


def _waiting(pathway: Pathway) -> QuerySet[Completion]:
    return Completion.everywhere.filter(
        version__pathway=pathway, state=State.WAITING, automatic=False, user__isnull=False
    )


def _of_list(listed: ConferralList) -> QuerySet[Completion]:
    return Completion.everywhere.filter(list=listed, state=State.WAITING).order_by("pk")


def _allow(actor: Any, pathway: Pathway) -> None:
    require(actor, Permission.AWARD, pathway.organisation)


def _allow_about(completion: Completion, actor: Any) -> None:
    """Who may award, but never about themselves."""
    _allow(actor, completion.version.pathway)
    if actor is not None and completion.user_id == actor.pk:
        raise Problem("", _("It is about you; a colleague decides."))


def _words(field: str, text: str, limit: int) -> str:
    found = text.replace("\x00", "").strip()
    if len(found) > limit:
        raise Problem(field, _("This is too long: at most %d characters.") % limit)
    return found


def _note(verb: str, listed: ConferralList, *, actor: Any, count: int) -> None:
    record(
        verb,
        actor=actor,
        target=listed,
        organisation=listed.organisation,
        after={"count": count},
        label=listed.name,
    )


def _told(verb: str, one: Completion, *, actor: Any) -> None:
    record(
        verb,
        actor=actor,
        target=one,
        organisation=one.organisation,
        after={"user": str(one.user_id)},
        label=one.version.title,
    )
