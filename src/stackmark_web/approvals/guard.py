"""Stops an action that needs a second person, and lets through the one that was approved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.approvals import letters, packing, queries
from stackmark_web.approvals.models import Change
from stackmark_web.approvals.registry import kind_of
from stackmark_web.audit import people
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.queries import require

DAYS: Final = 14
_approved: Final[ContextVar[Change | None]] = ContextVar("stackmark_approved", default=None)


@contextmanager
def approved(change: Change) -> Iterator[None]:
    """Within the block actions run as approved: what was approved is what they were asked for."""
    token = _approved.set(change)
    try:
        yield
    finally:
        _approved.reset(token)


def running() -> Change | None:
    """The approved change that is being done now, if one is."""
    return _approved.get()


def check(name: str, subject: Any, actor: Any, how: dict[str, Any]) -> None:
    """Let an action go on, or store it as a waiting change and raise ``NeedsSecondPerson``."""
    if running() is not None:
        return
    kind = kind_of(name)
    organisation = kind.organisation(subject)
    if kind.asked(queries.rules_of(organisation), subject, actor, how):
        stop(name, subject, actor, how)


def stop(name: str, subject: Any, actor: Any, how: dict[str, Any]) -> None:
    """Store an action as a waiting change; always raises.

    Raises ``NeedsSecondPerson``, or what ``require`` raises for who has no right to ask, or what
    the action would raise for what cannot be done.
    """
    kind = kind_of(name)
    organisation = kind.organisation(subject)
    if actor is not None:
        require(actor, kind.permission, organisation)
    kind.possible(subject, how)
    change = _ask(name, subject, actor, how)
    raise NeedsSecondPerson(
        change.pk,
        path_of(change),
        _("A second person has to approve this. It waits for %(days)s days.") % {"days": DAYS},
        partial(_ask, name, subject, actor, how),
    )


def path_of(change: Change) -> str:
    """The page of a waiting change."""
    return reverse("approvals:change", args=[change.organisation.slug, change.pk])


def _ask(name: str, subject: Any, actor: Any, how: dict[str, Any]) -> Change:
    """The waiting change for exactly this; the one that is there when it was asked before."""
    kind = kind_of(name)
    with transaction.atomic():
        code = people.code_of(actor) if actor is not None else ""
        arguments = {"subject": packing.pack(subject), "how": packing.pack(how)}
        digest = packing.digest_of(name, arguments, code, kind.content(subject, how))
        rows = Change.everywhere.filter(digest=digest, state=Change.State.WAITING)
        now = clock.now()
        there: Change | None = rows.filter(expires_at__gt=now).first()
        if there is not None:
            return there
        rows.update(state=Change.State.EXPIRED, decided_at=now)
        change = Change(
            organisation=kind.organisation(subject),
            kind=name,
            title=(kind.title % {"what": kind.name(subject)})[:300],
            subject=packing.name_of(subject),
            arguments=arguments,
            digest=digest,
            asked_by=actor,
            asked_code=code,
            asked_at=now,
            expires_at=now + timedelta(days=DAYS),
        )
        try:
            with transaction.atomic():
                change.save(force_insert=True)
        except IntegrityError:  # the other click was faster
            return Change.everywhere.get(digest=digest, state=Change.State.WAITING)
        record(
            "change.asked",
            actor=actor,
            target=change,
            organisation=change.organisation,
            after={"kind": name, "digest": digest},
            label=change.told[:300],
        )
        letters.tell_deciders(change)
    return change
