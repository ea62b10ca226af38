"""Changes to offerings: what is on offer beside a version, with no new version needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.catalogue import indexing
from stackmark_web.catalogue.models import Achievement, Offering
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

FIELDS: Final = (
    *("title", "starts_on", "ends_on", "apply_by", "seats", "price", "currency", "delivery"),
    *("place", "language", "enrol_url"),
)


@transaction.atomic
def save_offering(
    achievement: Achievement,
    *,
    actor: Any,
    values: Mapping[str, Any],
    offering: Offering | None = None,
) -> Offering:
    """A new offering, or an existing one with other values; names outside ``FIELDS`` are ignored.

    Raises ``UsageError`` ``offering.…`` with a sentence.
    """
    _allow(actor, achievement)
    row = offering or Offering(achievement=achievement, organisation=achievement.organisation)
    before = _values(row) if offering else {}
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    _check(row)
    row.save()
    _relist(achievement)
    after = _values(row)
    changed = {name for name in after if before.get(name) != after[name]}
    record(
        "offering.saved",
        actor=actor,
        target=row,
        organisation=achievement.organisation,
        before={name: before[name] for name in changed & before.keys()},
        after={name: after[name] for name in changed},
        label=str(achievement),
    )
    return row


@transaction.atomic
def close_offering(offering: Offering, *, actor: Any) -> None:
    """Take an offering down."""
    _allow(actor, offering.achievement)
    rows = Offering.everywhere.filter(pk=offering.pk, closed_at=None)
    if rows.update(closed_at=clock.now()):
        _relist(offering.achievement)
        record(
            "offering.closed",
            actor=actor,
            target=offering,
            organisation=offering.organisation,
            label=str(offering.achievement),
        )


def _allow(actor: Any, achievement: Achievement) -> None:
    if actor is not None:
        require(actor, Permission.DESIGN, achievement.organisation)


def _relist(achievement: Achievement) -> None:
    if achievement.current is not None and achievement.retired_at is None:
        indexing.list_offerings(achievement.current)


def _values(row: Offering) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in FIELDS}
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in found.items()
    }


def _check(row: Offering) -> None:
    try:
        row.full_clean(exclude=["organisation", "achievement", "closed_at"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise UsageError("offering.field", f"{name}: {messages[0]}") from None
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise UsageError("offering.dates", _("It ends before it starts; exchange the two days."))
    if row.price and not row.currency:
        raise UsageError("offering.currency", _("Say in which currency the price is."))
