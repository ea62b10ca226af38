"""The pinned JSON-LD contexts: data of this package, never fetched.

A context decides what a signature covers, so the ones known here are files with a SHA-256 in
``data/index.json`` (made by ``tools/vendor.py``). An address is matched exactly, letter by
letter; whoever meets another one must refuse. Verifiable Credential Data Integrity 1.0, 2.4.1.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any, Final

import orjson

_DATA: Final = "data"


def load(url: str) -> dict[str, Any] | None:
    """The parsed context document at ``url``, or ``None`` when it is not one of ours.

    The same object every time: read it, never change it.
    """
    return _parsed(url) if url in known_urls() else None


@lru_cache(maxsize=1)
def known_urls() -> frozenset[str]:
    """Every address that ``load`` answers."""
    return frozenset(_lines("served"))


def refusal(url: str) -> str | None:
    """A sentence saying why a known context is refused on purpose; ``None`` for all others."""
    line = _lines("refused").get(url)
    return None if line is None else f"The context {url} is refused. {line['note']}"


def raw_bytes(url: str) -> bytes | None:
    """The file behind ``url`` as it lies in the package (refused ones too), or ``None``."""
    line = _line(url)
    return None if line is None else _file(line["file"])


def sha256_of(url: str) -> str | None:
    """SHA-256 of ``raw_bytes(url)``, 64 hex digits, or ``None``."""
    line = _line(url)
    return None if line is None else str(line["sha256"])


def published_sha256(url: str) -> str | None:
    """SHA-256 of the text its publisher serves, 64 hex digits, or ``None`` when not known.

    Equal to ``sha256_of(url)`` only where our copy has the same bytes and not just the same
    meaning.
    """
    line = _line(url)
    return None if line is None else line["published_sha256"]


def known_digests(url: str) -> frozenset[str]:
    """SHA-256 of every text, published or ours, that means what ``load(url)`` gives.

    What a ``relatedResource`` or ``digestSRI`` may name (VC Data Model 2.0, 5.3). The published
    text is left out where it is known to differ in meaning from our copy.
    """
    line = _line(url)
    if line is None:
        return frozenset()
    found = {line["sha256"], *line["also_published_sha256"]}
    if line["equality"] != "differs" and line["published_sha256"]:
        found.add(line["published_sha256"])
    return frozenset(found)


def by_sha256(digest: str) -> bytes | None:
    """The vendored context file with this SHA-256 (64 hex digits), older copies included."""
    for line in _index():
        if line["sha256"] == digest:
            return _file(line["file"])
    return None


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, Any], ...]:
    return tuple(orjson.loads(_file("index.json")))


@lru_cache(maxsize=4)
def _lines(use: str) -> dict[str, dict[str, Any]]:
    return {line["url"]: line for line in _index() if line["use"] == use}


def _line(url: str) -> dict[str, Any] | None:
    return _lines("served").get(url) or _lines("refused").get(url)


@lru_cache(maxsize=64)
def _parsed(url: str) -> dict[str, Any]:
    tree: dict[str, Any] = orjson.loads(_file(_lines("served")[url]["file"]))
    return tree


def _file(name: str) -> bytes:
    return resources.files("stackmark.canonical").joinpath(_DATA, name).read_bytes()
