"""Judge by our own verifier what we have just made, before anybody else does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from stackmark.errors import CouldNotTell, StackmarkError
from stackmark.issuing.securing import SELECTIVE
from stackmark.keys.did import did_web_url
from stackmark.keys.did_document import new_document
from stackmark.keys.public import PublicKey
from stackmark.verification.dates import parse_stamp
from stackmark.verification.report import Check
from stackmark.verification.verifier import Verifier

_ALWAYS: Final = frozenset({"validity"})  # old and future credentials may be issued


class Given:
    """A fetcher over documents in memory: URL → body."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def fetch(self, url: str) -> bytes:
        """The document; raises ``CouldNotTell`` ``fetch.not-given``."""
        found = self._documents.get(url)
        if found is None:
            raise CouldNotTell("fetch.not-given", f"{url[:160]} is not among the issuer's own.")
        return found


def own_documents(did: str, method: str, public: PublicKey) -> dict[str, bytes]:
    """What a verifier will need to find for this key: for did:web its DID document."""
    if not did.startswith("did:web:"):
        return {}
    return {did_web_url(did): orjson.dumps(new_document(did, method, public))}


def self_check(
    signed: bytes,
    *,
    created: str,
    valid_from: str,
    valid_until: str | None,
    documents: Mapping[str, bytes],
    leave: frozenset[str] = frozenset(),
) -> None:
    """Verify what was signed; ``leave`` names codes that cannot be judged here.

    ``documents`` hold the issuer's DID document, status lists and the files it is bound to. Raises
    ``StackmarkError`` ``run.self-check`` with what was found.
    """
    at = _instant(created, valid_from)
    if valid_until is not None and _instant(valid_until) < at:
        # A token that ran out is not read any further: ask at its beginning, before any list.
        leave |= {"status"}
        if not signed.startswith(b"{"):
            at = _instant(valid_from)
    signed = _shown(signed)
    given = Given(documents)
    report = Verifier(now=at, fetcher=given, at_hand=given).verify(signed)
    for check in report.checks:
        if check.code not in leave | _ALWAYS and _counts(check):
            raise StackmarkError(
                "run.self-check",
                f"The credential just made does not verify ({check.reason}): {check.detail} "
                "Nothing was handed out; please report this.",
            )


def _shown(signed: bytes) -> bytes:
    """A holder's copy as it looks when everything is shown; all else as it is."""
    whole = any(name.encode() in signed for name in SELECTIVE) and signed.startswith(b"{")
    return all_shown(signed) if whole else signed


def all_shown(signed: bytes) -> bytes:
    """A holder's copy with everything derived from it, to be looked at and thrown away."""
    from stackmark.proofs.selective import SEED_BYTES, derive, is_selective

    tree = orjson.loads(signed)
    if not is_selective(tree.get("proof")):
        return signed
    pointers = [f"/{name}" for name in tree if name not in ("@context", "proof")]
    seed = bytes(SEED_BYTES)  # nothing is hidden, and nobody gets it
    shown = derive(tree, proof=tree["proof"], selective_pointers=pointers, seed=seed)
    return orjson.dumps(shown)


def _counts(check: Check) -> bool:
    """Whether a check speaks against it; what an earlier step stopped says nothing."""
    if check.code in ("proof", "issuer-key"):
        return check.outcome != "passed"
    return check.outcome in ("failed", "could-not-tell")


def _instant(*times: str) -> datetime:
    return max(parse_stamp(time, "The time") for time in times)
