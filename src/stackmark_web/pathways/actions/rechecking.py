"""Credentials brought from elsewhere are asked about again: their issuers may take them back.

What was issued here stands in our own books. Of the rest nobody tells us, so it is checked anew
about once a day while its holder follows a pathway, and just before anything is awarded for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.passport.checking import credential_bytes, keep_answer, label_of
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.models import Completion
from stackmark_web.pathways.queries_proof import used_of
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.checking import Checked, Checker
from stackmark_web.verifying.queries import register_for

FRESH: Final = timedelta(hours=1)  # so old may an answer be by which something is awarded
EVERY: Final = timedelta(hours=20)
STALE: Final = timedelta(days=7)  # after that an issuer who does not answer leaves it unknown
_ROUND: Final = 20.0  # seconds after which a round begins no further credential
_LOG: Final = logging.getLogger(__name__)
_MAY_COUNT: Final = (Holding.Provenance.VERIFIED, Holding.Provenance.UNTOLD)


def before_award(completions: Iterable[Completion]) -> dict[Any, StackmarkError]:
    """Check what these rest on; by completion why nothing can be awarded for it now.

    What an issuer took back is stored, so that the next audit knows. Nobody is asked while rows
    are held: call it outside of transactions.
    """
    checker, found = _Checks(), {}
    for one in completions:
        try:
            _before(one, checker)
        except StackmarkError as error:
            found[one.pk] = error
    return found


def _before(completion: Completion, checker: _Checks) -> None:
    rows = {one.row.pk: one.row for one in used_of(completion) if one.row.award_id is None}
    for row in rows.values():
        if row.checked_at is not None and row.checked_at > clock.now() - FRESH:
            continue
        if not checker.settle(row):
            told = _("%s could not be checked now; nothing is awarded before that. Try it later.")
            raise UsageError("pathways.unchecked", told % row.title)


def look_again(*, limit: int = 50) -> int:
    """Check some of those whose holders follow a pathway; how many were looked at."""
    begun, checker, done = time.monotonic(), _Checks(), 0
    for row in _due()[:limit]:
        if time.monotonic() - begun > _ROUND:
            break
        try:
            if not checker.settle(row) and _is_stale(row):
                checker.give_up(row)
        except StackmarkError as error:
            _LOG.warning("holding %s was not checked again: %s", row.pk, error.detail)
        done += 1
    return done


def _due() -> QuerySet[Holding]:
    """In no order: those that cannot be checked hold up no others."""
    rows = Holding.objects.filter(
        award=None, provenance__in=_MAY_COUNT, checked_at__lte=clock.now() - EVERY
    )
    followed = rows.filter(user__followings__left_at=None, user__followings__isnull=False)
    ids = followed.values("pk").distinct()
    return Holding.objects.filter(pk__in=ids).select_related("user").order_by("?")


def _is_stale(row: Holding) -> bool:
    return row.checked_at is None or row.checked_at <= clock.now() - STALE


class _Checks:
    """One round of checks, sharing what is fetched."""

    def __init__(self) -> None:
        self._register = register_for(None)
        self._checker = Checker(register=self._register.register)

    def settle(self, row: Holding) -> bool:
        """Store a clear answer; a good one is not lost because nobody answers for an hour."""
        checked = self._check(row)
        if label_of(checked.report, checked.facts)[0] == Holding.Provenance.UNTOLD:
            return False
        keep_answer(row, checked)
        return True

    def give_up(self, row: Holding) -> None:
        """Store that it could not be told."""
        keep_answer(row, self._check(row))

    def _check(self, row: Holding) -> Checked:
        return verifying.told(self._checker.check(credential_bytes(row)), self._register)
