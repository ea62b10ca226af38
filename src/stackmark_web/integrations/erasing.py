"""Letters to and about people who are erased, and old letters."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from stackmark_web import clock
from stackmark_web.accounts.erasing import eraser, leave_file, store
from stackmark_web.accounts.queries import own_rows, telling_pattern, verified_addresses
from stackmark_web.accounts.retention import days_of
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.integrations.webhook_models import Attempt

KEPT: Final = timedelta(days=days_of("letter"))  # a letter that was sent, failed or cancelled
BATCH: Final = 5_000
_OPEN: Final = (OutboxMail.State.QUEUED, OutboxMail.State.SENDING)
_BETWEEN: Final = b"-" * 79  # what Django's file backend writes between two letters


@eraser("integrations")
def erase(user: Any) -> dict[str, int]:
    """Every letter to an address of this person, sent or not."""
    if _in_files():
        leave_file("mail", verified_addresses(user))
    return {
        "letters": _forget(OutboxMail.everywhere.filter(own_rows(user, "to"))),
        "answers of programs": _forget_answers(user),
    }


def _forget_answers(user: Any) -> int:
    """What a program answered to a webhook with a recipient in it may say who that is."""
    telling = telling_pattern(user)
    if telling is None:
        return 0
    rows = Attempt.objects.exclude(answer="").values_list("pk", "answer")
    found = [pk for pk, said in rows.iterator() if telling.search(said)]
    for start in range(0, len(found), 500):
        Attempt.objects.filter(pk__in=found[start : start + 500]).update(answer="")
    return len(found)


@transaction.atomic
def forget_awards(keys: Sequence[uuid.UUID]) -> int:
    """Every letter about these awards, to whomever it went: it may name their recipient."""
    gone = 0
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        gone += _forget(OutboxMail.everywhere.filter(award_id__in=some))
        sent = Attempt.objects.filter(message__body__data__id__in=[str(pk) for pk in some])
        sent.update(answer="")
    return gone


@transaction.atomic
def forget_keys(keys: Sequence[str]) -> int:
    """The letters of these keys."""
    gone = 0
    for start in range(0, len(keys), 500):
        gone += _forget(OutboxMail.everywhere.filter(key__in=keys[start : start + 500]))
    return gone


def _forget(rows: QuerySet[OutboxMail]) -> int:
    if _in_files():
        leave_file("mail", rows.exclude(message_id="").values_list("message_id", flat=True))
    return rows.delete()[0]


def _in_files() -> bool:
    """Whether this server writes its letters into a folder, as one being tried out does."""
    return settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def forget_old() -> int:
    """For the duty: letters nobody asks about any more."""
    rows = OutboxMail.everywhere.exclude(state__in=_OPEN)
    old = rows.filter(queued_at__lt=clock.now() - KEPT).values_list("pk", flat=True)[:BATCH]
    return OutboxMail.everywhere.filter(pk__in=list(old)).delete()[0]


@store("mail")
def take_out(word: str) -> None:
    """Letters with this address or message id out of that folder."""
    if not _in_files():
        return
    sought = word.lower().encode()
    for path in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        data = path.read_bytes()
        if sought in data.lower():
            letters = data.split(_BETWEEN)
            _rewrite(path, _BETWEEN.join(one for one in letters if sought not in one.lower()))


def _rewrite(path: Path, data: bytes) -> None:
    if data.strip():
        path.write_bytes(data)
    else:
        path.unlink(missing_ok=True)
