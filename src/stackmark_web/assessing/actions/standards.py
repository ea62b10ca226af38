"""Changes to standard-setting workshops: prepare, invite, rate, close rounds, confirm the cut."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.queries import person_by_address
from stackmark_web.assessing import workshops
from stackmark_web.assessing.models import CutScore, Judge, Rating, Workshop
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require, works_in

State = Workshop.State
MAX_ITEMS: Final = 500
MAX_ROUNDS: Final = 5
MAX_JUDGES: Final = 60


@transaction.atomic
def create_workshop(
    achievement: Any,
    *,
    actor: Any,
    method: str,
    title: str,
    items: Sequence[Mapping[str, Any]],
    component: str = "",
    candidate_text: str = "",
    rounds: int = 2,
) -> Workshop:
    """A workshop in preparation, about the current version. Raises ``Problem``."""
    _allow(actor, achievement.organisation)
    if achievement.current is None:
        raise Problem("", _("Publish a version first: a standard is set for what is published."))
    made = Workshop(
        organisation=achievement.organisation,
        achievement=achievement,
        version=achievement.current,
        method=Workshop.Method(method),
        component=component,
        made_by=actor,
        made_at=clock.now(),
    )
    _fill(made, title, candidate_text, items, rounds)
    made.save(force_insert=True)
    _note("standard.prepared", made, actor, after={"method": method, "items": len(items)})
    return made


@transaction.atomic
def change_workshop(
    workshop: Workshop,
    *,
    actor: Any,
    title: str,
    candidate_text: str,
    items: Sequence[Mapping[str, Any]],
    rounds: int,
) -> Workshop:
    """Other words or items; only before the first round. Raises ``Problem``."""
    current = _led(workshop, actor)
    if current.state != State.DRAFT:
        raise Problem("", _("The first round was opened already; now its items stay as they are."))
    _fill(current, title, candidate_text, items, rounds)
    current.save()
    _note("standard.prepared", current, actor, after={"items": len(items)})
    return current


@transaction.atomic
def invite_judge(workshop: Workshop, *, actor: Any, person: Any = None, email: str = "") -> Judge:
    """A colleague, or anybody with an account, as judge under a code. Raises ``Problem``."""
    current = _led(workshop, actor)
    _unlocked(current)
    found = person or person_by_address(email)
    if found is None:
        raise Problem(
            "email", _("Nobody has a verified account with this address; ask them to make one.")
        )
    if person is not None and not works_in(person, current.organisation):
        raise Problem("person", _("This is no colleague; invite them by their e-mail address."))
    there = current.judges.filter(user=found).first()
    if there is not None:
        if there.withdrawn_at is None:
            raise Problem("email", _("They are a judge already."))
        there.withdrawn_at = None
        there.save(update_fields=["withdrawn_at"])
        _note("standard.judge-invited", current, actor)
        return there
    if current.judges.count() >= MAX_JUDGES:
        raise Problem("email", _("There are %(n)s judges already.") % {"n": MAX_JUDGES})
    made = Judge.objects.create(
        workshop=current, user=found, code=_code(current), added_at=clock.now()
    )
    _note("standard.judge-invited", current, actor)
    return made


@transaction.atomic
def withdraw_judge(judge: Judge, *, actor: Any) -> None:
    """A judge goes, by themself or by the leader; what they rated is left out from now on."""
    current = _locked(judge.workshop)
    if actor is not None and actor.pk != judge.user_id:
        require(actor, Permission.DESIGN, current.organisation)
    _unlocked(current)
    row = Judge.objects.select_for_update().get(pk=judge.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        _note("standard.judge-left", current, actor)


@transaction.atomic
def open_round(workshop: Workshop, *, actor: Any) -> Workshop:
    """Open the first or the next round. Raises ``Problem``."""
    current = _led(workshop, actor)
    if current.state not in (State.DRAFT, State.PAUSED):
        raise Problem("", _("A round is open, or the workshop is over."))
    if not workshops.active(current):
        raise Problem("", _("Invite a judge first."))
    if not current.candidate_text:
        raise Problem("", _("Describe first who is just good enough; judges read it as they rate."))
    if current.round >= MAX_ROUNDS:
        raise Problem("", _("There were %(n)s rounds; confirm a cut now.") % {"n": MAX_ROUNDS})
    current.round += 1
    current.state = State.OPEN
    current.save(update_fields=["round", "state"])
    _note("standard.round-opened", current, actor, after={"round": current.round})
    return current


@transaction.atomic
def close_round(workshop: Workshop, *, actor: Any) -> Workshop:
    """Close the open round; what comes later is refused. Raises ``Problem``."""
    current = _led(workshop, actor)
    if current.state != State.OPEN:
        raise Problem("", _("No round is open."))
    current.state = State.PAUSED
    current.save(update_fields=["state"])
    _note("standard.round-closed", current, actor, after={"round": current.round})
    return current


@transaction.atomic
def rate(
    judge: Judge, *, actor: Any, number: int, values: Mapping[str, float], done: bool = False
) -> Judge:
    """Keep what a judge says in the open round ``number``; ``done`` hands it in.

    Ratings may be changed until the round closes. Raises ``Problem`` with reason
    ``standard.closed`` for a round that is not open.
    """
    current = _locked(judge.workshop)
    row = Judge.objects.select_for_update().get(pk=judge.pk)
    if actor is not None and actor.pk != row.user_id:
        raise Problem("", _("These ratings belong to somebody else."))
    if row.withdrawn_at is not None:
        raise Problem("", _("You have withdrawn from this workshop."))
    if current.state != State.OPEN or current.round != number:
        said = _("Round %(n)s is closed; this came too late and was not kept.") % {"n": number}
        raise Problem("", said, reason="standard.closed")
    _keep(row, current, values)
    if done:
        _hand_in(row, current)
        _note("standard.rated", current, actor, after={"round": number})
    return row


@transaction.atomic
def confirm_cut(workshop: Workshop, *, actor: Any, note: str = "") -> CutScore:
    """Lock the workshop with the last round's cut: in force from now, one for all candidates.

    Raises ``Problem`` where a round is open or there is no cut.
    """
    current = _led(workshop, actor)
    if current.state != State.PAUSED:
        raise Problem("", _("Close the round first; a cut is confirmed between rounds."))
    found = workshops.result(current)
    if found.cut is None or found.last is None:
        raise Problem("", found.note or _("There is no cut to confirm."))
    now = clock.now()
    current.state, current.locked_at = State.LOCKED, now
    current.save(update_fields=["state", "locked_at"])
    made = CutScore.everywhere.create(
        organisation=current.organisation,
        achievement=current.achievement,
        workshop=current,
        component=current.component,
        method=CutScore.Method(current.method),
        cut=min(max(found.cut, 0.0), 100.0),
        standard_error=found.error,
        judges=_codes(current),
        rounds=current.round,
        impact=found.impact.to_json() if found.impact else {},
        note=words("note", note),
        set_by=actor,
        set_at=now,
        in_force_from=now,
    )
    _note("standard.cut-confirmed", current, actor, after={"cut": round(made.cut, 4)})
    return made


@transaction.atomic
def drop_workshop(workshop: Workshop, *, actor: Any) -> None:
    """End a workshop without a cut; what was said is kept."""
    current = _led(workshop, actor)
    _unlocked(current)
    current.state = State.DROPPED
    current.save(update_fields=["state"])
    _note("standard.dropped", current, actor)


# -- what the actions share -------------------------------------------------------------------


def _fill(
    row: Workshop, title: str, text: str, items: Sequence[Mapping[str, Any]], rounds: int
) -> None:
    row.title = words("title", title, needed=_("Give it a name."), limit=200)
    row.candidate_text = words("candidate_text", text)
    row.items = [dict(one) for one in items]
    row.rounds = rounds
    if not 1 <= rounds <= MAX_ROUNDS:
        raise Problem("rounds", _("From 1 to %(n)s rounds.") % {"n": MAX_ROUNDS})
    if not 1 <= len(items) <= MAX_ITEMS:
        raise Problem("items", _("From 1 to %(n)s items are needed.") % {"n": MAX_ITEMS})
    if len({one["id"] for one in items}) < len(items):
        raise Problem("items", _("Two items have the same name; give each its own."))


def _keep(judge: Judge, workshop: Workshop, values: Mapping[str, float]) -> None:
    is_angoff = workshop.method == Workshop.Method.ANGOFF
    low, high = (0.0, 1.0) if is_angoff else (1.0, 5.0)
    known, now = {one["id"] for one in workshop.items}, clock.now()
    for item, value in values.items():
        if item not in known or not low <= value <= high:
            raise Problem("", _("%(item)s: this rating is not on the scale.") % {"item": item})
    Rating.objects.bulk_create(
        [
            Rating(judge=judge, round=workshop.round, item=item, value=value, at=now)
            for item, value in values.items()
        ],
        update_conflicts=True,
        unique_fields=["judge", "round", "item"],
        update_fields=["value", "at"],
    )


def _hand_in(judge: Judge, workshop: Workshop) -> None:
    there = judge.ratings.filter(round=workshop.round).count()
    if there < len(workshop.items):
        raise Problem(
            "",
            _("%(n)s items are without a rating; give each one.")
            % {"n": len(workshop.items) - there},
            reason="standard.gaps",
        )
    judge.ready_in = workshop.round
    judge.save(update_fields=["ready_in"])


def _codes(workshop: Workshop) -> list[str]:
    """The codes of those whose ratings of the last round count."""
    rows = workshops.ratings_of(workshop)
    return sorted({one.judge.code for one in rows if one.round == workshop.round})


def _code(workshop: Workshop) -> str:
    taken = set(workshop.judges.values_list("code", flat=True))
    while (code := f"J-{secrets.token_hex(2).upper()}") in taken:
        pass
    return code


def _led(workshop: Workshop, actor: Any) -> Workshop:
    _allow(actor, workshop.organisation)
    return _locked(workshop)


def _locked(workshop: Workshop) -> Workshop:
    rows = Workshop.everywhere.select_for_update(of=("self",)).select_related(
        "organisation", "achievement", "version"
    )
    found: Workshop = rows.get(pk=workshop.pk)
    return found


def _unlocked(workshop: Workshop) -> None:
    if workshop.state in (State.LOCKED, State.DROPPED):
        raise Problem("", _("This workshop is over; nothing in it changes any more."))


def _allow(actor: Any, organisation: Any) -> None:
    if actor is not None:
        require(actor, Permission.DESIGN, organisation)


def _note(
    verb: str, workshop: Workshop, actor: Any, after: Mapping[str, Any] | None = None
) -> None:
    record(
        verb,
        actor=actor,
        target=workshop,
        organisation=workshop.organisation,
        after=after,
        label=workshop.title,
    )
