"""Write an audit event. Called inside the transaction of the change it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from stackmark_web import clock
from stackmark_web.audit import people
from stackmark_web.audit.chaining import append
from stackmark_web.audit.door import door, tell
from stackmark_web.audit.models import SERVER, AuditEvent, Pseudonym

_PERSON: Final = "user"  # the member of a side that holds the id of an account


def record(
    verb: str,
    *,
    actor: Any,
    target: Any,
    organisation: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    via: str = "web",
    label: str = "",
) -> AuditEvent:
    """One event, put at the end of its chain.

    ``actor`` is a user or None (the system); ``target`` any saved model. ``before`` and ``after``
    hold what changed, as plain JSON. No names, addresses or texts of learners go in; the id of an
    account goes in as ``user`` and is kept as a pseudonym.
    """
    made = event(
        verb,
        actor=actor,
        target=target,
        organisation=organisation,
        before=before,
        after=after,
        via=via,
        label=label,
    )
    record_many([made])
    return made


def record_many(events: Iterable[AuditEvent]) -> None:
    """Events made by ``event``, written together, in their order."""
    chains: dict[str, list[AuditEvent]] = {}
    actors: dict[Any, str] = {}  # each asked for once
    made = list(events)
    with transaction.atomic():
        for one in made:
            chains.setdefault(_chain_of(one), []).append(one)
            one.actor_code = _code(one.by, actors)
        for name in sorted(chains):  # always in one order, so that two of us never wait in a ring
            append(name, chains[name])
        tell(made)


def event(
    verb: str,
    *,
    actor: Any,
    target: Any,
    organisation: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    via: str = "web",
    label: str = "",
) -> AuditEvent:
    """As ``record``, not written yet."""
    person = isinstance(target, get_user_model())
    made = AuditEvent(
        at=clock.now(),
        by_system=actor is None,
        via=door(via),
        organisation_id=getattr(organisation, "pk", None),
        verb=verb,
        # Django's request.user is of a type of its own until it is looked at.
        target_type="user" if person else type(target).__name__.lower(),
        target_id=people.code_of(target) if person else str(target.pk),
        target_label="" if person else str(label)[:200],
        before=_side(before),
        after=_side(after),
    )
    made.by = actor
    made.root = getattr(organisation, "root_id", made.organisation_id)
    return made


def forget(user: Any) -> dict[str, int]:
    """Cut the tie between a person and their pseudonyms. Their events stay, of nobody.

    Returns how many pseudonyms were let go, as ``{"audit.Pseudonym": n}``.
    """
    gone, _each = Pseudonym.objects.filter(user_id=user.pk).delete()
    return {"audit.Pseudonym": gone}


def merge(kept: Any, gone: Any) -> int:
    """Two accounts are one person's: the pseudonyms of ``gone`` are ``kept``'s from now on."""
    return Pseudonym.objects.filter(user_id=gone.pk).update(user_id=kept.pk)


def _code(actor: Any, known: dict[Any, str]) -> str:
    pk = getattr(actor, "pk", None)
    if pk is None:
        return ""
    if pk not in known:
        known[pk] = people.code_of(actor)
    return known[pk]


def _chain_of(made: AuditEvent) -> str:
    root = getattr(made, "root", None) or made.organisation_id
    return str(root) if root else SERVER


def _side(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Plain JSON exactly as the database gives it back, people by their pseudonyms."""
    if not given:
        return {}
    plain: dict[str, Any] = json.loads(json.dumps(dict(given), cls=DjangoJSONEncoder))
    if plain.get(_PERSON):
        plain[_PERSON] = people.code_of_id(plain[_PERSON])
    return plain
