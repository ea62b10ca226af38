"""Decide what waits, and say what needs a second person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.approvals import guard, letters, packing, queries
from stackmark_web.approvals.models import Change, Policy
from stackmark_web.approvals.registry import kind_of
from stackmark_web.audit.actions import record
from stackmark_web.audit.queries import said_of
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.guarding import ACTIONS, second_person
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

State = Change.State
MAX_WORDS: Final = 1_000
_FAILS: Final = (StackmarkError, PermissionDenied, Http404, ValidationError, NeedsSecondPerson)


def approve(change: Change, *, actor: Any) -> Change:
    """Approve a waiting change and do it, in one transaction, exactly as it was asked.

    Comes back ``done``, or ``failed`` with the reason in ``answer`` when it can no longer be done.
    Raises ``PermissionDenied`` for who may not approve, ``UsageError`` ``approval.over`` when it
    does not wait any more.
    """
    with transaction.atomic():
        row = _held(change)
        _allow(row, actor)
        try:
            result = _do(row)
        except _FAILS as error:
            return _end(row, State.FAILED, "change.failed", actor, answer=_words_of(error))
        return _end(row, State.DONE, "change.approved", actor, result=result)


def _do(row: Change) -> dict[str, Any]:
    """Run what was approved as who asked. Raises what keeps it from being done."""
    kind = kind_of(row.kind)
    subject, how = _arguments(row)
    content = kind.content(subject, how)
    asked = packing.digest_of(row.kind, row.arguments, row.asked_code, content)
    if asked != row.digest or said_of("change.asked", str(row.pk), "digest") != [row.digest]:
        raise UsageError(
            "approval.changed",
            _("Something about it has changed since it was asked for. Ask for it again."),
        )
    if row.asked_code and (row.asked_by is None or not row.asked_by.is_active):
        raise UsageError("approval.gone", _("Whoever asked for it is no longer here."))
    kept = packing.digest_of("", None, "", content)
    with transaction.atomic(), guard.approved(row):
        made = ACTIONS[row.kind](subject, actor=row.asked_by, **how)
    return {**kind.result(made), "content": kept}


def _arguments(row: Change) -> tuple[Any, dict[str, Any]]:
    try:
        return packing.unpack(row.arguments["subject"]), packing.unpack(row.arguments["how"])
    except (LookupError, KeyError, TypeError, ValueError):
        raise UsageError("approval.gone", _("What it is about is no longer there.")) from None


@transaction.atomic
def refuse(change: Change, *, actor: Any, reason: str) -> Change:
    """Say no, with a reason that who asked is told."""
    row = _held(change)
    _allow(row, actor)
    said = reason.strip()[:MAX_WORDS]
    if not said:
        raise UsageError("approval.reason", _("Say why; whoever asked will read it."))
    return _end(row, State.REFUSED, "change.refused", actor, answer=said)


@transaction.atomic
def withdraw(change: Change, *, actor: Any) -> Change:
    """Take back what one asked for."""
    row = _held(change)
    _own(row, actor)
    return _end(row, State.WITHDRAWN, "change.withdrawn", actor)


@transaction.atomic
def explain(change: Change, *, actor: Any, why: str) -> Change:
    """Say why one asks; whoever decides reads it."""
    row = _held(change)
    _own(row, actor)
    row.why = why.strip()[:MAX_WORDS]
    row.save(update_fields=["why"])
    record(
        "change.explained",
        actor=actor,
        target=row,
        organisation=row.organisation,
        label=row.told[:300],
    )
    return row


def expire_due() -> int:
    """End what nobody decided in time; for a duty. How many."""
    rows = Change.everywhere.filter(state=State.WAITING, expires_at__lte=clock.now())
    count = 0
    for pk in list(rows.values_list("pk", flat=True)[:200]):
        with transaction.atomic():
            row = Change.everywhere.select_for_update().get(pk=pk)
            if row.is_waiting:
                _end(row, State.EXPIRED, "change.expired", None)
                count += 1
    return count


@second_person("policy.set")
@transaction.atomic
def set_policy(
    organisation: Organisation,
    *,
    actor: Any,
    publishing: bool = False,
    keys: bool = False,
    revoking: bool = False,
    bulk_over: int | None = None,
    watched: Iterable[str] = (),
) -> Policy:
    """Say what needs a second person here and in the units.

    Loosening it needs one itself. Raises ``UsageError`` ``policy.alone`` where nobody else could
    approve, ``policy.watched`` for what is no achievement here.
    """
    if actor is not None:
        require(actor, Permission.EDIT, organisation)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    row = queries.policy_at(organisation) or Policy(organisation=organisation)
    before = _plain(row)
    row.publishing, row.keys, row.revoking = bool(publishing), bool(keys), bool(revoking)
    row.bulk_over = bulk_over
    row.watched = sorted({str(uuid.UUID(str(one))) for one in watched})
    row.changed_at = clock.now()
    after = _plain(row)
    if after == before:
        return row
    _check_not_alone(row, before, actor)
    row.save()
    record(
        "policy.set",
        actor=actor,
        target=row,
        organisation=organisation,
        before={name: before[name] for name in before if before[name] != after[name]},
        after={name: after[name] for name in after if before[name] != after[name]},
        label=organisation.name,
    )
    return row


_RIGHTS: Final = {
    "publishing": Permission.PUBLISH,
    "keys": Permission.KEYS,
    "revoking": Permission.REVOKE,
    "bulk_over": Permission.AWARD,
    "watched": Permission.AWARD,
}


def _check_not_alone(row: Policy, before: dict[str, Any], actor: Any) -> None:
    """What is switched on now can be approved by somebody else."""
    for name, permission in _RIGHTS.items():
        value = getattr(row, name)
        switched = value not in (None, False, []) and value != before[name]
        if switched and not queries.others(permission, row.organisation, actor):
            raise UsageError(
                "policy.alone",
                _("Nobody else here could approve this. Give another person the role first."),
            )


def _plain(row: Policy) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _RIGHTS}


def _held(change: Change) -> Change:
    """The change, its row locked; it must still wait."""
    row: Change = (
        Change.everywhere.select_for_update(of=("self",))
        .select_related("organisation", "asked_by")
        .get(pk=change.pk)
    )
    if not row.is_waiting or row.expires_at <= clock.now():
        raise UsageError("approval.over", _("This does not wait for a decision any more."))
    return row


def _allow(row: Change, actor: Any) -> None:
    """Only a second person: not who asked, with the same right, and not made for it."""
    if actor is None:
        raise PermissionDenied(_("A person has to approve this."))
    why = queries.hindrance(actor, row)
    if why:
        raise PermissionDenied(hindrance_words(why))


def hindrance_words(why: str) -> str:
    """Why somebody cannot decide, in a sentence."""
    return {
        "own": _("You asked for this yourself; another person has to approve it."),
        "right": _("Your role does not allow this; ask an owner."),
        "maker": _("You made this yourself; another person has to approve it."),
        "new": _("You have held your role for less than a day; somebody else has to approve it."),
    }[why]


def _own(row: Change, actor: Any) -> None:
    if not queries.is_asker(actor, row):
        raise PermissionDenied(_("Only whoever asked for it can do this."))


def _end(
    row: Change,
    state: str,
    verb: str,
    actor: Any,
    *,
    answer: str = "",
    result: dict[str, Any] | None = None,
) -> Change:
    """End a change; its arguments go, for they may hold words about people."""
    row.state, row.answer, row.result = state, answer[:MAX_WORDS], result or {}
    row.decided_by, row.decided_at, row.arguments = actor, clock.now(), {}
    row.save()
    record(
        verb,
        actor=actor,
        target=row,
        organisation=row.organisation,
        before={"state": State.WAITING},
        after={"state": state, "kind": row.kind, "digest": row.digest},
        label=row.told[:300],
    )
    if state in (State.DONE, State.FAILED, State.REFUSED, State.EXPIRED):
        letters.tell_asker(row)
    return row


def _words_of(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return getattr(error, "detail", "") or str(error) or _("It is no longer there.")
