"""Decisions on recognition as audits need them: which are in force, and what counts by them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from stackmark.errors import StackmarkError
from stackmark.model.achievement import Achievement
from stackmark.model.holding import Holding
from stackmark.recognition.applied import Applying, prior_learning
from stackmark.recognition.decision import Decision
from stackmark.recognition.holding import recognised
from stackmark_web.recognising import queries as recognising
from stackmark_web.recognising.ledger_keeping import digests


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in force, with the row it is stored in."""

    row: Any
    content: Decision

    def counting(self, holding: Holding) -> Holding | None:
        """The credential as the decision lets it count; ``None`` where it does not."""
        try:
            return recognised(holding, self.content, self._wanted)
        except StackmarkError:
            return None

    def prior_learning(self) -> Holding | None:
        """What a portfolio counts as."""
        try:
            return prior_learning(self.content, self._wanted)
        except StackmarkError:
            return None

    @property
    def _wanted(self) -> Achievement | None:
        try:
            return Achievement.from_json(self.row.target.content)
        except StackmarkError:
            return None


class Decisions:
    """Those of a body about one person that may be relied on, for achievements that are wanted."""

    def __init__(self, user: Any, organisation: Any, wanted: Collection[str] = ()) -> None:
        self._wanted = wanted
        rows = [] if organisation is None else recognising.in_force(user, organisation)
        contents = [recognising.decision_in(row) for row in rows]
        self._rows = {id(one): row for one, row in zip(contents, rows, strict=True)}
        self._applying = Applying(contents)

    def about(self, holding: Holding, data: bytes) -> Decided | None:
        """The decision about a credential of these bytes."""
        found = None
        if self.knows(holding):
            found = self._applying.about(holding, digests(data), self._wanted)
        return None if found is None else self._decided(found)

    def knows(self, holding: Holding) -> bool:
        """Whether some edition of it was decided about."""
        return self._applying.knows(holding)

    def portfolios(self) -> list[Decided]:
        """Those about prior learning."""
        return [self._decided(one) for one in self._applying.portfolios]

    def _decided(self, content: Decision) -> Decided:
        return Decided(self._rows[id(content)], content)
