"""Entries of the ledger as its pages show them: awards and bodies by name where they are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stackmark.recognition.commitments import Entry, Use
from stackmark_web.recognising.forms_ledger import ReasonForm
from stackmark_web.recognising.queries_ledger import Mine
from stackmark_web.tenancy import queries as tenancy


@dataclass(frozen=True, slots=True)
class Row:
    """A use that stands, what was said about it, and the form to contest it."""

    use: Use
    body: str
    said: list[Entry]
    form: ReasonForm | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A use that was withdrawn, and why."""

    use: Entry
    body: str
    end: Entry


def row(found: Mine, use: Use, form: ReasonForm | None = None) -> Row:
    """A use for its holder."""
    said = [one for _number, one in _entries(found) if one.of == use.number]
    if form is None and not use.contested:
        form = ReasonForm(auto_id=f"use-{use.number}-%s")
    return Row(use, body_name(use.body), said, form)


def ended(found: Mine) -> list[Ended]:
    """What was withdrawn after a contest."""
    entries = dict(_entries(found))
    return [
        Ended(entries[one.of], body_name(entries[one.of].body), one)
        for one in entries.values()
        if one.act == "withdrawal" and one.of in entries
    ]


def _entries(found: Mine) -> Any:
    return found.thread.entries if found.thread is not None else ()


def body_name(did: str) -> str:
    """The name of a body of this server; its id for any other."""
    here = tenancy.organisation_by_did(did)
    return here.name if here is not None else did
