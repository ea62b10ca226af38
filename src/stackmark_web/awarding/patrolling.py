"""Every credential and every list read again, about once a day: they must still agree.

Whoever has rights to the database can change a row by SQL. The signature, the hash of the bytes,
the place on the status list, the published list and the audit log each say what the row says, and
together they cannot be changed from there (security A114).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import orjson

from stackmark.errors import StackmarkError
from stackmark.keys.did import did_web_url
from stackmark.status import bitstring
from stackmark.status.lists import open_list
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.audit import patrols
from stackmark_web.audit import queries as audit
from stackmark_web.awarding import issuing, lists, publishing, states
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.awarding.signing import Given
from stackmark_web.tenancy import queries as tenancy

SLICE: Final = 300  # credentials a minute: a second or two of work
NAME: Final = "credentials and lists"


def look_through() -> list[str]:
    """A slice of the round, for a duty. What it found, in sentences without names of people."""
    return patrols.go_on(NAME, _step)


def _step(cursor: str) -> tuple[str, list[str]]:
    rows = Award.everywhere.filter(signed__isnull=False).order_by("pk")
    if cursor:
        rows = rows.filter(pk__gt=uuid.UUID(cursor))
    awards = list(rows.select_related("organisation", "status_list__organisation")[:SLICE])
    found = look_at(awards)
    return (str(awards[-1].pk) if len(awards) == SLICE else ""), found


def look_at(awards: Iterable[Award]) -> list[str]:
    """What does not agree about these signed awards and the lists they are on."""
    awards = list(awards)
    said = audit.last_states("award", [str(award.pk) for award in awards])
    published: dict[Any, Published] = {}
    documents: dict[Any, dict[str, bytes]] = {}
    found = []
    for award in awards:
        root = award.organisation.root_id
        if root not in documents:
            documents[root] = _documents(award.organisation)
        row = award.status_list
        if row is not None and row.pk not in published:
            published[row.pk] = Published(row, documents[root])
            found += [f"Status list {row.pk}: {one}" for one in published[row.pk].faults()]
        for one in _faults(award, documents[root], published, said.get(str(award.pk), "")):
            found.append(f"Credential {award.pk}: {one}")
    return found


def _documents(organisation: Any) -> dict[str, bytes]:
    """The DID documents of an institution, as the world gets them."""
    root = tenancy.root_of(organisation)
    return {
        did_web_url(did): orjson.dumps(tenancy.did_document(root, did=did))
        for did in tenancy.dids_of(root)
    }


def _faults(
    award: Award, documents: dict[str, bytes], published: dict[Any, Published], said: str
) -> Iterable[str]:
    data = bytes(award.signed or b"")
    if issuing.digest(data) != award.sha256:
        yield "its bytes are not those whose hash was kept."
    tree = _tree(data)
    if tree is None:
        yield "its bytes are no credential."
        return
    if tree.get("id") != issuing.credential_id(award):
        yield "its bytes are another credential's."
    if fault := _signature(data, documents):
        yield fault
    yield from _place(award, tree, published)
    if said and said != award.state:
        yield f"the row says {award.state}, the audit log says {said}."


def _tree(data: bytes) -> dict[str, Any] | None:
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return tree if isinstance(tree, dict) else None


def _signature(data: bytes, documents: dict[str, bytes]) -> str:
    """What is wrong with the signature by the keys we publish; revoked ones count too."""
    try:
        report = Verifier(now=clock.now(), fetcher=Given(documents)).verify(data)
    except StackmarkError as error:
        return f"it cannot be read: {error.detail}"
    for check in report.checks:
        if check.code in ("proof", "read") and check.outcome == "failed":
            return f"its signature does not fit: {check.detail}"
    return ""


def _place(award: Award, tree: dict[str, Any], published: dict[Any, Published]) -> Iterable[str]:
    """The place on the list that was signed is the row's, and its bit says what the row says."""
    entry = tree.get("credentialStatus")
    row = award.status_list
    if row is None or award.status_index is None or not isinstance(entry, dict):
        if row is not None or isinstance(entry, dict):
            yield "its place on a status list is not the one that was signed."
        return
    purpose = lists.purpose_of(award)
    signed = (entry.get("statusListCredential"), entry.get("statusListIndex"))
    if signed != (lists.list_url(row.pk, purpose), str(award.status_index)):
        yield "its place on a status list is not the one that was signed."
        return
    wanted = set(states.WITHDRAWN)
    if purpose == lists.SUSPENSION:
        wanted.add(Award.State.SUSPENDED)
    bit = published[row.pk].bit(purpose, award.status_index)
    if bit is not None and bit != (award.state in wanted):
        listed = "off" if bit else "valid"
        yield f"the row says {award.state}, the published list says {listed}."


class Published:
    """The published files of a status list."""

    def __init__(self, row: StatusList, documents: dict[str, bytes]) -> None:
        self._row = row
        self._documents = documents

    @cached_property
    def _trees(self) -> dict[str, dict[str, Any] | None]:
        return {
            purpose: _tree(publishing.document(self._row.pk, purpose) or b"")
            for purpose in lists.PURPOSES
        }

    @cached_property
    def _bits(self) -> dict[str, bytes]:
        found = {}
        for purpose, tree in self._trees.items():
            try:
                url = lists.list_url(self._row.pk, purpose)
                kind = "BitstringStatusListCredential"
                found[purpose] = open_list(tree, list_type=kind, url=url).bits
            except StackmarkError:
                continue
        return found

    def faults(self) -> Iterable[str]:
        """What is wrong with the files themselves. One that is gone is written anew by a duty."""
        for purpose in lists.PURPOSES:
            data = publishing.document(self._row.pk, purpose)
            if data is None:
                continue
            if purpose not in self._bits:
                yield f"the published file for {purpose} is no list of this institution."
            elif fault := _signature(data, self._documents):
                yield f"the published file for {purpose}: {fault}"

    def bit(self, purpose: str, index: int) -> bool | None:
        """What the published list says; None while a change is on its way, or without a file."""
        bits = self._bits.get(purpose)
        if bits is None or self._row.dirty_since is not None or index >= len(bits) * 8:
            return None
        return bool(bitstring.get_value(bits, index))
