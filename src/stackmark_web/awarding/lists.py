"""Status lists of an institution: which index a credential gets, and what must be published.

The lists belong to the institution whose keys sign them; its units share them, which also keeps
a herd around each index. An index is given by compare-and-swap on ``next``: whoever loses the
race asks again, and no index comes up twice however many work at once.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce

from stackmark import limits
from stackmark.adapters.randomness import SystemRandom
from stackmark.status.allocate import Allocation, allocate
from stackmark_web import clock
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import did_of, root_of

REVOCATION: Final = "revocation"
SUSPENSION: Final = "suspension"
PURPOSES: Final = (REVOCATION, SUSPENSION)
AHEAD: Final = 2_000  # so few left: the next list is opened and published before it is needed


def list_url(list_id: object, purpose: str) -> str:
    """The public address of a list, as credentials name it."""
    return f"{settings.IDENTITY_URL}/status/{list_id}/{purpose}"


def purpose_of(award: Award) -> str:
    """Which of the two lists the credential names; Open Badges 3.0 has room for one."""
    return SUSPENSION if award.suspendable else REVOCATION


def take(organisation: Organisation, count: int) -> list[tuple[StatusList, int]]:
    """``count`` indexes that nobody else has or will have; what is not used is lost for good."""
    root, did = root_of(organisation), did_of(organisation)
    found: list[tuple[StatusList, int]] = []
    while len(found) < count:
        found += _take_some(root, did, count - len(found))
    return found


def _take_some(root: Organisation, did: str, count: int) -> list[tuple[StatusList, int]]:
    """As many as the open list has, or none when somebody else was faster."""
    current = _open_list(root, did)
    state = Allocation(current.entries, current.seed, current.next)
    after, indexes = allocate(state, min(count, state.left))
    won = StatusList.everywhere.filter(pk=current.pk, next=state.next).update(next=after.next)
    if not won:
        return []
    if after.left < AHEAD:
        _open_ahead(root, did)
    return [(current, index) for index in indexes]


def _open_list(root: Organisation, did: str) -> StatusList:
    rows = StatusList.everywhere.filter(organisation=root, did=did, next__lt=F("entries"))
    return rows.order_by("created_at", "pk").first() or open_list(root, did)


def _open_ahead(root: Organisation, did: str) -> None:
    room = F("entries") - AHEAD
    if not StatusList.everywhere.filter(organisation=root, did=did, next__lte=room).exists():
        open_list(root, did)


def open_list(root: Organisation, did: str) -> StatusList:
    """A new pair of lists, to be published at once."""
    fresh = Allocation.new(limits.MIN_STATUS_ENTRIES, random=SystemRandom())
    now = clock.now()
    return StatusList.everywhere.create(
        organisation=root,
        did=did,
        entries=fresh.entries,
        seed=fresh.seed,
        created_at=now,
        changes=1,
        dirty_since=now,
    )


def mark_changed(list_id: object) -> None:
    """Note, in the transaction of a change, that the lists must be published anew."""
    StatusList.everywhere.filter(pk=list_id).update(
        changes=F("changes") + 1, dirty_since=Coalesce(F("dirty_since"), clock.now())
    )
