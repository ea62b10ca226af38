"""Rows as they travel to the workers: small lists in JSON, many rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from stackmark.issuing.award import Award
from stackmark.issuing.rows import Evidence, Row

CHUNK: Final = 250  # rows: about 20 ms of work, so that a stop repeats little of it


def pack(rows: Iterable[Row]) -> Iterator[bytes]:
    """The rows in chunks of ``CHUNK``, each as bytes.

    Custom columns, country, region, locale and group tag stay behind: a credential holds only
    what its standard has a place for.
    """
    held: list[Any] = []
    for row in rows:
        held.append(
            (
                row.line,
                row.external_id,
                row.issued_on,
                row.expires_on,
                row.recipient_id,
                row.recipient_email,
                row.recipient_name,
                _line_feeds(row.narrative),
                [(one.url, _line_feeds(one.name), _line_feeds(one.text)) for one in row.evidence],
            )
        )
        if len(held) == CHUNK:
            yield orjson.dumps(held)
            held = []
    if held:
        yield orjson.dumps(held)


def _line_feeds(text: str | None) -> str | None:
    """Line breaks as line feeds: spreadsheets write them in three ways, and a lint takes one."""
    if text is None or "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unpack(packed: bytes) -> list[list[Any]]:
    """The members of each row, in the order of ``pack``."""
    found: list[list[Any]] = orjson.loads(packed)
    return found


def to_award(
    members: list[Any],
    own: tuple[str, str, bytes],
    *,
    valid_from: str,
    valid_until: str | None,
    status: tuple[str, int] | None,
) -> Award:
    """The award of an unpacked row; ``own`` as ``Secrets.of`` gives it.

    ``valid_from`` and ``valid_until`` are for rows without dates.
    """
    _, _, issued, expires, person, email, name, narrative, evidence = members
    return Award(
        id=own[0],
        salt=own[1],
        blinding=own[2],
        valid_from=issued or valid_from,
        valid_until=expires or valid_until,
        recipient_id=person,
        recipient_email=email,
        recipient_name=name,
        narrative=narrative,
        evidence=tuple(Evidence(*one) for one in evidence),
        status_list=None if status is None else status[0],
        status_index=None if status is None else status[1],
    )
