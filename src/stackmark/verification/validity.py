"""Step "validity": the document's own dates (VC DM 2.0 section 4.9, OB 3.0 section 8.1 step 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from stackmark.errors import CheckFailed
from stackmark.limits import CLOCK_SKEW
from stackmark.reading.received import VC1_CONTEXT, contexts_of
from stackmark.verification.dates import parse_stamp, stamp


def period(tree: Mapping[str, Any]) -> tuple[str, str]:
    """The names of the two members: VC 1.1 calls them otherwise."""
    if contexts_of(tree)[:1] == [VC1_CONTEXT]:
        return "issuanceDate", "expirationDate"
    return "validFrom", "validUntil"


def check_validity(tree: Mapping[str, Any], now: datetime) -> str:
    """A sentence when ``now`` is within the dates.

    Raises ``CheckFailed``: ``validity.malformed``, ``validity.order``, ``validity.not-yet``,
    ``validity.expired``, ``validity.missing``.
    """
    first, last = period(tree)
    start = _instant(tree, first)
    end = _instant(tree, last)
    if start is None and first == "issuanceDate":
        start = _instant(tree, "validFrom")
        if start is None:
            raise CheckFailed("validity.missing", "A VC 1.1 credential needs an issuanceDate.")
    if start is not None and end is not None and end < start:
        raise CheckFailed("validity.order", f"It ends ({last}) before it begins ({first}).")
    if start is not None and start - now > timedelta(seconds=CLOCK_SKEW):
        raise CheckFailed("validity.not-yet", f"It is valid only from {stamp(start)} on.")
    if end is not None and end < now:
        raise CheckFailed("validity.expired", f"It expired at {stamp(end)}.")
    if end is None:
        return "It has no end date."
    return f"It is valid until {stamp(end)}."


def _instant(tree: Mapping[str, Any], name: str) -> datetime | None:
    if name not in tree:
        return None
    return parse_stamp(tree[name], name)
