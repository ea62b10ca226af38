"""A key that others have or may have: since when, and what that means for what it signed.

Whoever has the key can write any date into a credential, so to the world all of it is refused, for
good: the DID document says the key is revoked. Here it is known better what was issued when. What
stands in our books since before the day the key was lost still verifies here (security A32, A111).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.changes.keys import _announce, _locked, withdraw
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import SigningKey

_State: Final = SigningKey.State


@second_person("key.lost")
@transaction.atomic
def declare_lost(
    key: SigningKey, *, actor: Any, since: datetime | None = None, note: str = ""
) -> SigningKey:
    """Declare a key known to others since ``since`` (None: since it began to sign), and revoke it.

    A key that is revoked already can be declared lost, or lost earlier than was thought; never
    later, for what was refused once must not come back. ``note`` is for the audit trail only.
    Raises ``UsageError`` ``key.since``, ``key.waiting``.
    """
    root = _locked(key.organisation, actor)
    row = SigningKey.everywhere.select_for_update().get(pk=key.pk)
    if row.state == _State.WAITING:
        raise UsageError("key.waiting", _("This key has signed nothing yet; rotate it instead."))
    lost = _since(row, since)
    if row.state != _State.REVOKED:
        withdraw(root, row, actor=actor, note=note)
    before, row.lost_from = row.lost_from, lost
    row.save(update_fields=["lost_from"])
    record(
        "key.lost",
        actor=actor,
        target=row,
        organisation=root,
        before={"since": before.isoformat() if before else None},
        after={"since": lost.isoformat()},
        label=row.method_id,
    )
    _announce(root)
    return row


def _since(row: SigningKey, since: datetime | None) -> datetime:
    """The instant to keep: not before the key was, not in the future, never later than said."""
    began = row.began_at or row.created_at
    lost = max(since, began) if since is not None else began
    if lost > clock.now():
        raise UsageError("key.since", _("That time has not come yet."))
    if row.lost_from is not None and lost > row.lost_from:
        raise UsageError(
            "key.since",
            _("It was declared lost from an earlier time on, and that cannot be taken back."),
        )
    return lost
