"""Sign and send: from a draft to a credential that waits to be claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.awarding import claims, four_eyes, issuing, letters, publishing, states
from stackmark_web.awarding.actions._common import Traces, move, permit, status_changed, trace
from stackmark_web.awarding.actions.creating import discard, key_of, live_twin
from stackmark_web.awarding.models import Appeal, Award, ClaimLink, Step
from stackmark_web.awarding.slim import keep_common, slimmed
from stackmark_web.catalogue.queries import overdue_versions
from stackmark_web.integrations.actions import cancel_mail, lean_letters
from stackmark_web.jobs.storing import Writing, changes_of, inserts_of
from stackmark_web.jobs.turns import writing
from stackmark_web.tenancy.guarding import ACTIONS, second_person
from stackmark_web.tenancy.handovers import is_over
from stackmark_web.tenancy.permissions import Permission

Guard = Callable[[], None]


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
    signed = [
        _Signed(awards[place], one, awards[place].signed_with_id)
        for place, one in zip(waiting, made, strict=True)
        if isinstance(one, bytes)
    ]
    plain = [one for one in signed if one.award.supersedes_id is None]
    together = _Together(plain, actor=actor, via=via, batch=batch) if len(plain) > 1 else None
    with writing():
        if guard is not None:
            guard()
        for place, refusal in zip(waiting, made, strict=True):
            if isinstance(refusal, StackmarkError):
                answers[place] = refusal
                _forget(awards[place])
        if together is not None and together.store():
            signed = [one for one in signed if one.award.supersedes_id is not None]
        for one in signed:
            _store(one, actor=actor, via=via)
    return answers


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


class _Signed(NamedTuple):
    """An award, the bytes that were signed for it, and the id of the key that signed them."""

    award: Award
    data: bytes
    key: int | None


class _Together:
    """As ``_store`` for many that replace nothing.

    All that can be is worked out before anybody else must wait for us to write. They are kept slim
    (``awarding.slim``). The awards say at once what they will be.
    """

    def __init__(self, signed: Sequence[_Signed], *, actor: Any, via: str, batch: Any) -> None:
        awards = self._awards = [one.award for one in signed]
        before = [(award, award.state) for award in awards]
        kept, self._common = slimmed([(_kind(one.award), one.data) for one in signed])
        now, offered = clock.now(), Award.State.OFFERED
        for award, (_award, data, key), slim in zip(awards, signed, kept, strict=True):
            award.state, award.signed_with_id = offered, key
            award.signed_at = award.offered_at = award.status_changed_at = now
            award.signed, award.sha256 = slim, issuing.digest(data)
        open_states = sorted(states.TABLE["offer"])
        self._changes = changes_of(
            awards,
            (
                *("state", "signed_at", "offered_at", "status_changed_at"),
                *("signed", "sha256", "signed_with"),
            ),
            only=f"signed IS NULL AND state IN ({', '.join(['%s'] * len(open_states))})",
            given=open_states,
        )
        self._traces = Traces(before, "offer", actor=actor, via=via, batch=batch)
        self._links, self._letters = _letters([one for one in awards if one.recipient_email])

    def store(self) -> bool:
        """In a transaction; False, and nothing done, when one was taken.

        Each is stored only if it is still unsigned and in a state for it: whoever signs the same
        awards elsewhere waits for us and then finds them signed.
        """
        mark = transaction.savepoint()
        keep_common(self._common)
        if self._changes.run() != len(self._awards):
            transaction.savepoint_rollback(mark)
            _read_anew(self._awards)  # some were taken: one by one
            return False
        transaction.savepoint_commit(mark)
        self._traces.store()
        self._links.run()
        for letters_of_one in self._letters:
            letters_of_one.run()
        return True


def _kind(award: Award) -> tuple[Any, ...]:
    """What credentials have in common that share most of their bytes."""
    return award.version_id, award.organisation_id, award.status_list_id, award.suspendable


def _letters(awards: Sequence[Award]) -> tuple[Writing, list[Writing]]:
    """A link for each, and the letters that hold them, not stored yet."""
    links: list[ClaimLink] = []
    written: dict[Any, list[letters.Letter]] = {}
    drawn = zip(awards, claims.draw_many(awards), letters.titles(awards), strict=True)
    for award, (link, url), title in drawn:
        links.append(link)
        written.setdefault(award.organisation_id, []).append(
            letters.letter(award, "offer", key="1", link=url, when=link.expires_at, titled=title)
        )
    senders = {award.organisation_id: award.organisation for award in awards}
    return inserts_of(links), [lean_letters(senders[one], some) for one, some in written.items()]


def _store(one: _Signed, *, actor: Any, via: str) -> None:
    """Signature, state, step, audit, link and letter: all or nothing, and only once."""
    award, signed, key = one
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
