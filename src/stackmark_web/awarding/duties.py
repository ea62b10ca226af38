"""What time brings: scheduled awards, claim deadlines, reminders, intents left behind."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.awarding import claims, issuing, letters
from stackmark_web.awarding.actions import lapse, offer_many
from stackmark_web.awarding.actions._common import move, trace
from stackmark_web.awarding.actions.correcting import drop
from stackmark_web.awarding.models import UNREMINDED, Award, Step

BATCH: Final = 250  # awards a duty takes up at a time; the rest next time
EXPIRY_DAYS: Final = (30, 7)
CLAIM_REMINDER: Final = timedelta(days=14)
FORGOTTEN: Final = timedelta(minutes=2)  # an intent this old was left behind by a crash
_LOG: Final = logging.getLogger(__name__)
_LIVE: Final = (Award.State.OFFERED, Award.State.CLAIMED)


def send_scheduled() -> int:
    """Offer what was scheduled and is due."""
    rows = Award.everywhere.filter(state=Award.State.SCHEDULED, send_at__lte=clock.now())
    return _offer_each(rows.order_by("send_at")[:BATCH])


def finish_intents() -> int:
    """Sign what was meant to be signed and never was: its worker died in between.

    That is what has an index, and what was made to take another's place. Rows of a run are left
    to the run, which comes back to them by itself.
    """
    rows = Award.everywhere.filter(
        Q(status_index__isnull=False) | Q(supersedes__isnull=False),
        signed__isnull=True,
        sha256="",  # what was signed and reduced since is over
        run__isnull=True,
        created_at__lte=clock.now() - FORGOTTEN,
    )
    return _offer_each(rows.order_by("created_at")[:BATCH])


def _offer_each(rows: QuerySet[Award]) -> int:
    """Offer them, those of one institution together: what keeps its key away holds up no other."""
    by_root: dict[object, list[Award]] = {}
    for award in rows.select_related("organisation", "version__achievement"):
        by_root.setdefault(award.organisation.root_id, []).append(award)
    return sum(map(_offer_group, by_root.values()))


def _offer_group(awards: Sequence[Award]) -> int:
    try:
        answers = offer_many(awards, via="job")
    except StackmarkError as error:
        _LOG.warning("%s awards could not be offered: %s", len(awards), error.reason)
        if issuing.is_trouble(error) or len(awards) > 1:
            return 0 if issuing.is_trouble(error) else sum(_offer_group([one]) for one in awards)
        answers = [error]
    for award, refusal in zip(awards, answers, strict=True):
        if refusal is not None:
            _LOG.warning("award %s could not be offered: %s", award.pk, refusal.reason)
            if not issuing.is_trouble(refusal):
                _set_aside(award, refusal)
    return answers.count(None)


def _set_aside(award: Award, error: StackmarkError) -> None:
    """What cannot be signed as it is goes back to a person, who sees why."""
    if award.supersedes_id is not None:
        drop(award)  # what it was to replace has ended otherwise
    elif award.state == Award.State.SCHEDULED:
        with transaction.atomic():
            move(award, "unschedule", Award.State.DRAFT, actor=None, via="job", note=error.detail)


def lapse_overdue() -> int:
    """End awards whose time to claim is over."""
    rows = Award.everywhere.filter(state=Award.State.OFFERED, claim_by__lte=clock.now())
    return sum(lapse(award) for award in rows.order_by("claim_by")[:BATCH])


def remind_to_claim() -> int:
    """One reminder to who has not claimed after two weeks."""
    now = clock.now()
    rows = Award.everywhere.filter(
        UNREMINDED, offered_at__lte=now - CLAIM_REMINDER, offered_at__gt=now - claims.LIFE
    )
    return sum(_remind_to_claim(award) for award in rows.order_by("offered_at")[:BATCH])


def _remind_to_claim(award: Award) -> bool:
    with transaction.atomic():
        mine = Award.everywhere.filter(UNREMINDED, pk=award.pk)
        if not mine.update(reminded_at=clock.now()) or not _first_time(award, "claim-reminder"):
            return False
        link, url = claims.draw(award)
        link.save(force_insert=True)
        letters.tell(award, "reminder", key="1", link=url, when=link.expires_at)
    return True


def remind_of_expiry() -> int:
    """Letters 30 and 7 days before a credential ends, and when it has ended; each once."""
    return sum(_remind_of_expiry(days) for days in EXPIRY_DAYS) + _tell_expired()


def _remind_of_expiry(days: int) -> int:
    now = clock.now()
    rows = Award.everywhere.filter(
        state__in=_LIVE, valid_until__gt=now, valid_until__lte=now + timedelta(days=days)
    ).exclude(steps__reason=f"expiring-{days}")
    due = rows.exclude(recipient_email="").select_related("version", "organisation")[:BATCH]
    return sum(_warn(award, days) for award in due)


def _warn(award: Award, days: int) -> bool:
    """One letter; none to who got the credential when so few days were left already."""
    with transaction.atomic():
        if not _first_time(award, f"expiring-{days}"):
            return False
        end = award.valid_until
        if end is None or (award.offered_at or end) > end - timedelta(days=days):
            return False
        if days > min(EXPIRY_DAYS) and end <= clock.now() + timedelta(days=min(EXPIRY_DAYS)):
            return False  # the later letter is due as well and says more
        letters.tell(
            award, "expiring", key=str(days), link=letters.link_to(award), when=award.valid_until
        )
    return True


def _tell_expired() -> int:
    now = clock.now()
    rows = Award.everywhere.filter(
        state__in=_LIVE, valid_until__lte=now, valid_until__gt=now - timedelta(days=7)
    ).exclude(steps__reason="expired")
    due = rows.exclude(recipient_email="").select_related("version", "organisation")[:BATCH]
    return sum(_say_expired(award) for award in due)


def _say_expired(award: Award) -> bool:
    with transaction.atomic():
        if not _first_time(award, "expired"):
            return False
        if award.valid_until is None or (award.offered_at or clock.now()) > award.valid_until:
            return False
        letters.tell(award, "expired", key="1", link=letters.link_to(award), when=award.valid_until)
    return True


def _first_time(award: Award, reason: str) -> bool:
    """Note the reminder as a step, unless another worker has just done so."""
    locked = Award.everywhere.select_for_update().filter(pk=award.pk, state=award.state).first()
    if locked is None or Step.objects.filter(award=award, reason=reason).exists():
        return False
    trace(award, "remind", award.state, actor=None, via="job", reason=reason)
    return True
