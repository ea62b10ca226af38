"""Sign and send: from a draft to a credential that waits to be claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.awarding import claims, four_eyes, issuing, letters, publishing, states
from stackmark_web.awarding.actions._common import move, permit, status_changed, trace, trace_many
from stackmark_web.awarding.actions.creating import discard, key_of, live_twin
from stackmark_web.awarding.models import Appeal, Award, ClaimLink, Step
from stackmark_web.awarding.slim import Slim, keep_common, slimmed
from stackmark_web.catalogue.queries import overdue_versions
from stackmark_web.integrations.actions import cancel_mail, queue_many
from stackmark_web.jobs.storing import insert_each, set_each
from stackmark_web.jobs.turns import writing
from stackmark_web.tenancy.guarding import ACTIONS, second_person
from stackmark_web.tenancy.handovers import is_over
from stackmark_web.tenancy.permissions import Permission

Guard = Callable[[], None]


@dataclass(slots=True)
class _Ready:
    """What is stored with signed awards, worked out before anybody else must wait for us to write.

    By award: the key that signed it, the bytes as they are kept, its link and its letter; and the
    common parts.
    """

    keys: dict[Any, int | None]
    slim: dict[Any, bytes | Slim] = field(default_factory=dict)
    common: set[bytes] = field(default_factory=set)
    links: dict[Any, tuple[ClaimLink, letters.Letter]] = field(default_factory=dict)


@second_person("award.release")
def release(award: Award, *, actor: Any, via: str = "web") -> Award:
    """Confirm a draft: scheduled when its time lies ahead, else signed and offered now."""
    award.refresh_from_db()
    if award.send_at is None or award.send_at <= clock.now():
        return offer(award, actor=actor, via=via)
    if award.state == Award.State.SCHEDULED:
        return award
    permit(actor, Permission.AWARD, award)
    with transaction.atomic():
        move(award, "schedule", Award.State.SCHEDULED, actor=actor, via=via)
    return award


def offer(award: Award, *, actor: Any = None, via: str = "web") -> Award:
    """Allocate, sign, check, store, and queue the letter with the claim link.

    An award that is signed already comes back as it is, so asking twice issues once. Raises
    ``WrongState``, and what keeps it from being signed (``StackmarkError``).
    """
    (refusal,) = offer_many([award], actor=actor, via=via)
    if refusal is not None:
        raise refusal
    return award


ACTIONS["award.offer"] = offer  # guarded by ``four_eyes.check_many``, as every signature is


def offer_many(
    awards: Sequence[Award],
    *,
    actor: Any = None,
    via: str = "web",
    guard: Guard | None = None,
    fresh: bool = False,
    batch: Any = None,
) -> list[StackmarkError | None]:
    """``offer`` for many, signed by template; why not for those that were refused.

    ``fresh``: the caller has just stored them itself, so they are not read anew; should somebody
    have been faster, that is noticed when they are stored. ``batch``: the run they are part of, on
    which one audit event tells of them all.

    ``guard`` is called inside the transaction that stores the results (a worker's heartbeat):
    what it raises leaves nothing stored. A signer that is away raises ``StackmarkError``.
    """
    for award in {award.organisation_id: award for award in awards}.values():
        permit(actor, Permission.AWARD, award)
    if not fresh:
        _read_anew(awards)
    late = overdue_versions({award.version_id for award in awards if _is_new(award)})
    alone = four_eyes.check_many(awards, actor)
    senders = {award.organisation_id: award.organisation for award in awards}
    ended = {pk for pk, sender in senders.items() if is_over(sender)}
    answers: list[StackmarkError | None] = [
        _ready(award) or _late(award, late) or _over(award, ended) or waits
        for award, waits in zip(awards, alone, strict=True)
    ]
    waiting = [
        place
        for place, award in enumerate(awards)
        if answers[place] is None and award.signed is None
    ]
    issuing.reserve([awards[place] for place in waiting])
    publishing.publish_new(awards[place] for place in waiting)
    made = issuing.sign_many([awards[place] for place in waiting])
    ready = _ready_to_store([awards[place] for place in waiting], made)
    with writing() if batch else transaction.atomic():
        if guard is not None:
            guard()
        signed: list[tuple[Award, bytes]] = []
        for place, one in zip(waiting, made, strict=True):
            if isinstance(one, StackmarkError):
                answers[place] = one
                _forget(awards[place])
            else:
                signed.append((awards[place], one))
        _store_all(signed, ready, actor=actor, via=via, batch=batch)
    return answers


def _ready_to_store(awards: Sequence[Award], made: Sequence[bytes | StackmarkError]) -> _Ready:
    """For those that were signed; all but the keys for what can be stored together only."""
    keys = {award.pk: award.signed_with_id for award in awards}
    plain = [
        (award, one)
        for award, one in zip(awards, made, strict=True)
        if isinstance(one, bytes) and award.supersedes_id is None
    ]
    if len(plain) < 2:
        return _Ready(keys)
    kept, common = slimmed([(_kind(award), one) for award, one in plain])
    slim = {award.pk: one for (award, _made), one in zip(plain, kept, strict=True)}
    links = _links([award for award, _made in plain if award.recipient_email])
    return _Ready(keys, slim, common, links)


def _links(awards: Sequence[Award]) -> dict[Any, tuple[ClaimLink, letters.Letter]]:
    """A link for each, not stored yet, and the letter that holds it."""
    return {
        award.pk: (link, letters.letter(award, "offer", key="1", link=url, when=link.expires_at))
        for award, (link, url) in zip(awards, claims.draw_many(awards), strict=True)
    }


def _read_anew(awards: Sequence[Award]) -> None:
    """What the database says of each award now; what belongs to it and is here already stays."""
    found = Award.everywhere.in_bulk([award.pk for award in awards])
    for award in awards:
        now = found.get(award.pk)
        if now is None:
            raise states.changed_meanwhile()
        for name, value in vars(now).items():
            if name != "_state":
                setattr(award, name, value)


@transaction.atomic
def give_up(award: Award, *, actor: Any = None, via: str = "web") -> None:
    """Throw an award away that could not be signed; the place it had on a list is lost."""
    _forget(award)
    discard(award, actor=actor, via=via)


def _forget(award: Award) -> None:
    """Give up the intent of an award that cannot be signed as it is; its index is lost."""
    rows = Award.everywhere.filter(pk=award.pk, signed__isnull=True)
    rows.update(status_list=None, status_index=None)
    award.status_list, award.status_index = None, None


def _ready(award: Award) -> StackmarkError | None:
    """Nothing to say when an award just read can be signed or is signed already."""
    if award.signed is not None:
        return None
    try:
        states.check("offer", award)
        if award.supersedes_id is not None and not may_replace(award.supersedes):
            raise states.changed_meanwhile()
    except StackmarkError as error:
        return error
    return None


def _is_new(award: Award) -> bool:
    """Whether it is a new award: nothing was signed or meant to be, and it mends no other."""
    return award.signed is None and award.status_index is None and award.supersedes_id is None


def _late(award: Award, late: Mapping[object, StackmarkError]) -> StackmarkError | None:
    """Why a new award waits: nobody has looked at its achievement in time."""
    return late.get(award.version_id) if _is_new(award) else None


def _over(award: Award, ended: set[Any]) -> StackmarkError | None:
    """Why a new award is not made: the institution has handed over. What it mends, it may."""
    if not _is_new(award) or award.organisation_id not in ended:
        return None
    return UsageError(
        "award.handed-over", _("This institution has handed over; its successor awards now.")
    )


def may_replace(old: Award) -> bool:
    """Whether a new credential may take this one's place: not after a revocation, unless won."""
    old.refresh_from_db()
    if old.state == Award.State.REVOKED:
        return old.appeals.filter(state=Appeal.State.REVERSED).exists()
    return old.state in states.TABLE["correct"] | states.TABLE["reissue"]


def _store_all(
    signed: Sequence[tuple[Award, bytes]], ready: _Ready, *, actor: Any, via: str, batch: Any
) -> None:
    """Keep what was signed: together what stands for itself, one by one what replaces another."""
    plain = [(award, made) for award, made in signed if award.supersedes_id is None]
    if len(plain) < 2:
        plain = []
    elif not _store_together(plain, ready, actor=actor, via=via, batch=batch):
        _read_anew([award for award, _made in plain])  # some were taken: one by one
        plain = []
    done = {award.pk for award, _made in plain}
    for award, made in signed:
        if award.pk not in done:
            _store(award, made, ready.keys[award.pk], actor=actor, via=via)


def _store_together(
    signed: Sequence[tuple[Award, bytes]], ready: _Ready, *, actor: Any, via: str, batch: Any
) -> bool:
    """As ``_store`` for many that replace nothing; False, and nothing done, when one was taken.

    Each is stored only if it is still unsigned and in a state for it: whoever signs the same awards
    elsewhere waits for us and then finds them signed. They are kept slim (``awarding.slim``).
    """
    now = clock.now()
    changes: dict[str, Any] = {"state": Award.State.OFFERED} | dict.fromkeys(
        ("signed_at", "offered_at", "status_changed_at"), now
    )
    mark = transaction.savepoint()
    before = [(award, award.state) for award, _made in signed]
    keep_common(ready.common)
    for award, made in signed:
        for name, value in changes.items():
            setattr(award, name, value)
        award.signed, award.sha256 = ready.slim[award.pk], issuing.digest(made)
        award.signed_with_id = ready.keys[award.pk]
    open_states = sorted(states.TABLE["offer"])
    kept = set_each(
        [award for award, _made in signed],
        (*changes, "signed", "sha256", "signed_with"),
        only=f"signed IS NULL AND state IN ({', '.join(['%s'] * len(open_states))})",
        given=open_states,
    )
    if kept != len(signed):
        transaction.savepoint_rollback(mark)
        return False
    transaction.savepoint_commit(mark)
    trace_many(before, "offer", actor=actor, via=via, batch=batch)
    _write_all([award for award, _made in signed if award.pk in ready.links], ready)
    return True


def _kind(award: Award) -> tuple[Any, ...]:
    """What credentials have in common that share most of their bytes."""
    return award.version_id, award.organisation_id, award.status_list_id, award.suspendable


def _write_all(awards: Sequence[Award], ready: _Ready) -> None:
    """A link and the letter that holds it, for each."""
    insert_each([ready.links[award.pk][0] for award in awards])
    by_sender: dict[Any, list[letters.Letter]] = {}
    senders = {award.organisation_id: award.organisation for award in awards}
    for award in awards:
        by_sender.setdefault(award.organisation_id, []).append(ready.links[award.pk][1])
    for sender, written in by_sender.items():
        queue_many(senders[sender], written, lean=True)


def _store(award: Award, signed: bytes, key: int | None, *, actor: Any, via: str) -> None:
    """Signature, state, step, audit, link and letter: all or nothing, and only once."""
    old = award.supersedes
    if old is not None and not may_replace(old):
        raise states.changed_meanwhile()
    kept = old is not None and old.claimed_at is not None
    now = clock.now()
    changes: dict[str, Any] = {
        "state": Award.State.CLAIMED if kept else Award.State.OFFERED,
        "signed": signed,
        "sha256": issuing.digest(signed),
        "signed_with_id": key,
        "signed_at": now,
        "offered_at": now,
        "status_changed_at": now,
    }
    if old is not None:
        _end(old, actor=actor, via=via)
        same = key_of(award)
        changes["dedup_key"] = same if live_twin(same, but=award.pk) is None else ""
        if kept:
            changes |= {"holder_id": old.holder_id, "claimed_at": now}
    before = award.state
    rows = Award.everywhere.filter(
        pk=award.pk, state__in=states.TABLE["offer"], signed__isnull=True
    )
    if not rows.update(**changes):
        award.refresh_from_db()  # somebody else signed it first
        return
    for name, value in changes.items():
        setattr(award, name, value)
    trace(award, "offer", before, actor=actor, via=via)
    _write(award, superseded=kept)


def _end(old: Award, *, actor: Any, via: str) -> None:
    """The old credential is no longer the one; its history stays."""
    cancel_mail(old.pk)
    claims.withdraw(old)
    if old.state == Award.State.REVOKED:
        return
    action = "correct" if old.state in states.TABLE["correct"] else "reissue"
    move(old, action, Award.State.SUPERSEDED, actor=actor, via=via, reason="replaced")
    status_changed(old)


def _write(award: Award, *, superseded: bool) -> None:
    if superseded:
        letters.tell(award, "superseded", key="1", link=letters.link_to(award))
    elif award.recipient_email:
        link, url = claims.draw(award)
        link.save(force_insert=True)
        letters.tell(award, "offer", key="1", link=url, when=link.expires_at)


@transaction.atomic
def resend(award: Award, *, actor: Any, via: str = "web") -> None:
    """A new link by letter; at most one a minute."""
    permit(actor, Permission.AWARD, award)
    award.refresh_from_db()
    states.check("resend", award)
    if sent_lately(award):
        return
    number = Step.objects.filter(award=award, reason="sent-again").count() + 2
    trace(award, "resend", award.state, actor=actor, via=via, reason="sent-again")
    link, url = claims.draw(award)
    link.save(force_insert=True)
    letters.tell(award, "offer", key=str(number), link=url, when=link.expires_at)


def sent_lately(award: Award) -> bool:
    """Whether a letter went into the outbox within the last minute: a double click."""
    last = Step.objects.filter(award=award, reason="sent-again").order_by("-at").first()
    return last is not None and (clock.now() - last.at).total_seconds() < 60
