"""Shares: made and withdrawn by the holder, opened by whoever has the link and fits its limits."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.minors import require_consent
from stackmark_web.audit.actions import record
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.passport import tokens
from stackmark_web.passport.models import Holding, Share, ShareCode, ShareDay
from stackmark_web.passport.queries import print_share, titles

MAX_TRIES: Final = 5  # wrong PINs before a pause; wrong entries of one code
PAUSE: Final = timedelta(minutes=15)  # the first; each further one is twice as long
MAX_PAUSE: Final = timedelta(hours=24)
CODE_LIFE: Final = timedelta(minutes=10)
CODES_AN_HOUR: Final = 5
CODE_GAP: Final = timedelta(seconds=30)  # between two codes
LETTERS_A_DAY: Final = 30  # share letters of one person
MAX_SHARES: Final = 500  # open links of one person
MAX_COLLECTION: Final = 200


class Answer(StrEnum):
    """What came of a PIN or a code."""

    RIGHT = "right"
    WRONG = "wrong"
    PAUSED = "paused"


# -- the holder's side -------------------------------------------------------------------------


@transaction.atomic
def make_share(
    user: Any,
    holdings: list[Holding],
    *,
    title: str = "",
    purpose: str = "",
    expires_at: datetime | None = None,
    pin: str = "",
    only_email: str = "",
    downloads: bool = True,
    evidence: bool = False,
    send: bool = False,
) -> Share:
    """A link to these holdings. ``send`` mails it to the one address it is locked to.

    ``evidence`` lets visitors open what was handed in for them, as far as it is kept here.
    """
    _check_new(user, holdings)
    token = tokens.new_token()
    share = Share.objects.create(
        user=user,
        token_hash=tokens.digest(token),
        token_sealed=tokens.seal(token),
        title=title,
        purpose=purpose,
        pin_hash=make_password(pin) if pin else "",
        only_email=only_email.lower(),
        downloads=downloads,
        evidence=evidence,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    share.holdings.set(holdings)
    after = {
        "credentials": len(holdings),
        "pin": bool(pin),
        "one_address": bool(only_email),
        "downloads": downloads,
        "evidence": evidence,
    }
    record("share.made", actor=user, target=share, after=after)
    if send and only_email:
        _send_link(share, token, holdings)
    return share


def _check_new(user: Any, holdings: list[Holding]) -> None:
    require_consent(user)
    if not holdings:
        raise ValidationError(_("Choose at least one credential to share."))
    if len(holdings) > MAX_COLLECTION:
        raise ValidationError(_("Share at most %(count)s at once.") % {"count": MAX_COLLECTION})
    if any(holding.user_id != user.pk for holding in holdings):
        raise Http404("There is nothing here.")
    if Share.objects.filter(user=user, withdrawn_at=None).count() >= MAX_SHARES:
        raise ValidationError(_("You have many open links already; withdraw some of them first."))


def _send_link(share: Share, token: str, holdings: list[Holding]) -> None:
    since = clock.now() - timedelta(days=1)
    sent = Share.objects.filter(user=share.user, created_at__gt=since).exclude(only_email="")
    if sent.count() > LETTERS_A_DAY:
        raise ValidationError(_("You have sent many links today; send this one yourself."))
    queue_mail(
        "shared",
        to=share.only_email,
        key=f"shared:{share.pk}",
        language=get_language() or "",  # what the visitor speaks is not known; the sender's is near
        context={
            "sender": str(share.user),
            "title": share.title or titles(holdings)[:200],
            "link": tokens.share_url(token),
        },
    )


@transaction.atomic
def withdraw_share(share: Share, *, actor: Any) -> None:
    """Close a link for good; whoever opens it finds nothing there."""
    _own(share, actor)
    changed = Share.objects.filter(pk=share.pk, withdrawn_at=None).update(withdrawn_at=clock.now())
    if changed:
        record("share.withdrawn", actor=actor, target=share)


@transaction.atomic
def make_print_share(holding: Holding, *, actor: Any) -> Share:
    """The token for this holding's printed codes; the one there is, while it is not withdrawn."""
    if holding.user_id != getattr(actor, "pk", None):
        raise Http404("There is nothing here.")
    found = print_share(holding)
    if found is not None:
        return found
    token = tokens.new_token()
    share = Share.objects.create(
        user=holding.user,
        kind=Share.Kind.PRINT,
        token_hash=tokens.digest(token),
        token_sealed=tokens.seal(token),
        created_at=clock.now(),
    )
    share.holdings.set([holding])
    record("print-code.made", actor=actor, target=share)
    return share


@transaction.atomic
def withdraw_print_share(holding: Holding, *, actor: Any) -> None:
    """Make every printed code of this holding lead nowhere."""
    found = print_share(holding)
    if found is not None:
        withdraw_share(found, actor=actor)


def _own(share: Share, actor: Any) -> None:
    if share.user_id != getattr(actor, "pk", None):
        raise Http404("There is nothing here.")


# -- the visitor's side ------------------------------------------------------------------------


def try_pin(share: Share, pin: str) -> Answer:
    """Compare a PIN. A try is counted before it is made: parallel ones gain nothing."""
    now = clock.now()
    rows = Share.objects.filter(pk=share.pk)
    rows.filter(pin_locked_until__lte=now).update(pin_locked_until=None, wrong_pins=0)
    counted = rows.filter(pin_locked_until=None, wrong_pins__lt=MAX_TRIES).update(
        wrong_pins=F("wrong_pins") + 1
    )
    if not counted:
        return Answer.PAUSED
    if check_password(pin, share.pin_hash):
        rows.update(wrong_pins=0, pin_locked_until=None, pauses=0)
        return Answer.RIGHT
    pause = min(PAUSE * 2 ** min(share.pauses, 10), MAX_PAUSE)
    locked = rows.filter(wrong_pins__gte=MAX_TRIES, pin_locked_until=None).update(
        pin_locked_until=now + pause, pauses=F("pauses") + 1
    )
    return Answer.PAUSED if locked else Answer.WRONG


@transaction.atomic
def send_code(share: Share) -> bool:
    """Mail a one-time code to the address the share is locked to; not too often."""
    now = clock.now()
    recent = ShareCode.objects.filter(share=share, sent_at__gt=now - timedelta(hours=1))
    sent = list(recent.order_by("-sent_at").values_list("sent_at", flat=True)[:CODES_AN_HOUR])
    if len(sent) >= CODES_AN_HOUR or (sent and now - sent[0] < CODE_GAP):
        return False
    ShareCode.objects.filter(share=share, sent_at__lt=now - timedelta(days=1)).delete()
    ShareCode.objects.filter(share=share, used_at=None).update(expires_at=now)
    code = tokens.new_code()
    row = ShareCode.objects.create(
        share=share, code_hash=_code_hash(share, code), sent_at=now, expires_at=now + CODE_LIFE
    )
    queue_mail(
        "share_code",
        to=share.only_email,
        key=f"share-code:{row.pk}",
        language=get_language() or "",  # of the page on which it is asked for
        context={"code": code},
    )
    return True


def try_code(share: Share, code: str) -> Answer:
    """Compare a code; it works once. Counted before it is compared, as for PINs."""
    now = clock.now()
    rows = ShareCode.objects.filter(share=share, used_at=None, expires_at__gt=now)
    latest = rows.order_by("-sent_at").first()
    if latest is None:
        return Answer.WRONG
    one = rows.filter(pk=latest.pk)
    if not one.filter(tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        return Answer.PAUSED
    if not secrets.compare_digest(latest.code_hash, _code_hash(share, code.strip())):
        return Answer.WRONG
    return Answer.RIGHT if one.update(used_at=now) else Answer.WRONG


def _code_hash(share: Share, code: str) -> str:
    return hashlib.sha256(f"{share.pk}:{code}".encode()).hexdigest()


def fingerprint(share: Share) -> str:
    """What a visitor's unlocked state is tied to: another PIN or address locks it again."""
    text = f"{share.pk}:{share.pin_hash}:{share.only_email}:{share.token_hash}"
    return hashlib.sha256(text.encode()).hexdigest()


def count_visit(share: Share) -> None:
    """One more visit today. Nothing about the visitor is kept."""
    day = clock.today()
    rows = ShareDay.objects.filter(share=share, day=day)
    if rows.update(visits=F("visits") + 1):
        return
    try:
        with transaction.atomic():
            ShareDay.objects.create(share=share, day=day, visits=1)
    except IntegrityError:  # another visitor was the first of the day
        rows.update(visits=F("visits") + 1)
