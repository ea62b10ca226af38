"""What stands behind each check, down to hashes and addresses: rows for the page, as plain JSON.

A row is ``[key, value]``; the words for the keys are in ``wording``. Nothing secret is in them:
salts and hashed addresses of recipients are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.keys.did import did_web_url
from stackmark.model.strict_json import parse_json
from stackmark.reading.received import Received, contexts_of
from stackmark.status.entry import read_entry
from stackmark.verification.report import Report
from stackmark.verification.structure import as_list
from stackmark.verification.verifier import Verifier
from stackmark.verification.words import open_received
from stackmark.verification.workings import Hashed, Working, work

Rows = list[list[str]]
MAX_PROOFS_SHOWN: Final = 4
MAX_LINES_KEPT: Final = 40  # canonical lines kept with a check; the number is told in full
_LINE: Final = 300
_IDENTIFYING: Final = re.compile(r"#(?:identityHash|salt)>")


def workings(received: Received | None, report: Report, verifier: Verifier) -> dict[str, Rows]:
    """Check code to rows, for the checks about which there is more to say than the sentence."""
    if received is None or received.kind == "ob2":
        return {}
    try:
        tree = open_received(received)[0]
    except StackmarkError:
        return {}
    rows = {
        "read": list(_read(received)),
        "context": [["context", str(one)[:_LINE]] for one in contexts_of(tree)[:10]],
        "validity": list(_dates(report)),
        "status": list(_statuses(tree, verifier)),
    }
    return {**rows, **_proofs(received, verifier)}


def _read(received: Received) -> Iterator[list[str]]:
    yield ["format", received.format]
    yield ["bytes", f"{len(received.document.data):,}"]
    if received.baked is not None:
        yield ["place", received.baked.place]


def _dates(report: Report) -> Iterator[list[str]]:
    about = report.credential
    if about.valid_from:
        yield ["valid-from", about.valid_from[:60]]
    if about.valid_until:
        yield ["valid-until", about.valid_until[:60]]
    yield ["checked-at", report.checked_at]


def _proofs(received: Received, verifier: Verifier) -> dict[str, Rows]:
    """Rows of the three checks that the signatures decide."""
    rows: dict[str, Rows] = {"lossless": [], "proof": [], "issuer-key": [], "key-time": []}
    for one in work(received, verifier.ring)[:MAX_PROOFS_SHOWN]:
        if one.document is not None:
            rows["lossless"] += _canonical(one.document)
        rows["proof"] += _signature(one)
        rows["issuer-key"] += _key(one)
        rows["key-time"] += _key_times(one)
    return rows


def _canonical(form: Hashed) -> Rows:
    rows: Rows = [["canonical-form", form.form]]
    if form.form != "RDFC-1.0":  # the document's own text, which whoever asks has
        return rows
    lines = [_told(line) for line in form.lines[:MAX_LINES_KEPT]]
    more = len(form.lines) - len(lines)
    if more:
        lines.append(f"… +{more:,}")
    return [*rows, ["statements", f"{len(form.lines):,}"], ["lines", "\n".join(lines)]]


def _told(line: str) -> str:
    """A canonical line without what identifies the recipient by hash."""
    found = _IDENTIFYING.search(line)
    return f"{line[: found.end()]} …" if found else line[:_LINE]


def _signature(one: Working) -> Rows:
    rows: Rows = []
    if one.suite:
        rows.append(["suite", one.suite])
    if one.created:
        rows.append(["created", one.created])
    if one.document is not None:
        rows.append(["document-hash", f"{one.document.digest} {one.document.value}"])
    if one.options is not None:
        rows.append(["options-hash", f"{one.options.digest} {one.options.value}"])
    if one.value:
        rows.append(["proof-value", one.value[:_LINE]])
    if one.signature:
        rows.append(["signature", one.signature[:_LINE]])
    if one.fits is not None:
        rows.append(["fits", "yes" if one.fits else "no"])
    return rows


def _key(one: Working) -> Rows:
    rows: Rows = []
    if one.method:
        rows.append(["method", one.method[:_LINE]])
    if one.purpose:
        rows.append(["purpose", one.purpose])
    if one.key is None:
        return rows
    rows.append(["controller", one.key.owner[:_LINE]])
    if one.key.owner.startswith("did:web:"):
        rows.append(["document-address", did_web_url(one.key.owner)])
    rows.append(["key-type", one.key.public.algorithm])
    rows.append(["public-key", one.key.public.raw.hex()[:_LINE]])
    return rows


def _key_times(one: Working) -> Rows:
    if one.key is None:
        return []
    times = (("key-expires", one.key.expires), ("key-revoked", one.key.revoked))
    rows = [[name, when[:60]] for name, when in times if when is not None]
    return [["used-at", one.created[:60]], *rows] if one.created else rows


def _statuses(tree: Mapping[str, Any], verifier: Verifier) -> Iterator[list[str]]:
    for raw in as_list(tree.get("credentialStatus"))[:8]:
        try:
            entry = read_entry(raw)
        except StackmarkError:
            continue
        yield ["status-kind", entry.kind]
        yield ["status-list", entry.list_url[:_LINE]]
        yield ["status-purpose", entry.purpose]
        if entry.index is not None:
            yield ["status-index", str(entry.index)]
            yield from _list_dates(entry.list_url, verifier)


def _list_dates(url: str, verifier: Verifier) -> Iterator[list[str]]:
    """When the list was published that the answer rests on (the fetcher still has it)."""
    try:
        tree = parse_json(verifier.fetcher.fetch(url))
    except StackmarkError:
        return
    published = tree.get("validFrom") if isinstance(tree, dict) else None
    if isinstance(published, str):
        yield ["status-published", published[:60]]
    yield ["checked-at", verifier.checked_at]
