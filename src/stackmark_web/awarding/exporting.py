"""The list of awards as CSV, safe to open in a spreadsheet and readable back without loss."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from stackmark.issuing.recipients import neutralise
from stackmark.verification.dates import stamp
from stackmark_web.awarding import issuing
from stackmark_web.awarding.models import Award

HEADERS: Final = (
    "credential_id",
    "state",
    "achievement",
    "version",
    "recipient_email",
    "recipient_name",
    "external_id",
    "issued_on",
    "expires_on",
    "offered_on",
    "claimed_on",
    "status_since",
    "revocation_reason",
)


def lines(awards: Iterable[Award]) -> Iterator[str]:
    """CSV a line at a time; cells a spreadsheet would compute are neutralised (reversibly)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(HEADERS)
    for award in awards:
        writer.writerow([neutralise(cell) for cell in _cells(award)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cells(award: Award) -> list[str]:
    return [
        issuing.credential_id(award),
        award.state,
        award.version.title,
        str(award.version.number or ""),
        award.recipient_email,
        award.recipient_name,
        award.external_id,
        _day(award.valid_from),
        _day(award.valid_until),
        _day(award.offered_at),
        _day(award.claimed_at),
        _day(award.status_changed_at),
        award.revoked_reason,
    ]


def _day(when: datetime | None) -> str:
    return "" if when is None else stamp(when)
