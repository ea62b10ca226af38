"""Events as CSV, in which no cell can be a formula, and a chain as lines that can be checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from stackmark.canonical.jcs import jcs
from stackmark.verification.audit_log import FILE_TYPE, VERSION
from stackmark_web.audit import queries
from stackmark_web.audit.chaining import stated
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.sentences import Names, Told

_COLUMNS: Final = (
    "time",
    "who",
    "who_id",
    "event",
    "thing",
    "thing_id",
    "name",
    "what_happened",
    "before",
    "after",
    "via",
)
_TOGETHER: Final = 500  # events whose people are asked for at once
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_WIDE: Final = ("＝", "＋", "－", "＠")


def harmless(value: object) -> str:
    """A cell that a spreadsheet shows and never runs."""
    text = str(value).replace("\x00", "")
    starts = text.lstrip(" \u00a0\u200b\ufeff").startswith(_FORMULA + _WIDE)
    return f"'{text}" if starts or text.startswith(_FORMULA) else text


def lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    """The CSV, line by line, with its header."""
    yield _line(_COLUMNS)
    names, rest = Names(), iter(events)
    while some := list(islice(rest, _TOGETHER)):
        names.ask(some)
        yield from (_line(_cells(event, Told(event, names))) for event in some)


def _cells(event: AuditEvent, told: Told) -> tuple[object, ...]:
    pairs = ["; ".join(f"{k}: {v}" for k, v in sorted(side.items())) for side in _sides(event)]
    return (
        event.at.isoformat(timespec="seconds"),
        told.who,
        event.actor_code,
        event.verb,
        event.target_type,
        event.target_id,
        event.target_label,
        told.sentence,
        *pairs,
        event.via,
    )


def _sides(event: AuditEvent) -> tuple[dict[str, object], dict[str, object]]:
    return event.before or {}, event.after or {}


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def chained(chain: str, *, head: str, keys: Mapping[str, str]) -> Iterator[str]:
    """A whole chain as JSON Lines: a line about the file, then an event a line, oldest first.

    ``head``: its last signed head, or nothing. ``keys``: public keys (Multikey) by their names.
    """
    about = {"type": FILE_TYPE, "v": VERSION, "chain": chain, "head": head or None}
    yield _json(about | {"keys": dict(keys)})
    for event in queries.chained(chain).iterator(chunk_size=500):
        yield _json(stated(event))


def _json(value: Mapping[str, object]) -> str:
    return jcs(dict(value)).decode() + "\n"
