"""The list of awards as CSV, safe to open in a spreadsheet and readable back without loss."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from stackmark.issuing.recipients import neutralise
from stackmark.verification.dates import stamp
from stackmark_web.awarding import issuing
from stackmark_web.catalogue.models import AchievementVersion

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


#: The columns of an award that are read for a row of the file, and no others.
COLUMNS: Final = (
    *("pk", "state", "version_id", "recipient_email", "recipient_name", "external_id"),
    *("valid_from", "valid_until", "offered_at", "claimed_at", "status_changed_at"),
    "revoked_reason",
)


def lines(awards: Iterable[Sequence[Any]]) -> Iterator[str]:
    """CSV of the ``COLUMNS`` of awards, a line at a time; the first before any award was read.

    Cells a spreadsheet would compute are neutralised (reversibly).
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    titles = _Titles()
    writer.writerow(HEADERS)
    yield _taken(buffer)
    for award in awards:
        writer.writerow([neutralise(cell) for cell in _cells(award, titles)])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


class _Titles(dict[uuid.UUID, tuple[str, str]]):
    """Title and number of a version, each asked for once in a file."""

    def __missing__(self, pk: uuid.UUID) -> tuple[str, str]:
        rows = AchievementVersion.everywhere.filter(pk=pk).values_list("title", "number")
        title, number = rows.get()
        self[pk] = title, str(number or "")
        return self[pk]


def _cells(award: Sequence[Any], titles: _Titles) -> list[str]:
    pk, state, version, email, name, external, *days, reason = award
    start, end, offered, claimed, changed = map(_day, days)
    address = issuing.credential_address(pk)
    title, number = titles[version]
    return [
        *(address, state, title, number, email, name, external),
        *(start, end, offered, claimed, changed, reason),
    ]


def _day(when: datetime | None) -> str:
    return "" if when is None else stamp(when)
