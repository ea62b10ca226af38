"""Step "status" of Open Badges 2: the issuer's RevocationList (section 2.10).

It serves signed badges; a hosted one is revoked where it stands. The list is unsigned by design:
its host's word is all there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.model.document import Document
from stackmark.ports import Fetcher
from stackmark.verification.ob2_parties import link_of
from stackmark.verification.ob2_proof import revoked
from stackmark.verification.ob2_words import kinds_of
from stackmark.verification.structure import as_list

_TOO_BIG: Final = ("read.too-large", "read.too-many")


def check_revocation(
    tree: Mapping[str, Any], issuer: Mapping[str, Any], fetcher: Fetcher
) -> str | None:
    """A sentence when the issuer's list does not name the badge; None when there is no list.

    Raises ``CheckFailed`` ``status.revoked``, ``status.malformed``, ``status.issuer``,
    ``CouldNotTell`` ``status.unreachable``, ``status.too-large``.
    """
    named = issuer.get("revocationList")
    if named is None:
        return None
    url = link_of(named)
    if url is None:
        raise CheckFailed("status.malformed", "The issuer's revocationList is no URL.")
    found = _fetch(url, fetcher)
    entries = found.get("revokedAssertions")
    if "RevocationList" not in kinds_of(found) or entries is None:
        raise CheckFailed("status.malformed", f"What stands at {url[:160]} is no RevocationList.")
    owner = found.get("issuer", issuer["id"])
    if (owner.get("id") if isinstance(owner, dict) else owner) != issuer["id"]:
        raise CheckFailed("status.issuer", "The revocation list belongs to another issuer.")
    for entry in as_list(entries):
        if _names(entry, tree):
            raise revoked(entry if isinstance(entry, dict) else {})
    return f"The issuer's list of revoked badges does not name it ({url[:120]})."


def _fetch(url: str, fetcher: Fetcher) -> Mapping[str, Any]:
    try:
        return Document.parse(fetcher.fetch(url)).tree
    except CouldNotTell as error:
        raise CouldNotTell(
            "status.unreachable",
            f"The issuer's list of revoked badges cannot be had: {error.detail}",
        ) from None
    except ReadError as error:
        detail = f"The list of revoked badges at {url[:120]} cannot be read: {error.detail}"
        if error.reason in _TOO_BIG:
            raise CouldNotTell("status.too-large", detail) from None
        raise CheckFailed("status.malformed", detail) from None


def _names(entry: Any, tree: Mapping[str, Any]) -> bool:
    """Whether an entry, an id or an object with id or uid, stands for this badge."""
    if isinstance(entry, str):
        return bool(entry == tree["id"])
    if not isinstance(entry, dict) or not ("id" in entry or "uid" in entry):
        raise CheckFailed("status.malformed", "An entry of the revocation list names no badge.")
    if entry.get("revoked") is False:
        return False
    if entry.get("id") == tree["id"]:
        return True
    return "uid" in tree and bool(entry.get("uid") == tree["uid"])
