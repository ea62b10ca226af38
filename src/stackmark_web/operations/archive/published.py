"""The newest published status lists there are: in the backup, in the data folder, at an address.

Every one that does not come from our own folder is verified first: a list somebody else signed
must revoke nothing here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from stackmark.adapters.fetcher import HttpFetcher
from stackmark.adapters.files import read_limited, write_atomic
from stackmark.adapters.locks import folder_lock
from stackmark.errors import CouldNotTell, StackmarkError, UsageError
from stackmark.issuing.selfcheck import Given
from stackmark.keys.did import did_web_url
from stackmark.limits import MAX_FETCH_BYTES
from stackmark.status.lists import open_list
from stackmark.verification.dates import parse_stamp
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.awarding.lists import PURPOSES, list_url
from stackmark_web.awarding.models import StatusList
from stackmark_web.operations import places
from stackmark_web.tenancy.queries import did_document, root_of

_NAME: Final = re.compile(r"([0-9a-f-]{36})-(revocation|suspension)\.json")
_VERSION: Final = re.compile(r"Version (\d+)\Z")
Source = Callable[[str, str], bytes | None]  # id of a list and purpose → the signed document


@dataclass(frozen=True, slots=True)
class Published:
    """A signed list: its version, when it is valid from, and the bits."""

    data: bytes
    version: int
    valid_from: datetime
    bits: bytes

    def set_bits(self) -> Iterator[int]:
        """The indexes that are withdrawn or on hold."""
        for place, byte in enumerate(self.bits):
            if byte:
                yield from (place * 8 + bit for bit in range(8) if byte & (0x80 >> bit))


def read(data: bytes, list_id: str, purpose: str) -> Published:
    """A list from its bytes; its signature is not looked at. Raises ``StackmarkError``."""
    try:
        tree = orjson.loads(data)
        found = _VERSION.search(str(tree["description"]))
        version = int(found[1]) if found else 0
        valid_from = parse_stamp(tree["validFrom"], "validFrom")
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise UsageError("restore.list", "It is no status list of Stackmark.") from None
    url = list_url(list_id, purpose)
    opened = open_list(tree, list_type="BitstringStatusListCredential", url=url)
    return Published(data, version, valid_from, opened.bits)


def collect(into: Path, *folders: Path, where: str = "") -> list[str]:
    """Put the newest version of every list into one folder. What was passed over, as sentences.

    ``where``: a folder or an https address that has the published lists as well.
    """
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    passed: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
            passed += _take_file(path, into)
    if where:
        passed += _take_from(where, into)
    return passed


def _take_file(path: Path, into: Path) -> list[str]:
    named = _NAME.fullmatch(path.name)
    if named is None:
        return []
    try:
        fresh = read(read_limited(path, MAX_FETCH_BYTES), named[1], named[2])
    except StackmarkError as error:
        return [f"{path.name} cannot be read and was passed over: {error.detail}"]
    _keep_newest(into, named[1], named[2], fresh)
    return []


def _keep_newest(into: Path, list_id: str, purpose: str, fresh: Published) -> None:
    before = at(into, list_id, purpose)
    if before is None or before.version < fresh.version:
        write_atomic(into / f"{list_id}-{purpose}.json", fresh.data)


def at(folder: Path, list_id: object, purpose: str) -> Published | None:
    """The list in a folder; None where there is none that can be read."""
    path = folder / f"{list_id}-{purpose}.json"
    if not path.exists():
        return None
    try:
        return read(read_limited(path, MAX_FETCH_BYTES), str(list_id), purpose)
    except StackmarkError:
        return None


def _take_from(where: str, into: Path) -> list[str]:
    """The lists the database knows, from a mirror or the address itself."""
    source = _address(where) if where.startswith("https://") else _folder(Path(where))
    passed = []
    for row in StatusList.everywhere.select_related("organisation"):
        for purpose in PURPOSES:
            data = source(str(row.pk), purpose)
            if data is None:
                passed.append(f"{row.pk}-{purpose} was not found at {where}.")
                continue
            try:
                fresh = read(data, str(row.pk), purpose)
                _verify(row, data)
            except StackmarkError as error:
                passed.append(f"{row.pk}-{purpose} at {where} was passed over: {error.detail}")
                continue
            _keep_newest(into, str(row.pk), purpose, fresh)
    return passed


def _folder(folder: Path) -> Source:
    if not folder.is_dir():
        raise UsageError(
            "usage.file", f"{folder} is no folder. --published takes one, or https://…"
        )

    def source(list_id: str, purpose: str) -> bytes | None:
        path = folder / f"{list_id}-{purpose}.json"
        return read_limited(path, MAX_FETCH_BYTES) if path.exists() else None

    return source


def _address(where: str) -> Source:
    fetcher = HttpFetcher()

    def source(list_id: str, purpose: str) -> bytes | None:
        try:
            return fetcher.fetch(f"{where.rstrip('/')}/status/{list_id}/{purpose}")
        except CouldNotTell as error:
            if error.reason == "fetch.status":
                return None
            raise UsageError(
                "restore.published", f"{where} cannot be asked: {error.detail}"
            ) from None

    return source


def _verify(row: StatusList, data: bytes) -> None:
    """Only a list signed by a key of the institution itself is believed."""
    document = did_document(root_of(row.organisation), did=row.did)
    fetcher = Given({did_web_url(row.did): orjson.dumps(document)})
    report = Verifier(now=clock.now(), fetcher=fetcher).verify(data)
    for check in report.checks:
        if check.outcome in ("failed", "could-not-tell"):
            raise UsageError("restore.list", f"its signature does not hold: {check.detail}")


def put_out(newest: Path) -> int:
    """Copy the newest lists to where they are served from, none over a newer one. How many."""
    folder = places.lists()
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with folder_lock(folder):
        for path in sorted(newest.glob("*.json")):
            named = _NAME.fullmatch(path.name)
            fresh = None if named is None else at(newest, named[1], named[2])
            if named is None or fresh is None:
                continue
            there = at(folder, named[1], named[2])
            if there is None or there.version < fresh.version:
                shutil.copyfile(path, folder / f".{path.name}.restored")
                (folder / f".{path.name}.restored").replace(folder / path.name)
                count += 1
    return count


def versions(newest: Path) -> dict[str, tuple[int, datetime]]:
    """By list, the highest version in a folder and when it is valid from."""
    found: dict[str, tuple[int, datetime]] = {}
    for path in newest.glob("*.json"):
        named = _NAME.fullmatch(path.name)
        one = None if named is None else at(newest, named[1], named[2])
        if named is not None and one is not None:
            before = found.get(named[1], (0, one.valid_from))
            found[named[1]] = max(before[0], one.version), max(before[1], one.valid_from)
    return found
