"""Deliver what the outbox of webhooks holds: at least once, in order for each webhook.

A message is taken by one conditional update and held for a minute; a sender that dies leaves it to
the next one. The next message of a webhook goes only when the one before was delivered or given
up. Every request goes through the one fetcher with its address rules.

Nobody waits for a slow receiver of somebody else: requests run in lanes (``webhook_lanes``), and
institutions take turns, however much one of them has waiting.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import RowNumber, Substr

from stackmark.adapters.fetcher import HttpFetcher
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.integrations import webhook_secrets as secret_words
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.integrations.webhook_actions import (
    excepted,
    host_of,
    page_of,
    recipients_due,
    withhold_recipients,
)
from stackmark_web.integrations.webhook_events import recipient_of
from stackmark_web.integrations.webhook_lanes import Answer, Lanes, reason_of
from stackmark_web.integrations.webhook_models import Attempt, Message, Webhook

# Seconds after a try that failed until the next: 8 tries within 24 hours.
WAITS: Final = (10, 60, 300, 1_800, 7_200, 21_600, 54_000)
GIVE_UP: Final = timedelta(hours=72)  # without one delivery: the webhook is switched off
KEEP: Final = timedelta(days=30)  # of messages that are done
SECONDS: Final = 10.0  # for one request
ROUND: Final = 2.0  # seconds a round takes: the worker has other duties too
_GLANCE, _PAUSE = 0.02, 0.5  # seconds for an answer: when more can be begun, and when not
_HELD: Final = timedelta(seconds=60)
_MANY: Final = 200  # messages looked at together
_ROOT: Final = 33  # signs of ``Organisation.path`` that name the institution
_LANES: Final = Lanes()
_State: Final = Message.State
# What would tell a stranger about our own network is told as one and the same answer.
_UNTOLD: Final = frozenset({"fetch.address", "fetch.dns"})


def fetcher_for(url: str) -> HttpFetcher:
    """The one fetcher; tests put their own in its place."""
    return HttpFetcher(excepted(url), seconds=SECONDS)


def send_due(limit: int = 500) -> int:
    """Send what is due, one message of each webhook in turn. How many were begun.

    Takes ``ROUND`` seconds at most: an answer that is not there by then is taken by the next round.
    """
    end, begun = time.monotonic() + ROUND, 0
    while (left := end - time.monotonic()) > 0:
        heads = _heads() if begun < limit else []
        started = _begin(heads, limit - begun)
        begun += started
        if not _LANES.busy:
            break
        for answer in _LANES.answers(wait=_GLANCE if started else min(left, _PAUSE)):
            _conclude(answer)
    return begun


def _begin(heads: Sequence[Message], limit: int) -> int:
    """Take those for which there is a lane. How many."""
    begun = 0
    for message in heads:
        if begun < limit and _LANES.may_begin(message) and _take(message):
            _send(message)
            begun += 1
    return begun


def _heads() -> list[Message]:
    """The first open message of every active webhook as far as it is due; institutions by turns."""
    now = clock.now()
    open_ones = Message.objects.filter(webhook=models.OuterRef("pk"), done_at=None)
    first = models.Subquery(open_ones.order_by("sequence").values("pk")[:1])
    hooks = Webhook.everywhere.filter(state=Webhook.State.ACTIVE).order_by().annotate(first=first)
    due = models.Q(state=_State.WAITING, not_before__lte=now)
    left = models.Q(state=_State.SENDING, busy_until__lt=now)
    turn = models.Window(
        RowNumber(),
        partition_by=[Substr("webhook__organisation__path", 1, _ROOT)],
        order_by=["not_before", "pk"],
    )
    rows = Message.objects.filter(due | left, pk__in=hooks.values("first")).annotate(turn=turn)
    rows = rows.select_related("webhook__organisation", "webhook__recipients_by")
    return list(rows.order_by("turn", "not_before", "pk")[:_MANY])


def _take(message: Message) -> bool:
    now = clock.now()
    free = models.Q(state=_State.WAITING) | models.Q(busy_until__lt=now)
    mine = Message.objects.filter(free, pk=message.pk, attempts=message.attempts).update(
        state=_State.SENDING, attempts=message.attempts + 1, busy_until=now + _HELD
    )
    message.attempts += mine
    return bool(mine)


def _send(message: Message) -> None:
    hook = message.webhook
    if hook.include_recipient and not recipients_due(hook):
        withhold_recipients(hook)
    body = body_of(message)
    head = secret_words.headers(
        secrets_of(hook),
        message_id=f"msg_{message.pk.hex}",
        timestamp=int(clock.now().timestamp()),
        body=body,
    )
    _LANES.begin(message, partial(fetcher_for(hook.url).post, hook.url, body, head))


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


def _discreet(error: BaseException) -> str:
    reason, detail = reason_of(error)
    if reason in _UNTOLD:
        return "The host is not known on the open internet."
    return detail[:300]


def _text(data: bytes) -> str:
    """What was answered as text any database takes."""
    text = data[:1024].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)


@transaction.atomic
def _conclude(answer: Answer) -> None:
    now, message, status = clock.now(), answer.message, answer.status
    error = _discreet(answer.error) if answer.error is not None else ""
    if not Message.objects.filter(pk=message.pk).exists():  # the webhook was removed meanwhile
        return
    mine = Message.objects.filter(pk=message.pk, state=_State.SENDING, attempts=message.attempts)
    Attempt.objects.create(
        message=message,
        at=now,
        status=status,
        milliseconds=int(answer.seconds * 1000),
        answer=_text(answer.data),
        error=error,
    )
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
    record(
        "webhook.disabled",
        actor=None,
        target=hook,
        organisation=hook.organisation,
        after={"state": Webhook.State.DISABLED},
        via="job",
        label=host_of(hook),
    )
    _write(hook)


def _write(hook: Webhook) -> None:
    to = hook.made_by.email if hook.made_by is not None else hook.organisation.email
    chosen = hook.made_by.locale if hook.made_by is not None else ""
    queue_mail(
        "webhook_off",
        to=to,
        key=f"webhook-off:{hook.pk}:{int(clock.now().timestamp())}",
        organisation=hook.organisation,
        language=chosen or settings.LANGUAGE_CODE,
        context={"title": host_of(hook), "link": page_of(hook)},
    )


def forget_old() -> int:
    """Messages that were done a month ago go, and what a switched-off webhook never got."""
    before = clock.now() - KEEP
    done = models.Q(done_at__lt=before) | models.Q(created_at__lt=before, done_at=None)
    return Message.objects.filter(done).delete()[0]
