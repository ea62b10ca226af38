"""Files of evidence that are at hand: which seal of a credential each belongs to, and how it fits.

A file belongs to a seal when its digest is the sealed one; else, when it bears the name of the
evidence or the last part of its address, it stands for it and has been changed. A file that
does neither is a stranger, which is said and never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import unquote

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.ports import Fetcher
from stackmark.verification.related import LOST, compare_digests, read_digests
from stackmark.verification.structure import as_list

State = Literal["compared", "changed", "lost", "not-at-hand", "unreadable", "not-sealed"]
MAX_SHOWN: Final = 60  # pieces of evidence of one credential


@dataclass(frozen=True, slots=True)
class File:
    """A file that was given or found; ``given``: somebody said that it is evidence."""

    name: str
    data: bytes
    given: bool = True


@dataclass(frozen=True, slots=True)
class Matched:
    """``data`` and ``names`` of files by the address they stand for; ``strangers`` by name."""

    data: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence and how it stands with its seal; ``sha256`` in hexadecimal."""

    name: str
    url: str
    state: State
    sha256: str = ""
    media_type: str = ""
    file: str = ""

    def to_json(self) -> dict[str, str]:
        """What is known of it."""
        found = {
            "name": self.name,
            "url": self.url,
            "state": self.state,
            "sha256": self.sha256,
            "mediaType": self.media_type,
            "file": self.file,
        }
        return {name: value for name, value in found.items() if value or name == "state"}


def match(tree: Mapping[str, Any], files: Sequence[File]) -> Matched:
    """Which files stand for which sealed address of a credential (or those inside it)."""
    left = list(files)
    data: dict[str, bytes] = {}
    names: dict[str, str] = {}
    open_: list[tuple[str, list[str]]] = []
    for url, digests, called in _seals(tree):
        fit = next((one for one in left if digests and _fits(url, digests, one)), None)
        if fit is None:
            open_.append((url, called))
        else:
            data[url], names[url] = fit.data, fit.name
    fitted = set(names.values())
    left = [one for one in left if one.name not in fitted]
    for url, called in open_:
        stands = next((one for one in left if one.name in called), None)
        if stands is not None:
            data[url], names[url] = stands.data, stands.name
    used = set(names.values())
    strangers = tuple(one.name for one in left if one.given and one.name not in used)
    return Matched(data, names, strangers)


def _fits(url: str, digests: list[tuple[str, bytes]], one: File) -> bool:
    try:
        compare_digests(url, digests, [one.data])
    except CheckFailed:
        return False
    return True


def _seals(value: Any) -> Iterator[tuple[str, list[tuple[str, bytes]], list[str]]]:
    """Address, digests and names of every sealed resource, also of credentials inside."""
    if isinstance(value, list):
        for one in value:
            yield from _seals(one)
    elif isinstance(value, Mapping):
        called = _names(value)
        for entry in as_list(value.get("relatedResource")):
            url = entry.get("id") if isinstance(entry, Mapping) else None
            if isinstance(url, str):
                yield url, _digests(entry), [*called.get(url, []), last_part(url)]
        for inner in value.values():
            if isinstance(inner, list | Mapping):
                yield from _seals(inner)


def _names(tree: Mapping[str, Any]) -> dict[str, list[str]]:
    """What each piece of evidence is called."""
    found: dict[str, list[str]] = {}
    for one in as_list(tree.get("evidence")):
        url, name = (one.get("id"), one.get("name")) if isinstance(one, Mapping) else (None, None)
        if isinstance(url, str) and isinstance(name, str) and name.strip():
            found.setdefault(url, []).append(name.strip())
    return found


def _digests(entry: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    try:
        return read_digests(entry)
    except CheckFailed:
        return []


def last_part(url: str) -> str:
    """The last part of an address: what a file saved from there is called."""
    return unquote(re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/").rpartition("/")[2])


def names_of(tree: Mapping[str, Any]) -> frozenset[str]:
    """What files of its sealed resources may be called."""
    return frozenset(name for _url, _digests, called in _seals(tree) for name in called if name)


class WithFiles:
    """A ``ports.Fetcher``: files that were matched, then what else is at hand."""

    def __init__(self, matched: Matched, other: Fetcher | None) -> None:
        self._matched = matched
        self._other = other

    def fetch(self, url: str) -> bytes:
        """The bytes. Raises ``CouldNotTell`` as the other does, or ``fetch.not-given``."""
        if url in self._matched.data:
            return self._matched.data[url]
        if self._other is None:
            raise CouldNotTell("fetch.not-given", f'"{url[:120]}" is not at hand.')
        return self._other.fetch(url)


def pieces(
    tree: Mapping[str, Any], at_hand: Fetcher | None, matched: Matched | None = None
) -> tuple[Piece, ...]:
    """The evidence of a credential in its order, each with how it stands with its seal."""
    seals = {
        str(one["id"]): one
        for one in as_list(tree.get("relatedResource"))
        if isinstance(one, Mapping) and isinstance(one.get("id"), str)
    }
    given = matched or Matched()
    hand = WithFiles(given, at_hand)
    return tuple(
        _piece(one, seals, hand, given)
        for one in as_list(tree.get("evidence"))[:MAX_SHOWN]
        if isinstance(one, Mapping)
    )


def _piece(
    one: Mapping[str, Any], seals: Mapping[str, Mapping[str, Any]], hand: Fetcher, given: Matched
) -> Piece:
    url, name = _text(one.get("id")), _text(one.get("name"))
    seal = seals.get(url) if url else None
    if seal is None:
        return Piece(name, url, "not-sealed")
    digests = _digests(seal)
    sha256 = next((value.hex() for kind, value in digests if kind == "sha256"), "")
    state = _state(url, digests, hand) if digests else "unreadable"
    return Piece(name, url, state, sha256, _text(seal.get("mediaType")), given.names.get(url, ""))


def _state(url: str, digests: list[tuple[str, bytes]], hand: Fetcher) -> State:
    try:
        compare_digests(url, digests, [hand.fetch(url)])
    except CouldNotTell as error:
        return "lost" if error.reason == LOST else "not-at-hand"
    except CheckFailed:
        return "changed"
    return "compared"


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
