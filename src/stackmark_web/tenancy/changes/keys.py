"""Make, rotate and revoke signing keys, and move an institution's DID to its own host.

A hosted DID document comes from the database, so a new key is published in the moment it is
stored. On an own host the key waits until it has been seen in the document published there:
nothing is ever signed by a key that the world cannot find (fault F39).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import CheckFailed, StackmarkError, UsageError
from stackmark.keys.controller import document_for, find_method
from stackmark.keys.public import PublicKey
from stackmark.ports import Fetcher
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.tenancy import identifiers, identity
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import Organisation, SigningKey
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import (
    active_key,
    did_of,
    has_issued,
    keys_of,
    require,
    root_of,
    waiting_key,
)
from stackmark_web.tenancy.signers import store
from stackmark_web.ui.commits import after_commit

_State: Final = SigningKey.State
_changed: Final[list[Callable[[Organisation], None]]] = []


def on_key_change(function: Callable[[Organisation], None]) -> Callable[[Organisation], None]:
    """Call ``function(root)`` after each committed change of an institution's keys.

    For what must be signed anew by the new key, such as status lists.
    """
    if function not in _changed:
        _changed.append(function)
    return function


def first_key(root: Organisation, *, actor: Any) -> SigningKey:
    """The key an institution starts with."""
    return _add(root, actor=actor, state=_State.ACTIVE, verb="key.made")


@second_person("key.make")
@transaction.atomic
def make_key(organisation: Organisation, *, actor: Any) -> SigningKey:
    """A key for an institution that has none in use."""
    root = _locked(organisation, actor)
    if active_key(root) or waiting_key(root):
        raise UsageError("key.exists", _("There is a key already; rotate it instead."))
    return _add(root, actor=actor, state=_starting(root), verb="key.made")


@second_person("key.rotate")
@transaction.atomic
def rotate_key(organisation: Organisation, *, actor: Any) -> SigningKey:
    """A new key takes over; what the old one signed stays valid.

    On an own host the new one waits until it is published there.
    """
    root = _locked(organisation, actor)
    if waiting_key(root):
        raise UsageError("key.waiting", _("A new key is waiting to be published already."))
    if active_key(root) is None:
        raise UsageError("key.none", _("There is no key in use; make one."))
    if not root.did_host:
        _retire(root)
    return _add(root, actor=actor, state=_starting(root), verb="key.rotated")


@second_person("key.revoke")
@transaction.atomic
def revoke_key(key: SigningKey, *, actor: Any, note: str = "") -> SigningKey:
    """Declare a key known to others: all that it ever signed is refused from now on, for good.

    When it was the one in use, a new key takes its place.
    """
    root = _locked(key.organisation, actor)
    row = SigningKey.everywhere.select_for_update().get(pk=key.pk)
    if row.state == _State.REVOKED:
        raise UsageError("key.revoked", _("This key is revoked already."))
    return withdraw(root, row, actor=actor, note=note)


def withdraw(root: Organisation, row: SigningKey, *, actor: Any, note: str = "") -> SigningKey:
    """Mark a key as revoked and put a new one in its place; both rows are held by the caller."""
    was = row.state
    row.state, row.revoked_at = _State.REVOKED, clock.now()
    row.save()
    record(
        "key.revoked",
        actor=actor,
        target=row,
        organisation=root,
        before={"state": was},
        after={"state": row.state, "note": note[:300]},
        label=row.method_id,
    )
    if was == _State.ACTIVE and waiting_key(root) is None:
        _add(root, actor=actor, state=_starting(root), verb="key.made")
    _announce(root)
    return row


@second_person("key.move")
@transaction.atomic
def want_did_host(organisation: Organisation, *, actor: Any, host: str) -> Organisation:
    """Prepare the move of the DID to an own host; empty takes the wish back.

    Only before anything was issued: a DID is in every credential and stays. The new key is made
    now, so that the did.json to publish can be shown; nothing else changes until it was seen.
    """
    root = _locked(organisation, actor)
    if has_issued(root):
        raise UsageError(
            "key.issued",
            _("Credentials carry the present identity already, so it has to stay."),
        )
    word = identifiers.host(host, field="did_host_wanted") if host.strip() else ""
    if word and Organisation.objects.filter(did_host=word).exclude(pk=root.pk).exists():
        raise UsageError("organisation.did_host_wanted", _("Another organisation uses this host."))
    before = root.did_host_wanted
    _drop_waiting(root)
    root.did_host_wanted = word
    root.save()
    if word:
        _add(root, actor=actor, state=_State.WAITING, verb="key.made", did=identity.own_did(word))
    record(
        "organisation.did_host_wanted",
        actor=actor,
        target=root,
        organisation=root,
        before={"did_host_wanted": before},
        after={"did_host_wanted": word},
        label=root.name,
    )
    return root


def check_published(organisation: Organisation, *, actor: Any, fetcher: Fetcher) -> SigningKey:
    """Look at the did.json on the own host; when it holds the waiting key, use it from now on.

    Raises ``CheckFailed`` when it does not, ``CouldNotTell`` when it could not be read,
    ``UsageError`` when nothing is waiting.
    """
    if actor is not None:
        require(actor, Permission.KEYS, organisation)
    key = waiting_key(organisation)
    if key is None:
        raise UsageError("key.none", _("No key is waiting to be published."))
    document = document_for(key.did, fetcher)  # outside a transaction: this may take seconds
    method = find_method(document, key.method_id)
    if method.public_key != PublicKey.from_multikey(key.public_multibase) or method.revoked:
        raise CheckFailed(
            "key.published", _("The did.json there holds another key under this name.")
        )
    return _use(key, actor=actor)


@transaction.atomic
def _use(key: SigningKey, *, actor: Any) -> SigningKey:
    """The waiting key is published: it signs from now on, the one before has ended."""
    root = _locked(key.organisation, actor)
    row = SigningKey.everywhere.select_for_update().get(pk=key.pk)
    if row.state != _State.WAITING:
        raise UsageError("key.none", _("No key is waiting to be published."))
    _retire(root)
    row.state, row.active_from = _State.ACTIVE, clock.now()
    row.save()
    if root.did_host_wanted and row.did == identity.own_did(root.did_host_wanted):
        root.did_host, root.did_host_wanted = root.did_host_wanted, ""
        root.save()
    record(
        "key.published",
        actor=actor,
        target=row,
        organisation=root,
        before={"state": _State.WAITING},
        after={"state": row.state, "did": row.did},
        label=row.method_id,
    )
    _announce(root)
    return row


def _locked(organisation: Organisation, actor: Any) -> Organisation:
    """The institution, its row held so that two changes of keys come one after the other."""
    root = root_of(organisation)
    if actor is not None:
        require(actor, Permission.KEYS, root)
    return Organisation.objects.select_for_update().get(pk=root.pk)


def _starting(root: Organisation) -> str:
    return _State.WAITING if root.did_host else _State.ACTIVE


def _add(root: Organisation, *, actor: Any, state: str, verb: str, did: str = "") -> SigningKey:
    """A new key under the next free name of the DID."""
    name = did or did_of(root)
    taken = sum(1 for key in keys_of(root) if key.did == name)
    method_id = f"{name}#key-{taken + 1}"
    keys = store()
    made = keys.make(algorithm=settings.KEY_TYPE, did=name, method_id=method_id)
    now = clock.now()
    try:
        with transaction.atomic():
            key = SigningKey.everywhere.create(
                organisation=root,
                method_id=method_id,
                algorithm=made.public_key.algorithm,
                public_multibase=made.public_key.to_multikey(),
                signer=keys.kind,
                location=made.location,
                state=state,
                created_at=now,
                active_from=now if state == _State.ACTIVE else None,
            )
    except IntegrityError:
        raise StackmarkError(
            "key.taken", _("Another change of keys came first; look at the page again.")
        ) from None
    after = {"method": method_id, "state": state, "signer": keys.kind}
    record(verb, actor=actor, target=key, organisation=root, after=after, label=method_id)
    _announce(root)
    return key


def _retire(root: Organisation) -> None:
    SigningKey.everywhere.filter(organisation=root, state=_State.ACTIVE).update(
        state=_State.RETIRED, retired_at=clock.now()
    )


def _drop_waiting(root: Organisation) -> None:
    """A key that was not published in time never signs; its name is not used again."""
    SigningKey.everywhere.filter(organisation=root, state=_State.WAITING).update(
        state=_State.RETIRED, retired_at=clock.now()
    )


def _announce(root: Organisation) -> None:
    for function in _changed:
        after_commit(function, root)
