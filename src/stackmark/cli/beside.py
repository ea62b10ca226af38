"""Files a credential is bound to by digest, found in its own folder.

``convert`` writes a facts document beside the credential. Where nobody says what is at hand, it is
looked for there; only bytes that fit the digest in the credential are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

MAX_BESIDE: Final = 1024 * 1024  # bytes of one file
_LONGEST: Final = 60  # characters of a name: at most 240 bytes, which file systems take


def file_name(url: str) -> str:
    """The name of a file for an address: its last part, without what a name may not hold."""
    last = re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isalnum() or one in "._-")[-_LONGEST:].lstrip(".")
    return kept or "facts.json"


def beside(file: Path, tree: Mapping[str, Any]) -> dict[str, bytes]:
    """What stands beside ``file`` of what its document names under relatedResource, by address."""
    if str(file) == "-":
        return {}
    found = {}
    for url, entry in related(tree):
        data = _fitting(file.parent / file_name(url), url, entry)
        if data is not None:
            found[url] = data
    return found


def related(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every relatedResource with an id; a learner record holds those of its credentials."""
    if isinstance(value, list):
        for one in value:
            yield from related(one)
    elif isinstance(value, Mapping):
        entries = value.get("relatedResource")
        for one in entries if isinstance(entries, list) else ():
            if isinstance(one, Mapping) and isinstance(one.get("id"), str):
                yield one["id"], one
        for inner in value.values():
            yield from related(inner)


def fits(url: str, entry: Mapping[str, Any], data: bytes) -> bool:
    """Whether bytes fit the digest of a relatedResource entry that has one."""
    from stackmark.errors import StackmarkError
    from stackmark.verification.related import compare_digests, read_digests

    try:
        digests = read_digests(entry)
        compare_digests(url, digests, [data])
    except StackmarkError:
        return False
    return bool(digests)


def _fitting(path: Path, url: str, entry: Mapping[str, Any]) -> bytes | None:
    from stackmark.adapters.files import read_limited
    from stackmark.errors import StackmarkError

    if not path.is_file():
        return None
    try:
        data = read_limited(path, MAX_BESIDE)
    except StackmarkError:
        return None
    return data if fits(url, entry, data) else None
