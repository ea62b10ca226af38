"""Files a credential is bound to by digest, found in its own folder.

``convert`` writes a facts document beside the credential. Where nobody says what is at hand, it is
looked for there; only bytes that fit the digest in the credential are used. Files of evidence are
given by an option or lie beside it under their own names, so that a changed one is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stackmark.verification.artefacts import File, Matched

MAX_BESIDE: Final = 1024 * 1024  # bytes of one file
MAX_EVIDENCE: Final = 128 * 1024 * 1024  # bytes of one file of evidence
MAX_FILES: Final = 500  # of one folder of evidence
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


def read_evidence(paths: list[Path]) -> list[File]:
    """The files of evidence somebody gave; of a folder all in it, which need not all belong.

    Raises ``UsageError`` ``usage.file`` for what is not there or cannot be read.
    """
    from stackmark.errors import UsageError

    found: list[File] = []
    for path in paths:
        if not path.is_dir():
            found.append(_file(path, given=True))
            continue
        inside = sorted(one for one in path.rglob("*") if one.is_file())
        if len(inside) > MAX_FILES:
            raise UsageError(
                "usage.file", f"{path} has over {MAX_FILES} files; give those of one credential."
            )
        found += [_file(one, given=False) for one in inside]
    return found


def _file(path: Path, *, given: bool) -> File:
    from stackmark.adapters.files import read_limited
    from stackmark.verification.artefacts import File

    return File(path.name, read_limited(path, MAX_EVIDENCE), given)


def match_evidence(source: str, data: bytes, files: list[File]) -> Matched | None:
    """The given files, and those beside the document, by what they stand for in it."""
    from stackmark.errors import StackmarkError
    from stackmark.reading.received import receive
    from stackmark.verification.artefacts import match, names_of
    from stackmark.verification.words import open_received

    if not files and b"relatedResource" not in data and not _may_hide(data):
        return None
    try:
        received = receive(data)
        tree = received.tree if received.kind in ("ob2", "sealed") else open_received(received)[0]
    except StackmarkError:
        return None
    around = [*files, *_lying_beside(source, names_of(tree))]
    return match(tree, around) if around else None


def _may_hide(data: bytes) -> bool:
    """Whether the members of a document cannot be seen in its bytes: images and tokens."""
    return data.lstrip()[:1] != b"{"


def _lying_beside(source: str, names: frozenset[str]) -> list[File]:
    """Files in the document's own folder that bear the name of its evidence."""
    from stackmark.errors import UsageError

    path = Path(source)
    if not names or source == "-" or not path.is_file():
        return []
    found = []
    for name in sorted(names):
        beside = path.parent / name
        if _is_plain(name) and beside.is_file() and beside.resolve() != path.resolve():
            try:
                found.append(_file(beside, given=False))
            except UsageError:
                continue
    return found


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file in the very folder, whatever the document says."""
    return name not in (".", "..") and len(name) <= _LONGEST * 4 and not set(name) & set("/\\\0")
