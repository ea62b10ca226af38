"""Evidence files at hand for one document: brought along, published here, or kept for an award.

A kept file is asked for only where the document is an award of ours and seals that address with
the very digest the award was signed with, so that nobody learns more than that it is unchanged.
The bytes are compared and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.reading.received import Received
from stackmark.verification.artefacts import File, Matched, Piece, match, pieces
from stackmark.verification.related import LOST, read_digests
from stackmark.verification.structure import as_list
from stackmark.verification.verifier import Verifier
from stackmark.verification.words import open_received
from stackmark_web.awarding import queries as awarding
from stackmark_web.verifying.fetching import OWN_FILES, own_path

_CREDENTIAL: Final = re.compile(r"/credentials/([0-9a-f-]{36})")


class AtHand:
    """A ``ports.Fetcher`` for one document: matched files, what we publish, what we keep."""

    def __init__(self, matched: Matched, kept: Mapping[str, str]) -> None:
        self.matched = matched
        self._kept = kept

    def fetch(self, url: str) -> bytes:
        """The bytes. Raises ``CouldNotTell``; ``related.lost`` when a kept file is gone."""
        if url in self.matched.data:
            return self.matched.data[url]
        try:
            return OWN_FILES.fetch(url)
        except CouldNotTell:
            if url not in self._kept or not awarding.keeps_artefacts():
                raise
        found = awarding.artefact(url)
        if found is None:
            raise CouldNotTell(
                LOST, f"The file of {url[:160]} is no longer kept, so it cannot be compared."
            )
        return found

    def judge(self, verifier: Verifier) -> Verifier:
        """The verifier with these files."""
        judge = verifier.with_files(self.matched)
        judge.at_hand = self
        return judge

    def pieces(self, tree: Mapping[str, Any]) -> tuple[Piece, ...]:
        """The evidence of the document, each with how it stands with its seal."""
        return pieces(tree, self, self.matched)


def at_hand_for(received: Received | None, brought: Sequence[File] = ()) -> AtHand:
    """What there is for one document; a document that cannot be read has what we publish only."""
    tree = _tree(received)
    strangers = tuple(one.name for one in brought)
    if tree is None:
        return AtHand(Matched(strangers=strangers), {})
    return AtHand(match(tree, brought) if brought else Matched(), _kept(tree))


def _tree(received: Received | None) -> Mapping[str, Any] | None:
    if received is None or received.kind in ("ob2", "sealed"):
        return None if received is None else received.tree
    try:
        return open_received(received)[0]
    except StackmarkError:
        return None


def _kept(tree: Mapping[str, Any]) -> dict[str, str]:
    """The addresses of ours that an award of ours seals as this document does."""
    identity = tree.get("id")
    own = own_path(identity) if isinstance(identity, str) else None
    found = _CREDENTIAL.fullmatch(own[0]) if own else None
    sealed = awarding.sealed_of(found[1]) if found else {}
    stated = {
        str(one.get("id")): _sha256(one)
        for one in as_list(tree.get("relatedResource"))
        if isinstance(one, Mapping)
    }
    return {
        url: digest
        for url, digest in sealed.items()
        if own_path(url) is not None and stated.get(url) == digest
    }


def _sha256(entry: Mapping[str, Any]) -> str:
    try:
        digests = read_digests(entry)
    except CheckFailed:
        return ""
    return next((value.hex() for name, value in digests if name == "sha256"), "")
