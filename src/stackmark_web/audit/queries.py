"""Reads of what happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from stackmark_web.audit import checking, people
from stackmark_web.audit.models import AuditEvent, Chain, Pseudonym, SignedHead


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for; whatever is empty leaves nothing out. Days are whole, both ends meant."""

    verb: str = ""
    actor: uuid.UUID | None = None
    target: str = ""
    since: date | None = None
    until: date | None = None


def events(
    organisations: Sequence[uuid.UUID], filters: Filters | None = None
) -> QuerySet[AuditEvent]:
    """The events of these organisations (ids), in no order."""
    wanted = filters or Filters()
    rows = AuditEvent.objects.order_by()
    rows = rows.filter(**_one_or_some("organisation_id", organisations))
    if wanted.verb:
        rows = rows.filter(verb=wanted.verb)
    if wanted.actor:
        rows = rows.filter(**_one_or_some("actor_code", people.codes_of(wanted.actor)))
    if wanted.target:
        rows = rows.filter(target_id=wanted.target)
    if wanted.since:
        rows = rows.filter(at__gte=_start(wanted.since))
    if wanted.until:
        rows = rows.filter(at__lt=_start(wanted.until + timedelta(days=1)))
    return rows


def _one_or_some(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """One value is asked for by equality: then an index gives its rows in their order."""
    return {name: values[0]} if len(values) == 1 else {f"{name}__in": values}


def verbs(organisations: Iterable[uuid.UUID]) -> list[str]:
    """The kinds of events that occurred, by name: from one to the next along an index."""
    field = AuditEvent._meta.get_field("organisation_id")  # noqa: SLF001
    found: set[str] = set()
    with connection.cursor() as cursor:
        for pk in organisations:
            value = field.get_db_prep_value(pk, connection)
            cursor.execute(_NEXT_VERB, [value, value])
            found.update(verb for (verb,) in cursor.fetchall() if verb is not None)
    return sorted(found)


_NEXT_VERB: Final = (
    "WITH RECURSIVE seen(verb) AS ("
    "SELECT MIN(verb) FROM audit_auditevent WHERE organisation_id = %s "
    "UNION ALL SELECT (SELECT MIN(e.verb) FROM audit_auditevent e WHERE e.organisation_id = %s "
    "AND e.verb > seen.verb) FROM seen WHERE seen.verb IS NOT NULL) SELECT verb FROM seen"
)


def actors(
    organisations: Sequence[uuid.UUID], among: Iterable[Any], codes: Iterable[str] = ()
) -> list[tuple[uuid.UUID, str]]:
    """Who of these people did something there, and the people of these pseudonyms, by name."""
    acted = AuditEvent.objects.filter(organisation_id__in=organisations, actor_code=OuterRef("pk"))
    rows = Pseudonym.objects.filter(user__in=set(among)).filter(Exists(acted.order_by()))
    known = {row.user_id: str(row.user) for row in rows.select_related("user")}
    known |= {user.pk: str(user) for user in people.users_of(codes).values()}
    return sorted(known.items(), key=lambda one: one[1])


def of_person(user: Any) -> QuerySet[AuditEvent]:
    """What happened to a person's own account, newest first."""
    rows = AuditEvent.objects.filter(target_type="user", target_id__in=people.codes_of(user))
    return rows.order_by("-id")


def _start(day: date) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time.min, tzinfo=zone)


def check_chains() -> list[str]:
    """What does not hold of the logs, in plain sentences; empty when all does. Reads all of it."""
    return checking.check_chains()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a chain stands: events, last check that found no fault, a fault, first and last head."""

    events: int = 0
    whole_at: datetime | None = None
    fault: str = ""
    signed_since: datetime | None = None
    signed_at: datetime | None = None
    signed_seq: int = 0


def standing(chain: str) -> Standing:
    """How the chain of an institution (its id) stands, as the checks left it."""
    row = Chain.objects.filter(name=chain).first()
    if row is None:
        return Standing()
    first, last = row.heads.order_by("seq").first(), row.heads.first()
    return Standing(
        events=row.seq,
        whole_at=row.whole_at,
        fault=row.fault,
        signed_since=first.signed_at if first else None,
        signed_at=last.signed_at if last else None,
        signed_seq=last.seq if last else 0,
    )


def last_head(chain: str) -> SignedHead | None:
    """The last signed head of a chain."""
    return SignedHead.objects.filter(chain__name=chain).order_by("-seq").first()


def chained(chain: str) -> QuerySet[AuditEvent]:
    """Every event of a chain in its order."""
    rows = AuditEvent.objects.filter(chain__name=chain).select_related("chain")
    return rows.order_by("seq")


def last_states(kind: str, targets: list[str]) -> dict[str, str]:
    """The state each of these things had after its last event that says one, by their ids."""
    rows = AuditEvent.objects.filter(target_type=kind, target_id__in=targets)
    told = rows.order_by("pk").values_list("target_id", "after")
    return {target: str(after["state"]) for target, after in told if after.get("state")}


def given_by_person(kind: str, target: str) -> bool:
    """Whether a role was given to somebody by a person, rather than by the server itself."""
    rows = AuditEvent.objects.filter(verb="role.given", target_type=kind, target_id=target)
    return bool(rows.filter(by_system=False).exists())


def said_of(verb: str, target: str, name: str) -> list[str]:
    """What events of one kind about a thing say under a name in ``after``, oldest first."""
    rows = AuditEvent.objects.filter(verb=verb, target_id=target).order_by("pk")
    return [str(after.get(name, "")) for after in rows.values_list("after", flat=True)]
