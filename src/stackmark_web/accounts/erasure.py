"""Erasing a person: everything that is theirs, in one transaction, and then the traces on disk.

What stays is an ``Erasure`` row with an id and counts, audit events whose pseudonym nobody can
resolve any more, and what issuers' registers keep by their published rule (``accounts.rules``).
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from importlib import import_module, util
from typing import Any, Final
from urllib.parse import unquote

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import erasing, wiping
from stackmark_web.accounts.models import Erasure, Merge, User
from stackmark_web.audit import actions as audit

_LOG: Final = logging.getLogger(__name__)
_JOURNAL: Final = "stackmark_web.accounts.erasure_journal"
_SESSIONS: Final = 50_000  # read at most so many for one that names the person


def erase(user: User, *, actor: Any, via: str = "web") -> Erasure:
    """Remove a person for good. ``actor`` is that person, or None for the server's operator.

    Raises ``UsageError`` ``account.obstacle`` with what has to be done first, and
    ``PermissionDenied`` for anybody else. Nothing is removed then.
    """
    if actor is not None and actor.pk != user.pk:
        raise PermissionDenied(_("This is another person's account."))
    in_the_way = erasing.obstacles(user)
    if in_the_way:
        raise UsageError("account.obstacle", " ".join(in_the_way))
    return _erase(user, via=via)


def replay(ids: Iterable[uuid.UUID | str]) -> list[Erasure]:
    """After a restore: erase again whoever had been erased since the backup was made.

    Ids that are not there are left out, so it may be called twice. Nothing stands in its way:
    an organisation whose only owner goes is without one until the operator names another.
    """
    found = User.objects.filter(pk__in=[uuid.UUID(str(one)) for one in ids])
    return [_erase(user, via="replay") for user in found]


def _erase(user: User, *, via: str) -> Erasure:
    wiping.begin(connection)
    with transaction.atomic(), erasing.noting_files() as files:
        row = User.objects.select_for_update().get(pk=user.pk)
        # By the system, so that the event itself names nobody.
        audit.record("account.erased", actor=None, target=row, via=via)
        # A backup from before a merge holds the accounts that ended in it, too.
        former = list(Merge.objects.filter(person=user.pk).values_list("former", flat=True))
        removed = _remove(row)
        made: Erasure = Erasure.objects.create(
            person=user.pk, done_at=clock.now(), removed=removed, files=[list(f) for f in files]
        )
        for one in (*former, user.pk):
            _journal(one)
        transaction.on_commit(lambda: finish(made))
    return made


def _remove(user: User) -> dict[str, dict[str, int]]:
    removed = {name: function(user) for name, function in erasing.erasers().items()}
    forget_sessions(user)
    audit.forget(user)
    Merge.objects.filter(person=user.pk).delete()
    user.delete()
    return {name: counts for name, counts in removed.items() if any(counts.values())}


def forget_sessions(user: User) -> None:
    """Every session that is this person's, or that holds an address of theirs half-way in."""
    keys = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    rows = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    names = _exactly([str(user.pk), user.email, *rows])
    for session in Session.objects.all()[:_SESSIONS].iterator():
        if any(names.search(text) for text in _texts(session.get_decoded())):
            keys.add(session.session_key)
    Session.objects.filter(session_key__in=keys).delete()


def _exactly(words: Iterable[str]) -> re.Pattern[str]:
    """These words, and not as a part of another address: ada@… is not in rada@… or ada@….eu."""
    either = "|".join(re.escape(word) for word in sorted({*words} - {""}))
    return re.compile(rf"(?<![\w.+-])(?:{either})(?![\w-]|\.\w)", re.IGNORECASE)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a session; forms kept in it are written as in addresses."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield unquote(value)


def _journal(person: uuid.UUID) -> None:
    """Beside the database, so that restoring an older one does not bring the person back.

    Written before the commit: what cannot be noted is not erased, and noting too much only
    repeats an erasure its person asked for.
    """
    if util.find_spec(_JOURNAL) is not None:
        import_module(_JOURNAL).append(person)


def finish(made: Erasure) -> bool:
    """Remove the files of an erasure; those that the disk keeps are tried again by a duty."""
    left = []
    for store, name in made.files:
        try:
            erasing.remove_file(store, name)
        except OSError as error:
            _LOG.warning("a file of an erasure was not removed: %s", type(error).__name__)
            left.append([store, name])
    if left != made.files:
        Erasure.objects.filter(pk=made.pk).update(files=left)
        made.files = left
    return not left


def finish_all() -> int:
    """For the duty: files that were left, and the database file; how many erasures were open."""
    waiting = list(Erasure.objects.exclude(files=[]))
    for one in waiting:
        finish(one)
    unwiped = Erasure.objects.filter(wiped_at=None, files=[])
    open_ones = list(unwiped.values_list("pk", flat=True))
    if open_ones and wiping.wipe(connection, since=_last_wipe()):
        unwiped.filter(pk__in=open_ones).update(wiped_at=clock.now())
    return len(waiting) + len(open_ones)


def _last_wipe() -> Any:
    rows = Erasure.objects.exclude(wiped_at=None).order_by("-wiped_at")
    return rows.values_list("wiped_at", flat=True).first()
