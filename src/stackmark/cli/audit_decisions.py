"""Decisions on recognition among the files: credentials count as the awarding body recognised them.

Only decisions signed by the issuer of the rules do anything, and only while they are valid.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from stackmark.errors import StackmarkError

if TYPE_CHECKING:
    from stackmark.model.holding import Holding
    from stackmark.recognition.decision import Decision

Row = tuple[str, "Holding"]


class Decisions:
    """Those of one body, as they are found."""

    def __init__(self, body: str, wanted: Collection[str] = ()) -> None:
        self._body, self._wanted = body, wanted
        self._found: list[tuple[str, Decision]] = []
        self._digests: dict[str, tuple[str, ...]] = {}

    def read(self, source: str, data: bytes) -> None:
        """Remember the bytes of a document: a decision is about exact ones."""
        from stackmark.reading.received import receive

        baked = receive(data).baked
        texts = (data, baked.text) if baked is not None else (data,)
        self._digests[source] = tuple(hashlib.sha256(one).hexdigest() for one in texts)

    def of(self, tree: Mapping[str, Any]) -> Decision | None:
        """The decision a document says to be, where the body says to have made it."""
        from stackmark.recognition.statement import read_decision

        if not self._body:
            return None
        try:
            found = read_decision(tree)
        except StackmarkError:
            return None
        return found if found.recogniser.id == self._body else None

    def keep(self, source: str, found: Decision) -> None:
        """One that was verified and is in force."""
        self._found.append((source, found))

    def applied(self, rows: list[Row], left_out: list[tuple[str, str]]) -> list[Row]:
        """The holdings as they count; what does not by a decision is told."""
        from stackmark.recognition.applied import Applying, prior_learning
        from stackmark.recognition.holding import recognised

        applying = Applying(one for _source, one in self._found)
        kept: list[Row] = []
        for source, holding in rows:
            decision = applying.about(holding, self._digests[source], self._wanted)
            if decision is None:
                kept.append((source, holding))
                continue
            try:
                kept.append((source, recognised(holding, decision)))
            except StackmarkError as error:
                left_out.append((source, error.detail))
        sources = {id(one): source for source, one in self._found}
        for decision in applying.portfolios:
            try:
                kept.append((sources[id(decision)], prior_learning(decision)))
            except StackmarkError as error:
                left_out.append((sources[id(decision)], error.detail))
        return kept
