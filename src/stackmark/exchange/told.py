"""What a document of any known form says of learning: the facts label, and its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stackmark.errors import CouldNotTell, StackmarkError
from stackmark.exchange.formats import read_record
from stackmark.quality.facts_label import label
from stackmark.reading.received import receive
from stackmark.verification.artefacts import Matched, WithFiles, pieces
from stackmark.verification.structure import as_list
from stackmark.verification.words import open_received

if TYPE_CHECKING:
    from stackmark.ports import Fetcher
    from stackmark.quality.facts_label import Fact
    from stackmark.verification.artefacts import Piece

_MAX: Final = 10  # files a document is bound to that are looked for


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows, addresses of files that would say more and are not at hand, and the evidence."""

    rows: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    evidence: tuple[Piece, ...] = ()

    def to_json(self) -> list[dict[str, Any]]:
        """The rows as ``--json`` shows them."""
        return [one.to_json() for one in self.rows]


def read_facts(data: bytes, at_hand: Fetcher | None, matched: Matched | None = None) -> Facts:
    """The label of a document in any known form; no rows for what says nothing of learning.

    ``matched`` are files of its evidence (``artefacts.match``).
    """
    try:
        received = receive(data)
        tree = received.tree if received.kind in ("ob2", "sealed") else open_received(received)[0]
        found = read_record(
            tree, resources=_resources(tree, WithFiles(matched or Matched(), at_hand))
        )
    except StackmarkError:
        return Facts()
    return Facts(label(found.record), found.missing, pieces(tree, at_hand, matched))


def _resources(tree: Mapping[str, Any], at_hand: Fetcher) -> dict[str, bytes]:
    """The files it is bound to that were given; nobody is asked for one."""
    found: dict[str, bytes] = {}
    for one in as_list(tree.get("relatedResource"))[:_MAX]:
        url = one.get("id") if isinstance(one, Mapping) else None
        if isinstance(url, str):
            try:
                found[url] = at_hand.fetch(url)
            except CouldNotTell:
                continue
    return found
