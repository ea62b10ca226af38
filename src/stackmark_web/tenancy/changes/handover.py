"""Handing over to a successor: offered by one institution, taken on by another, signed by both.

The institution that closes or merges keeps its identity and its keys here, for its credentials go
on and its status lists must be signed. Whoever takes it on becomes an owner of it and looks after
both. From the day of the hand-over nothing new is awarded in the old name.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import orjson
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import CheckFailed, CouldNotTell, UsageError
from stackmark.issuing.selfcheck import Given
from stackmark.keys.did import did_web_url
from stackmark.ports import Fetcher
from stackmark.trust import handover as library
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.tenancy import identity
from stackmark_web.tenancy.changes.keys import _locked
from stackmark_web.tenancy.changes.people import take_on
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.handovers import handover_of
from stackmark_web.tenancy.models import Handover, Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import (
    did_document,
    did_of,
    organisation_by_identity,
    organisation_by_slug,
    require,
    root_of,
)
from stackmark_web.tenancy.signing import signer_for

_State: Final = Handover.State


@second_person("key.hand-over")
@transaction.atomic
def offer_handover(
    organisation: Organisation,
    *,
    actor: Any,
    successor: str,
    successor_name: str = "",
    why: str,
    from_day: date,
) -> Handover:
    """Name who takes over and sign it; nothing changes until they accept.

    ``successor``: an institution here, by its name in addresses, its page or its DID; or the DID
    of one elsewhere, which then needs ``successor_name``. Raises ``UsageError`` ``handover.…``.
    """
    root = _guarded(organisation, actor)
    if handover_of(root) is not None:
        raise UsageError("handover.exists", _("A successor is named already."))
    if why not in Handover.Why.values:
        raise UsageError("handover.why", _("Choose why."))
    if from_day < clock.now().date():
        raise UsageError("handover.from_day", _("That day is over; choose today or a later one."))
    other, did, name = _named(root, successor.strip(), successor_name.strip())
    row = Handover(
        organisation=root,
        successor=other,
        successor_did=did,
        successor_name=name,
        why=why,
        from_day=from_day,
        offered_at=clock.now(),
    )
    row.statement = _signed(_statement(row), root)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise UsageError("handover.exists", _("A successor is named already.")) from None
    _record("handover.offered", row, actor, {"to": did, "from_day": from_day.isoformat()})
    return row


def _named(root: Organisation, text: str, name: str) -> tuple[Organisation | None, str, str]:
    """The successor: an institution here or None, its DID, and its name."""
    found = organisation_by_slug(text) or organisation_by_identity(text)
    if found is not None:
        other = root_of(found)
        if other.pk == root.pk:
            raise UsageError("handover.successor", _("Nobody hands over to itself."))
        if handover_of(other) is not None:
            raise UsageError("handover.successor", _("That institution hands over itself."))
        return other, did_of(other), other.name
    try:
        did_web_url(text)
    except CheckFailed:
        raise UsageError(
            "handover.successor",
            _("No institution here is called so, and it is no did:web of one elsewhere."),
        ) from None
    if not name:
        raise UsageError("handover.successor_name", _("Give the name of the successor."))
    return None, text, name[:200]


def _statement(row: Handover) -> dict[str, Any]:
    what = library.Handover(
        old=did_of(row.organisation),
        old_name=row.organisation.name,
        new=row.successor_did,
        new_name=row.successor_name,
        why=row.why,
        from_day=row.from_day.isoformat(),
    )
    where = f"{identity.page(row.organisation)}/handover.json"
    return library.new_statement(what, identifier=where, made=clock.stamp_now())


def _signed(statement: dict[str, Any], root: Organisation) -> dict[str, Any]:
    """With a proof by the institution's key, compared with what it publishes."""
    pen = signer_for(root)
    made = library.sign(
        statement, signer=pen.private, method=pen.method_id, created=clock.stamp_now()
    )
    if pen.did == statement["from"]["id"]:  # the other side is compared when both have signed
        own = Given({did_web_url(pen.did): orjson.dumps(did_document(root, did=pen.did))})
        library.check(made, own, whole=False)
    return made


class _Both:
    """A fetcher over our own documents, then whatever else is given."""

    def __init__(self, first: Fetcher, second: Fetcher | None = None) -> None:
        self._first, self._second = first, second

    def fetch(self, url: str) -> bytes:
        """The bytes behind ``url``; raises ``CouldNotTell``."""
        try:
            return self._first.fetch(url)
        except CouldNotTell:
            if self._second is None:
                raise
            return self._second.fetch(url)


@second_person("key.take-on")
def accept_handover(row: Handover, *, actor: Any) -> Handover:
    """The successor takes on: it signs, and whoever accepts becomes an owner of the other too.

    Raises ``UsageError`` ``handover.…``, and what keeps its key from signing.
    """
    if row.successor is None:
        raise UsageError("handover.elsewhere", _("The successor signs elsewhere; see the page."))
    other = _guarded(row.successor, actor)
    statement = _signed(row.statement, other)
    documents = {
        did_web_url(one): orjson.dumps(did_document(root, did=one))
        for root, one in ((row.organisation, row.statement["from"]["id"]), (other, did_of(other)))
    }
    return _settle(row, statement, Given(documents), actor=actor)


def take_statement(row: Handover, *, actor: Any, data: bytes, fetcher: Fetcher) -> Handover:
    """The same statement with the signature of a successor elsewhere, brought by the owner here.

    Raises ``UsageError`` ``handover.statement``, and as ``stackmark.trust.handover.check``.
    """
    root = _guarded(row.organisation, actor)
    try:
        statement = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise UsageError("handover.statement", _("That is no JSON file.")) from None
    ours = {name: value for name, value in row.statement.items() if name != "proof"}
    same = isinstance(statement, dict) and ours == {
        name: value for name, value in statement.items() if name != "proof"
    }
    if not same:
        raise UsageError("handover.statement", _("That is not the statement offered here."))
    did = row.statement["from"]["id"]
    own = Given({did_web_url(did): orjson.dumps(did_document(root, did=did))})
    return _settle(row, statement, _Both(own, fetcher), actor=actor)


def _settle(row: Handover, statement: dict[str, Any], fetcher: Fetcher, *, actor: Any) -> Handover:
    """Both signatures hold: it is in force."""
    library.check(statement, fetcher)
    with transaction.atomic():
        changed = Handover.everywhere.filter(pk=row.pk, state=_State.OFFERED).update(
            state=_State.ACCEPTED, statement=statement, answered_at=clock.now()
        )
        if not changed:
            raise UsageError("handover.answered", _("This was answered already."))
        row.refresh_from_db()
        _record("handover.accepted", row, actor, {"to": row.successor_did})
        if row.successor is not None:
            record(
                "handover.taken-on",
                actor=actor,
                target=row,
                organisation=row.successor,
                after={"of": row.statement["from"]["id"]},
                label=row.organisation.name,
            )
            if actor is not None:
                take_on(row.organisation, user=actor)
    return row


@transaction.atomic
def decline_handover(row: Handover, *, actor: Any) -> Handover:
    """The successor does not take on."""
    if row.successor is None:
        raise UsageError("handover.elsewhere", _("The successor signs elsewhere; see the page."))
    _guarded(row.successor, actor)
    return _end(row, _State.DECLINED, "handover.declined", actor)


@transaction.atomic
def withdraw_handover(row: Handover, *, actor: Any) -> Handover:
    """Taken back before the successor has answered."""
    _guarded(row.organisation, actor)
    return _end(row, _State.WITHDRAWN, "handover.withdrawn", actor)


def _end(row: Handover, state: str, verb: str, actor: Any) -> Handover:
    changed = Handover.everywhere.filter(pk=row.pk, state=_State.OFFERED).update(
        state=state, answered_at=clock.now()
    )
    if not changed:
        raise UsageError("handover.answered", _("This was answered already."))
    row.refresh_from_db()
    _record(verb, row, actor, {"state": state})
    return row


def _record(verb: str, row: Handover, actor: Any, after: dict[str, Any]) -> None:
    record(
        verb,
        actor=actor,
        target=row,
        organisation=row.organisation,
        after=after,
        label=row.successor_name,
    )


def _guarded(organisation: Organisation, actor: Any) -> Organisation:
    """The institution, held, for whoever may change its keys."""
    root = root_of(organisation)
    if actor is not None:
        require(actor, Permission.KEYS, root)
    if transaction.get_connection().in_atomic_block:
        return _locked(root, actor)
    return root
