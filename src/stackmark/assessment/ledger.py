"""The attempt ledger: every attempt at an assessment, kept as it was.

What is not kept now cannot be known later:

- **Every attempt, failures too, and which was first.** Resits mix skill with practice; an estimate
  of what a credential does that used best scores was 20 % off, one by first attempts was not.
- **The unrounded score and the cut in force.** Whoever stands just above the cut and whoever
  stands just below are a natural experiment; rounding moves people across it.
- **The form.** Scores of an easier form are not comparable until forms are linked.
- **Anchors**: items that stay the same from form to form, and archived scripts marked again,
  blind. A pass rate that rises may be an abler intake; only anchors tell that from an easier
  test, and they cannot be made afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from stackmark.assessment.evidence import SUPERVISION
from stackmark.errors import UsageError


class Purpose(StrEnum):
    """What an attempt was for. Only first attempts and resits count in pass rates."""

    BASELINE = "baseline"
    """Before any teaching, to measure gain."""
    PRACTICE = "practice"
    """For learning; nothing rests on it."""
    FIRST = "first"
    """The first that counts."""
    RESIT = "resit"
    """A later one that counts."""
    RETEST = "retest"
    """Of a holder, later: what stayed. Never touches the credential."""


COUNTED: Final = frozenset((Purpose.FIRST, Purpose.RESIT))
"""The purposes that count in pass rates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of one candidate at one form of an assessment.

    ``candidate``: a pseudonym that stays the same. ``number``: from 1, over all purposes.
    ``score``: unrounded, in points, 0 to ``max_score`` where that is known. ``cut``: the cut in
    force that day, in points. ``items`` and ``item_scores`` go together; an item that was not
    answered has NaN. ``hours``: spent learning since the attempt before. ``group``: as the
    candidate stated it, for fairness reports only. ``anchors``: which of ``items`` are anchors.
    ``anchor_script``: whether the script is archived to be marked again, blind.

    Raises ``UsageError`` ``assess.candidate``, ``assess.range``, ``assess.number``,
    ``assess.supervision``, ``assess.item``; the sentence begins with the column's name.
    """

    candidate: str
    number: int
    purpose: Purpose
    score: float
    max_score: float | None = None
    cut: float | None = None
    on: date | None = None
    form: str = ""
    cohort: str = ""
    group: str = ""
    hours: float | None = None
    supervision: str = ""
    items: tuple[str, ...] = ()
    item_scores: tuple[float, ...] = ()
    anchors: frozenset[str] = frozenset()
    anchor_script: bool = False

    def __post_init__(self) -> None:
        self._check_who()
        self._check_score()
        if self.supervision and self.supervision not in SUPERVISION:
            raise _bad(
                "assess.supervision",
                "supervision",
                f"{self.supervision[:40]!r} is unknown; use {', '.join(SUPERVISION)}, or nothing",
            )
        if len(self.items) != len(self.item_scores):
            raise _bad(
                "assess.item",
                "items",
                f"{len(self.items)} names but {len(self.item_scores)} scores",
            )
        if self.anchors and (strange := self.anchors.difference(self.items)):
            raise _bad(
                "assess.item", "anchors", f"{min(strange)[:40]!r} is no item of this attempt"
            )

    def _check_who(self) -> None:
        if not self.candidate:
            raise _bad(
                "assess.candidate", "candidate", "it is empty; give every candidate a name or key"
            )
        if self.number < 1:
            raise _bad(
                "assess.range", "attempt", f"{self.number} is no attempt number; count from 1"
            )

    def _check_score(self) -> None:
        top = math.inf if self.max_score is None else self.max_score
        for name, value in (("score", self.score), ("cut", self.cut), ("hours", self.hours)):
            if value is not None and not 0 <= value < math.inf:
                raise _out_of_range(name, value)
        if not top >= 0:
            raise _out_of_range("max_score", top)
        if top == 0:
            raise _bad(
                "assess.range", "max_score", "0 is no maximum; write the highest possible score"
            )
        for name, value in (("score", self.score), ("cut", self.cut)):
            if value is not None and value > top:
                raise _bad("assess.range", name, f"{value:g} is above max_score, which is {top:g}")

    @property
    def counts(self) -> bool:
        """Whether it counts in pass rates."""
        return self.purpose in COUNTED

    def passed(self, cut: float | None = None) -> bool | None:
        """Whether the score reaches ``cut``, or the cut in force; ``None`` without one."""
        bar = self.cut if cut is None else cut
        return None if bar is None else self.score >= bar


@dataclass(frozen=True, slots=True)
class Ledger:
    """All attempts at one assessment, checked against each other and in order.

    ``attempts`` is sorted by candidate, in the order candidates first come, then by number.
    """

    attempts: tuple[Attempt, ...]

    def people(self) -> list[list[Attempt]]:
        """The attempts of each candidate, by number."""
        found: dict[str, list[Attempt]] = {}
        for one in self.attempts:
            found.setdefault(one.candidate, []).append(one)
        return list(found.values())

    def of(self, candidate: str) -> tuple[Attempt, ...]:
        """The attempts of one candidate, by number."""
        return tuple(one for one in self.attempts if one.candidate == candidate)

    def firsts(self) -> tuple[Attempt, ...]:
        """The first counted attempt of everybody who has one here."""
        return tuple(one for one in self.attempts if one.purpose is Purpose.FIRST)

    def counted(self) -> tuple[Attempt, ...]:
        """First attempts and resits."""
        return tuple(one for one in self.attempts if one.counts)


def ledger(attempts: Iterable[Attempt], places: Sequence[str] = ()) -> Ledger:
    """Attempts as a ledger.

    ``places`` says of each attempt where it stands ("line 7"), for the errors. Raises
    ``UsageError``: ``assess.duplicate`` for a number or a first attempt twice, ``assess.order`` for
    a resit before the first attempt or a date before that of a lower number.
    """
    given = list(attempts)
    where = places or [f"attempt {place + 1} of the list" for place in range(len(given))]
    people: dict[str, list[int]] = {}
    for place, one in enumerate(given):
        people.setdefault(one.candidate, []).append(place)
    ordered: list[Attempt] = []
    for mine in people.values():
        if len(mine) > 1:
            mine.sort(key=lambda place: given[place].number)
            _check_together([given[place] for place in mine], [where[place] for place in mine])
        ordered += (given[place] for place in mine)
    return Ledger(tuple(ordered))


def _check_together(mine: list[Attempt], where: list[str]) -> None:
    """The attempts of one candidate by number: none twice, one first, dates that go up."""
    first: int | None = None
    counted: int | None = None
    for place, one in enumerate(mine):
        before = place - 1
        who = f"candidate {one.candidate[:40]!r}"
        if place and one.number == mine[before].number:
            raise UsageError(
                "assess.duplicate",
                f"{where[place]}: {who} has attempt {one.number} twice, here and on "
                f"{where[before]}; remove one, or number the attempts 1, 2, 3.",
            )
        if one.purpose is Purpose.FIRST and first is not None:
            raise UsageError(
                "assess.duplicate",
                f"{where[place]}: {who} has two first attempts, here and on {where[first]}; "
                "call the later one resit.",
            )
        if one.purpose is Purpose.FIRST and counted is not None:
            raise UsageError(
                "assess.order",
                f"{where[place]}: {who} has a resit on {where[counted]} before the first attempt; "
                "mend the numbers or the purposes.",
            )
        if place and one.on and (last := mine[before].on) and one.on < last:
            raise UsageError(
                "assess.order",
                f"{where[place]}: attempt {one.number} of {who} is dated {one.on}, before attempt "
                f"{mine[before].number} ({last}); mend the date or the number.",
            )
        first = place if one.purpose is Purpose.FIRST else first
        counted = place if one.counts and counted is None else counted


def _out_of_range(name: str, value: float) -> UsageError:
    if math.isfinite(value):
        return _bad("assess.range", name, f"{value:g} is below 0")
    return _bad("assess.number", name, f"{value} is no number")


def _bad(reason: str, column: str, sentence: str) -> UsageError:
    return UsageError(reason, f"{column}: {sentence}.")
