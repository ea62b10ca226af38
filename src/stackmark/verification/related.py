"""Step "related": digests of resources that are at hand (VC DM 2.0 section 5.3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from stackmark.canonical import contexts
from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.keys.multibase import MultibaseError, b64url_encode, multibase_decode
from stackmark.model.data_address import data_of
from stackmark.ports import Fetcher
from stackmark.verification.structure import as_list

LOST: Final = "related.lost"
"""Why a fetcher cannot answer with a file that ought to be there; no mere absence."""
_MULTIHASH: Final = {0x12: "sha256", 0x20: "sha384", 0x13: "sha512"}
_HASHES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}  # bytes of each digest
_SHA256_HEAD: Final = bytes((0x12, 32))  # of a Multihash


@runtime_checkable
class Editions(Protocol):
    """A fetcher that knows further texts which were once published at an address."""

    def editions(self, url: str) -> Sequence[bytes]:
        """Each text whose digest may be named for ``url``; none when it knows none."""


def new_seal(url: str, sha256: str, media_type: str = "") -> dict[str, Any]:
    """The relatedResource entry for a file of this SHA-256 (hexadecimal), its digest in both forms.

    VC Data Model 2.0, section 5.3: ``digestSRI`` as Subresource Integrity writes it,
    ``digestMultibase`` as a Multihash in base64url.
    """
    digest = bytes.fromhex(sha256)
    built = {
        "id": url,
        "digestSRI": f"sha256-{base64.b64encode(digest).decode()}",
        "digestMultibase": "u" + b64url_encode(_SHA256_HEAD + digest),
    }
    return built | ({"mediaType": media_type} if media_type else {})


def check_related(tree: Mapping[str, Any], at_hand: Fetcher) -> tuple[int, int]:
    """How many resources were compared, and how many are not at hand.

    ``at_hand`` must answer only with documents that were given, never from the network. Raises
    ``CheckFailed`` ``related.malformed`` or ``related.changed``; ``CouldNotTell`` ``related.lost``
    for a file that ought to be there.
    """
    compared = missing = 0
    lost: CouldNotTell | None = None
    seen: set[str] = set()
    for entry in as_list(tree.get("relatedResource")):
        url = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(url, str) or url in seen:
            raise CheckFailed("related.malformed", "A relatedResource has no id of its own.")
        seen.add(url)
        digests = read_digests(entry)
        if not digests:
            raise CheckFailed(
                "related.malformed", f"The related resource {url[:120]} has no digest."
            )
        try:
            matched = _matches(url, digests, at_hand)
        except CouldNotTell as error:
            lost, matched = error, False
        compared, missing = compared + matched, missing + (not matched)
    if lost is not None:
        raise lost
    return compared, missing


def read_digests(entry: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """The digests an object gives (digestSRI, digestMultibase): hash name and value, each once."""
    found = [_sri(word) for text in as_list(entry.get("digestSRI")) for word in _words(text)]
    found += [_multibase(text) for text in as_list(entry.get("digestMultibase"))]
    return list(dict.fromkeys(found))


def _words(text: Any) -> list[str]:
    if not isinstance(text, str) or not text.split():
        raise CheckFailed("related.malformed", "A digestSRI is no text.")
    return text.split()


def _sri(word: str) -> tuple[str, bytes]:
    name, _, value = word.partition("-")
    try:
        digest = base64.b64decode(value.partition("?")[0], validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    return _sized(name, digest)


def _multibase(text: Any) -> tuple[str, bytes]:
    try:
        raw = multibase_decode(text) if isinstance(text, str) else b""
    except MultibaseError:
        raw = b""
    if len(raw) < 2 or raw[1] != len(raw) - 2:
        raise CheckFailed("related.malformed", "A digestMultibase cannot be read.")
    return _sized(_MULTIHASH.get(raw[0], ""), raw[2:])


def _sized(name: str, digest: bytes) -> tuple[str, bytes]:
    if len(digest) != _HASHES.get(name):
        raise CheckFailed("related.malformed", "A digest of a related resource cannot be read.")
    return name, digest


def _matches(url: str, digests: list[tuple[str, bytes]], at_hand: Fetcher) -> bool:
    """True when compared and equal, False when there is nothing to compare with."""
    own = contexts.raw_bytes(url)
    if own is not None:
        known = contexts.known_digests(url)
        if all(name == "sha256" and digest.hex() in known for name, digest in digests):
            return True
        candidates = [own, *(at_hand.editions(url) if isinstance(at_hand, Editions) else ())]
    else:
        try:
            candidates = [_inside(url) or at_hand.fetch(url)]
        except CouldNotTell as error:
            if error.reason == LOST:
                raise
            return False
    compare_digests(url, digests, candidates)
    return True


def _inside(url: str) -> bytes | None:
    """What a ``data:`` address holds: it is always at hand."""
    try:
        return data_of(url)
    except ReadError as error:
        raise CheckFailed("related.malformed", error.detail) from None


def compare_digests(url: str, digests: list[tuple[str, bytes]], candidates: list[bytes]) -> None:
    """Raises ``CheckFailed`` ``related.changed`` unless each digest is that of some candidate."""
    for name, digest in digests:
        if not any(hashlib.new(name, data).digest() == digest for data in candidates):
            raise CheckFailed(
                "related.changed", f"{url[:160]} is not what was signed (its digest differs)."
            )
