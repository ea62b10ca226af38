"""Status lists as signed files: ``DATA/lists/<id>-<purpose>.json``, served without the database.

Publishing claims a version number first (compare-and-swap), then reads who is withdrawn, then
signs, then writes, unless a higher version stands there already. So the version never falls,
``validFrom`` grows with it, and a slow publisher writes nothing old. A change is no longer
"dirty" only when the version that holds it was written and nothing came after.

A bit of the revocation list that was published once stays set whatever the database says: a
database from a backup revives nothing (security rule 10, fault F22).
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import transaction

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.adapters.locks import folder_lock
from stackmark.errors import CheckFailed, StackmarkError
from stackmark.issuing.lint import lint
from stackmark.issuing.securing import secure
from stackmark.limits import MAX_FETCH_BYTES
from stackmark.status import bitstring
from stackmark.status.lists import new_list, open_list, with_bits
from stackmark.verification.dates import stamp
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.awarding import others
from stackmark_web.awarding.lists import PURPOSES, REVOCATION, SUSPENSION, list_url, mark_changed
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.awarding.signing import Given, Pen, pen_as
from stackmark_web.awarding.states import WITHDRAWN
from stackmark_web.tenancy.models import Organisation
from stackmark_web.ui.commits import after_commit

TTL_MS: Final = 300_000  # verifiers may keep a list for five minutes
ALARM: Final = timedelta(seconds=60)
_LOG: Final = logging.getLogger(__name__)
_VERSION: Final = re.compile(r"Version (\d+)\Z")
_TICK: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a pair of lists that was claimed: nobody else will write this number."""

    row: StatusList
    number: int
    changes: int
    at: datetime


def folder() -> Path:
    """Where the published lists are."""
    path = settings.DATA / "lists"
    path.mkdir(parents=True, exist_ok=True)
    return path


def list_path(list_id: object, purpose: str) -> Path:
    """The file of one published list."""
    return folder() / f"{list_id}-{purpose}.json"


def publish_after_commit(list_id: object) -> None:
    """Publish as soon as the change is stored; what fails here the duty does again."""
    after_commit(try_publish, list_id)


def publish_new(awards: Iterable[Award]) -> None:
    """Before these are signed: a list of theirs that was never out, for who opened it died."""
    if transaction.get_connection().in_atomic_block:
        return  # after the commit, by whoever opened it
    ids = {award.status_list_id for award in awards} - {None}
    unseen = StatusList.everywhere.filter(pk__in=ids, published_at=None)
    for pk in unseen.values_list("pk", flat=True):
        try_publish(pk)


def try_publish(list_id: object) -> bool:
    """Publish a list; a failure is logged and left to the duty. Whether it is out."""
    try:
        return publish(list_id)
    except (StackmarkError, OSError) as error:
        _LOG.warning("status list %s not published: %s", list_id, error)
        return False


def publish(list_id: object) -> bool:
    """Sign and write the current state of both lists; False when a newer one stands there."""
    edition = _claim(list_id)
    pen = pen_as(edition.row.organisation, edition.row.did)
    made = {purpose: _signed(edition, purpose, pen) for purpose in PURPOSES}
    with folder_lock(folder()):
        if any(published_version(list_id, purpose) >= edition.number for purpose in PURPOSES):
            return False
        for purpose, data in made.items():
            write_atomic(list_path(list_id, purpose), data)
    others.tell_published(edition.row, edition.number)
    _settle(edition)
    return True


def _claim(list_id: object) -> Edition:
    """Take the next version number for ourselves."""
    while True:
        row = StatusList.everywhere.select_related("organisation").get(pk=list_id)
        on_disk = max(published_version(list_id, purpose) for purpose in PURPOSES)
        number = max(row.version, on_disk) + 1
        at = clock.now()
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        if row.stamped_at is not None:
            at = max(at, row.stamped_at + _TICK)
        more = {"next": row.entries} if on_disk > row.version else {}
        if more:
            _LOG.error("status list %s is ahead of the database: closed to new awards", list_id)
        claimed = StatusList.everywhere.filter(pk=list_id, version=row.version).update(
            version=number, stamped_at=at, **more
        )
        if claimed:
            changes = StatusList.everywhere.values_list("changes", flat=True).get(pk=list_id)
            return Edition(row, number, changes, at)


def _signed(edition: Edition, purpose: str, pen: Pen) -> bytes:
    """The list as it is now, signed and verified."""
    url = list_url(edition.row.pk, purpose)
    unsigned = new_list(
        url=url,
        issuer=pen.did,
        purpose=purpose,
        valid_from=_precise(edition.at),
        entries=edition.row.entries,
        ttl_ms=TTL_MS,
    )
    unsigned["description"] = f"Version {edition.number}"
    unsigned = with_bits(unsigned, _bits(edition.row, purpose))
    lint(unsigned)
    signed = secure(
        unsigned, suite=pen.suite, signer=pen.signer, method=pen.method, created=stamp(edition.at)
    )
    _check(signed, edition, pen)
    return signed


def _check(signed: bytes, edition: Edition, pen: Pen) -> None:
    """Nothing goes out that our own verifier would not take."""
    report = Verifier(now=edition.at, fetcher=Given(pen.documents)).verify(signed)
    for check in report.checks:
        if check.outcome in ("failed", "could-not-tell"):
            raise StackmarkError("run.self-check", f"The list just signed: {check.detail}")


def _precise(at: datetime) -> str:
    """RFC 3339 to the millisecond: two editions may come out within one second."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _bits(row: StatusList, purpose: str) -> bytearray:
    """Who is withdrawn (and, on the suspension list, on hold)."""
    states = set(WITHDRAWN)
    awards = Award.everywhere.filter(status_list=row, status_index__isnull=False)
    if purpose == SUSPENSION:
        awards = awards.filter(suspendable=True)
        states.add(Award.State.SUSPENDED)
    bits = bytearray(row.entries // 8)
    for index in awards.filter(state__in=states).values_list("status_index", flat=True):
        bitstring.set_value(bits, index, 1)
    if purpose == REVOCATION:
        for index in others.withdrawn(row):
            bitstring.set_value(bits, index, 1)
        _keep(bits, row)
    return bits


def _keep(bits: bytearray, row: StatusList) -> None:
    """What was published as revoked stays revoked."""
    before = _published_bits(row)
    if len(before) == len(bits):
        bits[:] = (int.from_bytes(bits) | int.from_bytes(before)).to_bytes(len(bits))


def _published_bits(row: StatusList) -> bytes:
    tree = _published(row.pk, REVOCATION)
    if tree is None:
        return b""
    url = list_url(row.pk, REVOCATION)
    try:
        return open_list(tree, list_type="BitstringStatusListCredential", url=url).bits
    except CheckFailed:
        _LOG.exception("status list %s on disk cannot be read", row.pk)
        return b""


def _settle(edition: Edition) -> None:
    """Say when it was published, and that nothing waits unless something came in between."""
    rows = StatusList.everywhere.filter(pk=edition.row.pk, version=edition.number)
    rows.update(published_at=clock.now())
    rows.filter(changes=edition.changes).update(dirty_since=None)


def document(list_id: object, purpose: str) -> bytes | None:
    """The published list, exactly as signed; None when there is none. Touches no database."""
    try:
        return read_limited(list_path(list_id, purpose), MAX_FETCH_BYTES)
    except StackmarkError:
        return None


def edition(list_id: object, purpose: str) -> tuple[int, ...] | None:
    """What tells one edition of a list's file from another; a new file is put in its place."""
    try:
        found = os.stat(f"{settings.DATA}/lists/{list_id}-{purpose}.json")  # noqa: PTH116 - hot
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _published(list_id: object, purpose: str) -> dict[str, Any] | None:
    data = document(list_id, purpose)
    try:
        tree = None if data is None else orjson.loads(data)
    except orjson.JSONDecodeError:
        _LOG.warning("status list %s on disk is damaged and will be written anew", list_id)
        return None
    return tree if isinstance(tree, dict) else None


def published_version(list_id: object, purpose: str) -> int:
    """The version number of the file that stands there; 0 for none."""
    tree = _published(list_id, purpose) or {}
    found = _VERSION.search(str(tree.get("description", "")))
    return int(found[1]) if found else 0


def publish_dirty() -> int:
    """Publish every list with a change that is not out yet. How many went out."""
    rows = StatusList.everywhere.filter(dirty_since__isnull=False).order_by("dirty_since")
    done = sum(try_publish(pk) for pk in rows.values_list("pk", flat=True))
    for row in rows.filter(dirty_since__lt=clock.now() - ALARM):
        _LOG.error("status list %s has waited since %s", row.pk, row.dirty_since)
    return done


def publish_all_of(root: Organisation) -> None:
    """An institution's keys have changed: every list is signed anew by the one in use."""
    for list_id in StatusList.everywhere.filter(organisation=root).values_list("pk", flat=True):
        mark_changed(list_id)
        try_publish(list_id)


def look_over() -> None:
    """Mark lists whose file is gone, older than the database, or signed by a former key."""
    for row in StatusList.everywhere.select_related("organisation"):
        if not _in_order(row):
            mark_changed(row.pk)


def _in_order(row: StatusList) -> bool:
    try:
        method = pen_as(row.organisation, row.did).method
    except StackmarkError:
        return True  # without a key there is nothing to be done about it
    for purpose in PURPOSES:
        tree = _published(row.pk, purpose)
        if tree is None or published_version(row.pk, purpose) < row.version:
            return False
        if tree["proof"]["verificationMethod"] != method:
            return False
    return True
