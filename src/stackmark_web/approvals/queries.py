"""What needs a second person here, what waits, and who may decide it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404

from stackmark_web import clock
from stackmark_web.accounts.queries import same_person
from stackmark_web.approvals import packing
from stackmark_web.approvals.models import Change, Policy
from stackmark_web.approvals.registry import Rules, kind_of
from stackmark_web.audit import people
from stackmark_web.audit.queries import given_by_person
from stackmark_web.tenancy.models import Membership, Organisation
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission
from stackmark_web.tenancy.queries import lineage, may

SEASON: Final = timedelta(hours=24)  # a role somebody gave lately makes nobody the second person
ALONE: Final = timedelta(days=30)  # who was alone for so long may loosen the rules alone


def rules_of(organisation: Organisation) -> Rules:
    """What needs four eyes here, the units' own rules and those above together."""
    found = Policy.everywhere.filter(organisation_id__in=lineage(organisation))
    rules = Rules()
    for row in found:
        limits = [one for one in (rules.bulk_over, row.bulk_over) if one is not None]
        rules = Rules(
            publishing=rules.publishing or row.publishing,
            keys=rules.keys or row.keys,
            revoking=rules.revoking or row.revoking,
            bulk_over=min(limits, default=None),
            watched=rules.watched | frozenset(map(str, row.watched)),
        )
    return rules


def policy_at(organisation: Organisation) -> Policy | None:
    """What was set at exactly this organisation or unit."""
    return Policy.everywhere.filter(organisation=organisation).first()


def changed_since(organisation: Organisation, at: Any) -> bool:
    """Whether a rule that holds here was changed after an instant."""
    rows = Policy.everywhere.filter(organisation_id__in=lineage(organisation))
    return bool(rows.filter(changed_at__gt=at).exists())


def change_of(organisation: Organisation, pk: uuid.UUID, user: Any) -> Change:
    """A change of this organisation or its units that this person may see; else ``Http404``."""
    rows = Change.objects.within(organisation).select_related("organisation", "asked_by")
    found: Change | None = rows.filter(pk=pk).first()
    if found is None or not sees(user, found):
        raise Http404("There is nothing here.")
    return found


def changes_of(organisation: Organisation, user: Any) -> list[Change]:
    """Those here and in the units that this person may see: waiting ones first, then the latest."""
    rows = Change.objects.within(organisation).select_related(
        "organisation", "asked_by", "decided_by"
    )
    waiting = rows.filter(state=Change.State.WAITING)
    decided = rows.exclude(state=Change.State.WAITING)
    return [one for some in (waiting[:1_000], decided[:200]) for one in some if sees(user, one)]


def sees(user: Any, change: Change) -> bool:
    """Whoever asked, and whoever holds the right it needs."""
    return is_asker(user, change) or may(user, kind_of(change.kind).permission, change.organisation)


def is_asker(user: Any, change: Change) -> bool:
    """Whether this person asked for it, by whichever of their accounts, merged ones too."""
    mine = getattr(user, "pk", None)
    askers = {change.asked_by_id, people.person_of(change.asked_code)}
    return is_one_of(mine, askers)


def is_one_of(account: Any, others: Iterable[Any]) -> bool:
    """Whether an account is of the same person as one of these, as far as accounts were merged."""
    return any(one is not None and same_person(account, one) for one in others)


def to_decide(organisation: Organisation, user: Any) -> int:
    """How many changes wait here that this person could decide."""
    rows = Change.objects.within(organisation).filter(
        state=Change.State.WAITING, expires_at__gt=clock.now()
    )
    return sum(not hindrance(user, one) for one in rows.select_related("organisation")[:100])


def badge(user: Any, organisation: Organisation) -> int | None:
    """How many this person could decide, for the navigation; None where nothing ever waits."""
    return to_decide(organisation, user) if has_any(organisation) else None


def has_any(organisation: Organisation) -> bool:
    """Whether anything needs, or ever needed, a second person here."""
    rules = Policy.everywhere.filter(organisation_id__in=lineage(organisation)).exists()
    return rules or Change.objects.within(organisation).exists()


def hindrance(user: Any, change: Change) -> str:
    """Why this person cannot approve it: a word (``right``, ``own``, ``maker``, ``new``), or none.

    Being an operator of the server gives no right here.
    """
    kind = kind_of(change.kind)
    if is_asker(user, change):
        return "own"
    if not may(user, kind.permission, change.organisation):
        return "right"
    if is_one_of(user.pk, kind.makers(subject_of(change))):
        return "maker"
    if not _seasoned(user, kind.permission, change.organisation, change.asked_at):
        return "new"
    return ""


def subject_of(change: Change) -> Any:
    """The thing it is about, as it is now; None when it is gone."""
    label, _colon, key = change.subject.partition(":")
    return packing.find(label, key)


def _seasoned(user: Any, permission: Permission, organisation: Organisation, asked: Any) -> bool:
    """Whether somebody held the right for a day, and before it was asked for.

    Who may invite people could otherwise make the second person. A role the server itself gave
    counts at once.
    """
    limit = min(asked, clock.now() - SEASON)
    rows = _holders(permission, organisation).filter(user=user, ended_at__isnull=True)
    return any(row.since <= limit or not given_by_person("membership", str(row.pk)) for row in rows)


def _holders(permission: Permission, organisation: Organisation) -> QuerySet[Membership]:
    roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
    return Membership.everywhere.filter(organisation_id__in=lineage(organisation), role__in=roles)


def others(permission: Permission, organisation: Organisation, user: Any) -> list[Any]:
    """Everybody else who holds a right here, by account."""
    rows = _holders(permission, organisation).filter(ended_at__isnull=True, user__is_active=True)
    rows = rows.exclude(user_id=getattr(user, "pk", None)).select_related("user")
    return list({row.user_id: row.user for row in rows}.values())


def long_alone(user: Any, permission: Permission, organisation: Organisation) -> bool:
    """Whether nobody else held a right here for a month: then there is no second person."""
    rows = _holders(permission, organisation).exclude(user_id=getattr(user, "pk", None))
    return not rows.exclude(ended_at__lt=clock.now() - ALONE).exists()


def was_approved(subject: Any, kinds: tuple[str, ...], content: Any) -> bool:
    """Whether a change about this thing was approved and done, and its content is still so."""
    rows = Change.everywhere.filter(
        subject=packing.name_of(subject), kind__in=kinds, state=Change.State.DONE
    )
    stated = packing.digest_of("", None, "", content)
    return any(row.result.get("content") == stated for row in rows)


def done_for(subject: Any) -> bool:
    """Whether a change about this thing was approved and done."""
    rows = Change.everywhere.filter(subject=packing.name_of(subject), state=Change.State.DONE)
    return bool(rows.exists())
