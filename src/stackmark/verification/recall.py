"""Documents that are known but for a few texts, and what stands in for a fetcher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackmark.errors import CouldNotTell
from stackmark.model.strict_json import measure
from stackmark.proofs.suites import Canonicals


class Recall:
    """Recognises, while reading, a document that is known but for a few texts.

    Its ``canonicals`` serve the verification, so that nothing is worked out twice.
    """

    def __init__(self) -> None:
        self.canonicals: Canonicals | None = None

    def __call__(self, tree: Any) -> bool:
        """Whether depth, size and numbers of the document are those of a verified one."""
        proof = tree.get("proof") if tree.__class__ is dict else None
        if proof.__class__ is not dict or "credentialSubject" not in tree:
            return False
        found = Canonicals(without_proof(tree))
        if not found.recalled:
            return False
        measure(proof)
        self.canonicals = found
        return True


def without_proof(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The document as it was before it was secured."""
    return {name: value for name, value in tree.items() if name != "proof"}


class NothingAtHand:
    """A fetcher that has nothing."""

    def fetch(self, url: str) -> bytes:
        """Always ``CouldNotTell`` ``fetch.offline``."""
        raise CouldNotTell("fetch.offline", f"{url[:160]} was not given, and nothing is fetched.")
