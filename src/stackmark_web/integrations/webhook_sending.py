"""Deliver what the outbox of webhooks holds: at least once, in order for each webhook.

A message is taken by one conditional update and held for a minute; a sender that dies leaves it to
the next one. The next message of a webhook goes only when the one before was delivered or given
up. Every request goes through the one fetcher with its address rules.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.db import models, transaction

from stackmark.adapters.fetcher import HttpFetcher
from stackmark.errors import CouldNotTell
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.integrations import webhook_secrets as secret_words
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.integrations.webhook_actions import excepted
from stackmark_web.integrations.webhook_events import recipient_of
from stackmark_web.integrations.webhook_models import Attempt, Message, Webhook

# Seconds after a try that failed until the next: 8 tries within 24 hours.
WAITS: Final = (10, 60, 300, 1_800, 7_200, 21_600, 54_000)
GIVE_UP: Final = timedelta(hours=72)  # without one delivery: the webhook is switched off
KEEP: Final = timedelta(days=30)  # of messages that are done
SECONDS: Final = 10.0  # for one request
_ROUND: Final = 8.0  # seconds after which a round begins no further message
_HELD: Final = timedelta(seconds=60)
_LOG: Final = logging.getLogger(__name__)
_State: Final = Message.State
# What would tell a stranger about our own network is told as one and the same answer.
_UNTOLD: Final = frozenset({"fetch.address", "fetch.dns"})


def fetcher_for(url: str) -> HttpFetcher:
    """The one fetcher; tests put their own in its place."""
    return HttpFetcher(excepted(url), seconds=SECONDS)


def send_due(limit: int = 100) -> int:
    """Send what is due, one message of each webhook in turn. How many were tried."""
    begun, tried = time.monotonic(), 0
    while tried < limit:
        heads = _heads()
        if not heads:
            break
        for message in heads:
            if tried >= limit or time.monotonic() - begun > _ROUND:
                return tried
            tried += _take_and_send(message)
    return tried


def _heads() -> list[Message]:
    """The first open message of every active webhook, as far as it is due."""
    now = clock.now()
    earlier = Message.objects.filter(
        webhook=models.OuterRef("webhook"),
        sequence__lt=models.OuterRef("sequence"),
        state__in=(_State.WAITING, _State.SENDING),
    )
    due = models.Q(state=_State.WAITING, not_before__lte=now)
    left = models.Q(state=_State.SENDING, busy_until__lt=now)
    rows = Message.objects.filter(due | left, webhook__state=Webhook.State.ACTIVE)
    rows = rows.filter(~models.Exists(earlier)).select_related("webhook__organisation")
    return list(rows.order_by("not_before", "pk")[:200])


def _take_and_send(message: Message) -> int:
    now = clock.now()
    free = models.Q(state=_State.WAITING) | models.Q(busy_until__lt=now)
    mine = Message.objects.filter(free, pk=message.pk, attempts=message.attempts).update(
        state=_State.SENDING, attempts=message.attempts + 1, busy_until=now + _HELD
    )
    if not mine:
        return 0
    message.attempts += 1
    status, said, error, spent = _post(message)
    _conclude(message, status, said, error, spent)
    return 1


def _post(message: Message) -> tuple[int | None, str, str, int]:
    """Status, beginning of the answer, why there is none, and milliseconds."""
    hook = message.webhook
    body = body_of(message)
    head = secret_words.headers(
        secrets_of(hook),
        message_id=f"msg_{message.pk.hex}",
        timestamp=int(clock.now().timestamp()),
        body=body,
    )
    begun = time.monotonic()
    try:
        status, data = fetcher_for(hook.url).post(hook.url, body, head)
    except CouldNotTell as error:
        return None, "", _discreet(error), _since(begun)
    return status, _text(data), "", _since(begun)


def body_of(message: Message) -> bytes:
    """The bytes that are signed and sent."""
    body: dict[str, Any] = dict(message.body)
    data = body.get("data", {})
    if message.webhook.include_recipient and data.get("object") == "award":
        body["data"] = data | {"recipient": dict(recipient_of(data["id"]))}
    return orjson.dumps(body)


def secrets_of(hook: Webhook) -> list[str]:
    """The secrets that sign now: the new one first."""
    found = [secret_words.unsealed(hook.secret)]
    if hook.old_until is not None and hook.old_until > clock.now():
        found.append(secret_words.unsealed(hook.old_secret))
    return [one for one in found if one]


def _discreet(error: CouldNotTell) -> str:
    if error.reason in _UNTOLD:
        return "The host is not known on the open internet."
    return error.detail[:300]


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


def _text(data: bytes) -> str:
    """What was answered as text any database takes."""
    text = data[:1024].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)


@transaction.atomic
def _conclude(message: Message, status: int | None, said: str, error: str, spent: int) -> None:
    now = clock.now()
    Attempt.objects.create(
        message=message, at=now, status=status, milliseconds=spent, answer=said, error=error
    )
    mine = Message.objects.filter(pk=message.pk, state=_State.SENDING, attempts=message.attempts)
    if status is not None and 200 <= status < 300:
        mine.update(state=_State.DELIVERED, done_at=now, busy_until=None)
        Webhook.everywhere.filter(pk=message.webhook_id).update(failing_since=None)
        return
    if message.attempts > len(WAITS):
        mine.update(state=_State.FAILED, done_at=now, busy_until=None)
    else:
        wait = timedelta(seconds=WAITS[message.attempts - 1])
        mine.update(state=_State.WAITING, not_before=now + wait, busy_until=None)
    _note_failure(message.webhook)


def _note_failure(hook: Webhook) -> None:
    """Remember since when nothing arrives; after long, switch off and write to its maker."""
    now = clock.now()
    rows = Webhook.everywhere.filter(pk=hook.pk)
    rows.filter(failing_since=None).update(failing_since=now)
    off = rows.filter(state=Webhook.State.ACTIVE, failing_since__lte=now - GIVE_UP).update(
        state=Webhook.State.DISABLED
    )
    if not off:
        return
    host = urlsplit(hook.url).hostname or ""
    record(
        "webhook.disabled",
        actor=None,
        target=hook,
        organisation=hook.organisation,
        after={"state": Webhook.State.DISABLED},
        via="job",
        label=host,
    )
    _write(hook, host)


def _write(hook: Webhook, host: str) -> None:
    to = hook.made_by.email if hook.made_by is not None else hook.organisation.email
    chosen = hook.made_by.locale if hook.made_by is not None else ""
    queue_mail(
        "webhook_off",
        to=to,
        key=f"webhook-off:{hook.pk}:{int(clock.now().timestamp())}",
        organisation=hook.organisation,
        language=chosen or settings.LANGUAGE_CODE,
        context={
            "title": host,
            "link": f"{settings.PUBLIC_URL}/manage/{hook.organisation.slug}/api/webhooks/{hook.pk}",
        },
    )


def forget_old() -> int:
    """Messages that were done a month ago go, and what a switched-off webhook never got."""
    before = clock.now() - KEEP
    done = models.Q(done_at__lt=before) | models.Q(created_at__lt=before, done_at=None)
    return Message.objects.filter(done).delete()[0]
