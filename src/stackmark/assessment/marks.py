"""Marks of several raters on the same units, as a table the statistics of agreement read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stackmark.assessment.intervals import Floats
from stackmark.errors import UsageError

LEAST_UNITS: Final = 30
"""Fewest units agreement is published for. Below about 30 the interval of a kappa of .6 is wider
than a whole class of Landis and Koch (reference: Sim and Wright 2005, Physical Therapy 85)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks: ``table`` (units, raters), NaN where a rater did not mark the unit.

    Words instead of numbers are codes 0, 1, … in alphabetical order, and ``words`` tells them; only
    nominal statistics are defined then.
    """

    table: Floats
    units: tuple[str, ...]
    raters: tuple[str, ...]
    words: tuple[str, ...] = ()

    @property
    def per_unit(self) -> NDArray[np.int64]:
        """How many marks each unit has (units,)."""
        return np.asarray((~np.isnan(self.table)).sum(axis=1), dtype=np.int64)

    @property
    def is_numeric(self) -> bool:
        """Whether marks are numbers, so that distances between them mean something."""
        return not self.words

    @property
    def paired(self) -> Floats:
        """The rows with at least two marks, sorted within and among themselves (NaN last).

        Order then changes no figure, an interval's draws included.
        """
        rows = np.sort(self.table[self.per_unit >= 2], axis=1)
        if not len(rows):
            return rows
        ordered: Floats = rows[np.lexsort(rows.T[::-1])]
        return ordered


def marks_of(table: ArrayLike) -> Marks:
    """Marks from an array (units × raters), NaN where missing.

    Raises ``UsageError`` ``usage.marks`` where it is no table of finite numbers.
    """
    try:
        found = np.array(table, dtype=float)
    except (TypeError, ValueError) as error:
        raise UsageError("usage.marks", "Marks must be numbers, rows equally long.") from error
    if found.ndim != 2 or np.isinf(found).any():
        raise UsageError(
            "usage.marks", "Give a table of finite marks: a row a unit, a column a rater."
        )
    return Marks(
        found,
        tuple(f"unit{one}" for one in range(1, len(found) + 1)),
        tuple(f"rater{one}" for one in range(1, found.shape[1] + 1)),
    )


def marks_from_rows(rows: Iterable[tuple[str, str, str | float | None]]) -> Marks:
    """Marks from rows of unit, rater, mark (a number, a word, or nothing).

    Units and raters are sorted by name. Marks are all numbers or all words. Raises ``UsageError``:
    ``usage.mark-twice`` where a rater marked a unit twice, ``usage.marks`` where a mark is infinite
    or a word stands among numbers.
    """
    found: dict[tuple[str, str], str] = {}
    seen: dict[tuple[str, str], None] = {}
    for unit, rater, mark in rows:
        if (unit, rater) in seen:
            text = f"{rater} marked {unit} twice; keep one mark a rater and unit."
            raise UsageError("usage.mark-twice", text)
        seen[unit, rater] = None
        text = "" if mark is None else str(mark).strip()
        if text and text != "nan":
            found[unit, rater] = text
    units = sorted({unit for unit, _ in seen})
    raters = sorted({rater for _, rater in seen})
    words, codes = _codes(set(found.values()))
    table = np.full((len(units), len(raters)), math.nan)
    row = {unit: at for at, unit in enumerate(units)}
    column = {rater: at for at, rater in enumerate(raters)}
    for (unit, rater), text in found.items():
        table[row[unit], column[rater]] = codes[text]
    return Marks(table, tuple(units), tuple(raters), words)


def _codes(texts: set[str]) -> tuple[tuple[str, ...], dict[str, float]]:
    numbers = {text: number for text in texts if (number := _number(text)) is not None}
    if not numbers:
        words = tuple(sorted(texts))
        return words, {word: float(code) for code, word in enumerate(words)}
    for text in sorted(texts):
        if not math.isfinite(numbers.get(text, math.nan)):
            said = f"{text[:40]!r} stands among numbers; give a number, or leave it empty."
            raise UsageError("usage.marks", said)
    return (), numbers


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
