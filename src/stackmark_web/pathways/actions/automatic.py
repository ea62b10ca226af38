"""Awards without a board, where the body chose so: looked at once more, then made."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.pathways import letters
from stackmark_web.pathways.actions import auditing, completing, granting, rechecking
from stackmark_web.pathways.models import Completion

State = Completion.State
_LOG: Final = logging.getLogger(__name__)


def award(pk: Any) -> None:
    """Award one automatic completion if it still is one; what hinders it is tried again."""
    found = _waiting(pk)
    if found is None:
        return
    if not granting.by_itself(found.version.pathway):
        _to_board(found)
        return
    try:
        refusal = rechecking.before_award([found]).get(found.pk) or _awarded(found)
    except StackmarkError as error:
        refusal = error
    if refusal is not None:
        _LOG.warning("completion %s was not awarded: %s", pk, refusal.detail)


def _awarded(found: Completion) -> StackmarkError | None:
    if found.following is not None:
        auditing.audit_now(found.following)
    again = _waiting(found.pk)
    if again is None or not completing.is_complete(again):
        return None
    return granting.grant([again], actor=None)[0]


def _waiting(pk: Any) -> Completion | None:
    rows = Completion.everywhere.filter(pk=pk, state=State.WAITING, automatic=True)
    return rows.select_related(*granting.TIED).first()


def _to_board(found: Completion) -> None:
    """The body chose otherwise since, or what is awarded is a degree now."""
    rows = Completion.everywhere.filter(pk=found.pk, state=State.WAITING, automatic=True)
    if rows.update(automatic=False, award=None):
        letters.tell(found, "pathway-complete")


def award_waiting(*, limit: int = 50) -> int:
    """Award automatic completions that something hindered; how many were tried."""
    rows = Completion.everywhere.filter(state=State.WAITING, automatic=True)
    # What was made this minute is being awarded by who made it.
    old = rows.filter(made_at__lt=clock.now() - dt.timedelta(minutes=1)).order_by("made_at")
    found = list(old.values_list("pk", flat=True)[:limit])
    for pk in found:
        award(pk)
    return len(found)
