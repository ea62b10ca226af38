"""The witness of an audit as a document that an award is bound to by its digest.

It names the credentials that were used, so it is the holder's: it travels with the award, and is
published only where the holder wants that. The award names it under ``relatedResource`` (VC Data
Model 2.0, section 5.3), and so signs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.exchange.ob3.facts import binding
from stackmark.model.strict_json import parse_json
from stackmark.stacking.witness import Witness
from stackmark.verification.related import compare_digests, read_digests


def witness_document(witness: Witness) -> bytes:
    """The bytes to keep: the same for the same witness."""
    return orjson.dumps(witness.to_json(), option=orjson.OPT_SORT_KEYS)


def witness_address(witness: Witness) -> str:
    """Where it is when nobody says: below the award, by its content."""
    name = hashlib.sha256(witness_document(witness)).hexdigest()[:16]
    return f"{witness.award.rstrip('/#')}/witness-{name}.json"


def bind_witness(document: Mapping[str, Any], witness: Witness, url: str = "") -> dict[str, Any]:
    """An unsigned credential that names the witness with its digest; sign it afterwards."""
    data = witness_document(witness)
    related = document.get("relatedResource", [])
    rows = related if isinstance(related, list) else [related]
    entry = binding(url or witness_address(witness), data)
    return {**document, "relatedResource": [*rows, entry]}


def carried_witness(
    document: Mapping[str, Any], fetch: Callable[[str], bytes | None]
) -> Witness | None:
    """The first witness a credential is bound to that is at hand and fits its digest.

    ``fetch`` gives the bytes of an address, or ``None``; what it raises is taken for not at hand.
    """
    for body in _bound(document, fetch):
        try:
            return Witness.from_json(parse_json(body))
        except (UsageError, ReadError):
            continue  # a facts document, or another
    return None


def _bound(document: Mapping[str, Any], fetch: Callable[[str], bytes | None]) -> Iterator[bytes]:
    entries = document.get("relatedResource")
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, Mapping) or not isinstance(url := entry.get("id"), str):
            continue
        try:
            body = fetch(url)
            digests = read_digests(entry)
            if body is None or not digests:
                continue
            compare_digests(url, digests, [body])
        except StackmarkError:
            continue
        yield body
