"""Decisions on recognition as audits need them: which are in force, and what counts by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from stackmark.errors import StackmarkError
from stackmark.model.achievement import Achievement
from stackmark.model.holding import VERIFIED, Holding
from stackmark.recognition.decision import Decision
from stackmark.recognition.holding import recognised
from stackmark_web.recognising import queries as recognising

_ORDER = ("full", "partial", "conditional", "refused")


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

    @property
    def _wanted(self) -> Achievement | None:
        try:
            return Achievement.from_json(self.row.target.content)
        except StackmarkError:
            return None

    def prior_learning(self) -> Holding | None:
        """What a portfolio counts as: nobody issued it, so that it never serves residency."""
        source = self.content.source
        plain = Holding(
            id=source.id,
            title=self.content.target_name,
            awarded=self.content.decided,
            status="valid",
            provenance=VERIFIED,
        )
        return self.counting(plain)


class Decisions:
    """Those of a body about one person: at most one for each source, the best for the learner.

    Of several about one credential the fullest counts, and of those the newest.
    """

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        self._about: dict[tuple[str, str], Decided] = {}
        self._portfolios: dict[str, Decided] = {}
        for one in sorted(_read(rows), key=lambda one: _ORDER.index(one.content.verdict)):
            source = one.content.source
            if source.kind == "portfolio":
                self._portfolios.setdefault(source.id, one)
            else:
                self._about.setdefault((source.issuer, source.id), one)

    @classmethod
    def of(cls, user: Any, organisation: Any) -> Decisions:
        """What is in force; nothing where no body is asked."""
        return cls() if organisation is None else cls(recognising.in_force(user, organisation))

    def about(self, holding: Holding) -> Decided | None:
        """The decision about a credential."""
        return self._about.get((holding.issuer, holding.id))

    def portfolios(self) -> list[Decided]:
        """Those about prior learning."""
        return list(self._portfolios.values())


def _read(rows: Iterable[Any]) -> Iterator[Decided]:
    """In the order given, the newest first."""
    for row in rows:
        yield Decided(row, recognising.decision_in(row))
