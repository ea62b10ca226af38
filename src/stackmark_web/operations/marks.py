"""Marks outside the database: how far lists were published, and which keys there are (F22, F23).

They are kept twice, with the data and with the keys, one small file a list, and only ever grow.
A database from a backup is older than its marks, and that is how it is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.adapters.locks import folder_lock
from stackmark.errors import StackmarkError
from stackmark_web.awarding.models import StatusList
from stackmark_web.operations import places
from stackmark_web.tenancy.models import Organisation, SigningKey

_LIMIT: Final = 64 * 1024 * 1024
_KEYS: Final = "keys.json"
_RANK: Final = {"waiting": 0, "active": 1, "retired": 2, "revoked": 3}  # no way back


@dataclass(slots=True)
class Marks:
    """``lists``: by id, the highest version that was published, and whose list it is.

    ``keys``: by method id, what is needed to know a key again (nothing secret).
    """

    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def merge(self, other: Marks) -> None:
        """The further of both in each."""
        for pk, one in other.lists.items():
            if one["version"] > self.lists.get(pk, {}).get("version", -1):
                self.lists[pk] = one
        for method, key in other.keys.items():
            before = self.keys.get(method)
            if before is None or _RANK[key["state"]] > _RANK[before["state"]]:
                self.keys[method] = key


def read() -> Marks:
    """What both folders say together; a file that is gone or damaged says nothing."""
    found = Marks()
    for folder in places.mark_folders():
        found.merge(read_folder(folder))
    return found


def read_folder(folder: Path) -> Marks:
    """What one folder says."""
    found = Marks()
    for path in folder.glob("*.json"):
        if path.name == _KEYS:
            found.merge(Marks(keys=_keys_in(path)))
        else:
            found.merge(Marks(lists=_list_in(path)))
    return found


def _list_in(path: Path) -> dict[str, dict[str, Any]]:
    tree = _tree(path)
    try:
        return {path.stem: {**tree, "version": int(tree["version"])}}
    except (KeyError, TypeError, ValueError):
        return {}


def _keys_in(path: Path) -> dict[str, dict[str, Any]]:
    tree = _tree(path)
    return {method: key for method, key in tree.items() if key.get("state") in _RANK}


def _tree(path: Path) -> dict[str, Any]:
    try:
        tree = orjson.loads(read_limited(path, _LIMIT))
    except (StackmarkError, orjson.JSONDecodeError):
        return {}
    return tree if isinstance(tree, dict) else {}


def add(more: Marks) -> None:
    """Write what is new to both folders; a mark never goes back."""
    for folder in places.mark_folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with folder_lock(folder):
            for pk, one in more.lists.items():
                path = folder / f"{pk}.json"
                before = Marks(lists=_list_in(path))
                before.merge(Marks(lists={pk: one}))
                _write(path, before.lists[pk])
            if more.keys:
                known = Marks(keys=_keys_in(folder / _KEYS))
                known.merge(Marks(keys=more.keys))
                _write(folder / _KEYS, known.keys)


def _write(path: Path, tree: dict[str, Any]) -> None:
    data = orjson.dumps(tree, option=orjson.OPT_SORT_KEYS)
    if not path.exists() or path.read_bytes() != data:
        write_atomic(path, data, mode=0o600)


def note_list(row: StatusList, number: int) -> None:
    """A version of a list is out (called by ``awarding`` after each publication)."""
    if not (places.keys() / places.INSTANCE).exists():
        return  # no server was ever started here
    add(Marks(lists={str(row.pk): list_mark(row, number)}))


def note_keys(root: Organisation) -> None:
    """An institution's keys have changed (called by ``tenancy`` after the commit)."""
    if not (places.keys() / places.INSTANCE).exists():
        return
    add(Marks(keys=key_marks(SigningKey.everywhere.filter(organisation=root))))


def note_all() -> None:
    """Everything the database knows, for a start and for systems older than the marks."""
    rows = StatusList.everywhere.filter(version__gt=0).iterator()
    found = {str(row.pk): list_mark(row, row.version) for row in rows}
    add(Marks(found, key_marks(SigningKey.everywhere.all())))


def list_mark(row: StatusList, number: int) -> dict[str, Any]:
    """What is kept of a list; the secret order of its indexes is not."""
    return {
        "version": number,
        "organisation": str(row.organisation_id),
        "did": row.did,
        "entries": row.entries,
    }


def key_marks(rows: Iterable[SigningKey]) -> dict[str, dict[str, Any]]:
    """What is kept of keys: their public halves and where the private ones are."""
    return {row.method_id: _key_mark(row) for row in rows}


def _key_mark(row: SigningKey) -> dict[str, Any]:
    return {
        "organisation": str(row.organisation_id),
        "algorithm": row.algorithm,
        "public": row.public_multibase,
        "signer": row.signer,
        "location": row.location,
        "state": str(row.state),
        "created_at": row.created_at.isoformat(),
    }


def behind(marks: Marks) -> list[str]:
    """Lists of which a higher version was published than the database has ever claimed."""
    rows = StatusList.everywhere.values_list("pk", "version")
    return [
        str(pk) for pk, version in rows if marks.lists.get(str(pk), {}).get("version", 0) > version
    ]
