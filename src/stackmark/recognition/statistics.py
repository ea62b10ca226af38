"""How often one institution recognises another's credentials, with small numbers withheld.

Each recogniser has a table: a line for each issuer, in each line the verdicts. A number from 1 to
one below the minimum is withheld; so that no withheld number can be found by subtraction, as many
further ones are withheld as are needed for the hidden ones to add up to the minimum and to be more
than one (complementary suppression). Minimum 10 as in the statistics of the UK's and other
education agencies' practice; a house may ask for more, from 5 to 50 are allowed.

What is left: who knows all decisions but a few can subtract those they know, and two editions of
the table that differ by a few decisions can be subtracted. Publish at set times, over whole years.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.recognition.decision import REFUSED, VERDICTS, Decision

LEAST_CELL: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """Decisions of one recogniser about one issuer; ``None`` is what was withheld.

    ``recognised`` is the share that was not refused: full, partial and conditional together. It
    is given only where the number of refusals is.
    """

    issuer: str
    decisions: int | None
    verdicts: Mapping[str, int | None]
    recognised: Fraction | None

    def to_json(self) -> dict[str, Any]:
        """As JSON; the share to 3 digits."""
        share = None if self.recognised is None else round(float(self.recognised), 3)
        return {
            "issuer": self.issuer,
            "decisions": self.decisions,
            "verdicts": dict(self.verdicts),
            "recognised": share,
        }


@dataclass(frozen=True, slots=True)
class Table:
    """All lines of one recogniser, by issuer, and the total where it betrays nothing."""

    recogniser: str
    decisions: int | None
    lines: tuple[Line, ...]
    least_cell: int

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "recogniser": self.recogniser,
            "decisions": self.decisions,
            "leastCell": self.least_cell,
            "lines": [one.to_json() for one in self.lines],
        }


def pairs_of(decisions: Iterable[Decision]) -> Iterator[tuple[str, str, str]]:
    """Issuer, recogniser and verdict of each decision; portfolios have no issuer and are left."""
    for one in decisions:
        if one.source.issuer:
            yield one.source.issuer, one.recogniser.id, one.verdict


def recognition_rates(
    decided: Iterable[tuple[str, str, str]], *, least_cell: int = LEAST_CELL
) -> tuple[Table, ...]:
    """Tables from (issuer, recogniser, verdict), one each for the decisions that stand.

    The unit is decisions. Raises ``UsageError`` ``recognition.least-cell`` outside 5 to 50, and
    ``recognition.no-verdict`` for a word that is none.
    """
    if not 5 <= least_cell <= 50:
        raise UsageError("recognition.least-cell", "The smallest number shown is from 5 to 50.")
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for issuer, recogniser, verdict in decided:
        if verdict not in VERDICTS:
            raise UsageError(
                "recognition.no-verdict", f"{verdict[:40]!r} is none of {', '.join(VERDICTS)}."
            )
        counts[recogniser][issuer][verdict] += 1
    return tuple(_table(name, counts[name], least_cell) for name in sorted(counts))


def _table(recogniser: str, by_issuer: Mapping[str, Counter[str]], least: int) -> Table:
    sizes = {issuer: verdicts.total() for issuer, verdicts in by_issuer.items()}
    shown, total = protect(sizes, least)
    lines = tuple(
        _line(issuer, shown[issuer], by_issuer[issuer], least) for issuer in sorted(by_issuer)
    )
    return Table(recogniser, total, lines, least)


def _line(issuer: str, size: int | None, verdicts: Counter[str], least: int) -> Line:
    if size is None:
        return Line(issuer, None, dict.fromkeys(VERDICTS), None)
    shown, _ = protect({name: verdicts[name] for name in VERDICTS}, least)
    refused = shown[REFUSED]
    share = None if refused is None else 1 - Fraction(refused, size)
    return Line(issuer, size, shown, share)


def protect(
    counts: Mapping[str, int], least: int = LEAST_CELL
) -> tuple[dict[str, int | None], int | None]:
    """Counts that add up to a total, so that no small one can be read off or subtracted.

    Zeros are shown. Gives the counts with ``None`` where withheld, and the total, ``None`` too
    where even all hidden counts together are fewer than ``least`` or only one count is hidden.
    """
    hidden = {name for name, count in counts.items() if 0 < count < least}
    rest = sorted((count, name) for name, count in counts.items() if count >= least)
    while hidden and rest and not _safe(counts, hidden, least):
        hidden.add(rest.pop(0)[1])
    shown = {name: None if name in hidden else count for name, count in counts.items()}
    whole = not hidden or _safe(counts, hidden, least)
    return shown, sum(counts.values()) if whole else None


def _safe(counts: Mapping[str, int], hidden: set[str], least: int) -> bool:
    return len(hidden) > 1 and sum(counts[name] for name in hidden) >= least
