"""Tables of text as assessments come in: headers known by name, cells read as numbers.

A table is a header line and rows of cells, from CSV or from anywhere else. Every error says
which table, line and column, and what to do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stackmark.errors import UsageError

MISSING: Final = frozenset(("", "na", "n/a", "#n/a"))
"""What stands for "there is none" in a number column, whatever its case."""
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+\Z", re.ASCII)
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}\Z", re.ASCII)  # 1,234: thousands or not?
_YES: Final = frozenset(("1", "yes", "true", "y"))
_NO: Final = frozenset(("", "0", "no", "false", "n"))


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text below a header line.

    ``name`` begins the sentences of errors. ``rows`` has the line each row starts on, and as many
    cells as the header.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[str]], ...]

    def lines(self) -> list[int]:
        """The line of each row."""
        return [line for line, _ in self.rows]

    def texts(self, place: int) -> list[str]:
        """A column's cells, without spaces around them."""
        return [cells[place].strip() for _, cells in self.rows]

    def bad(self, reason: str, line: int, column: str, sentence: str) -> UsageError:
        """An error about one cell."""
        return UsageError(reason, f"{self.name}, line {line}, column {column}: {sentence}")


def table(name: str, rows: Iterable[tuple[int, Sequence[str]]]) -> Table:
    """Rows, the first of them the header, as a table.

    Empty columns at the end are left out, rows without any cell filled too. Raises ``UsageError``
    ``assess.empty``, ``assess.header``, ``assess.cells``.
    """
    given = iter(rows)
    start = next(given, None)
    if start is None:
        raise UsageError("assess.empty", f"{name} is empty; its first line must name the columns.")
    header = [" ".join(cell.split()) for cell in start[1]]
    while header and not header[-1]:
        header.pop()
    _check_header(name, start[0], header)
    kept = [
        (line, _fitted(name, line, cells, len(header)))
        for line, cells in given
        if any(map(str.strip, cells))
    ]
    if not kept:
        raise UsageError("assess.empty", f"{name} has a header line, but no rows below it.")
    return Table(name, tuple(header), tuple(kept))


def _check_header(name: str, line: int, header: list[str]) -> None:
    seen: dict[str, str] = {}
    if not header:
        raise UsageError("assess.header", f"{name}, line {line} names no columns.")
    for place, title in enumerate(header):
        if not title:
            raise UsageError(
                "assess.header",
                f"{name}, line {line}: column {place + 1} has no name; give it one or remove it.",
            )
        if title.casefold() in seen:
            raise UsageError(
                "assess.header",
                f"{name}, line {line}: two columns are called {title}; rename or remove one.",
            )
        seen[title.casefold()] = title


def _fitted(name: str, line: int, cells: Sequence[str], width: int) -> Sequence[str]:
    if len(cells) == width:
        return cells
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        return cells[:width]
    raise UsageError(
        "assess.cells",
        f"{name}, line {line} has {len(cells)} cells, but the header has {width}; write empty "
        "cells too, and quote cells that hold the separator.",
    )


class Columns:
    """Which column of a table is which, by canonical name.

    ``known`` maps each canonical name to the other names it is read by.
    """

    def __init__(self, of: Table, known: Mapping[str, str]) -> None:
        self.table = of
        titles = [_plain(title) for title in of.header]
        exact = {_plain(name): name for name in known}
        words = {_plain(other): name for name in known for other in known[name].split()}
        self.places = {exact[title]: at for at, title in enumerate(titles) if title in exact}
        self.others: list[int] = []
        named = set(self.places)
        for place, title in enumerate(titles):
            name = words.get(title, "")
            if title in exact:
                continue
            if not name or name in named:  # the canonical name goes before the others
                self.others.append(place)
            elif name in self.places:
                raise UsageError(
                    "assess.header",
                    f"{of.name}: the columns {of.header[self.places[name]]} and "
                    f"{of.header[place]} both say {name}; remove or rename one.",
                )
            else:
                self.places[name] = place

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def title(self, name: str) -> str:
        """What the column is called in this table."""
        return self.table.header[self.places[name]] if name in self.places else name

    def need(self, *names: str, shape: str) -> None:
        """Raise ``UsageError`` ``assess.column`` unless all are there; ``shape``: a header."""
        for name in names:
            if name not in self.places:
                raise UsageError(
                    "assess.column",
                    f"{self.table.name} has no column {name}; its first line should be like "
                    f"{shape}.",
                )

    def keep(self, *names: str) -> None:
        """Give every known column but these back to the others, in the order of the table."""
        gone = [name for name in self.places if name not in names]
        self.others = sorted([*self.others, *(self.places.pop(name) for name in gone)])

    def texts(self, name: str) -> list[str]:
        """The column's cells; empty texts when there is no such column."""
        if name not in self.places:
            return [""] * len(self.table.rows)
        return self.table.texts(self.places[name])

    def filled(self, name: str) -> list[str]:
        """The same; raises ``UsageError`` ``assess.blank`` where a cell is empty."""
        cells = self.texts(name)
        if "" in cells:
            line = self.table.rows[cells.index("")][0]
            raise self.table.bad("assess.blank", line, self.title(name), "it is empty; fill it in.")
        return cells

    def flags(self, name: str) -> list[bool]:
        """Yes or no; an empty cell is no. Raises ``UsageError`` ``assess.flag``."""
        found = []
        for (line, _), cell in zip(self.table.rows, self.texts(name), strict=True):
            word = cell.casefold()
            if word not in _YES and word not in _NO:
                raise self.table.bad(
                    "assess.flag", line, self.title(name), f"{cell[:40]!r} is neither yes nor no."
                )
            found.append(word in _YES)
        return found


def numbers(of: Table, places: Sequence[int]) -> list[list[float]]:
    """The cells of some columns as numbers, column by column; NaN where there is none.

    A decimal comma is read where it cannot be anything else: some cell of these columns shows it
    (``55,5``, ``0,125``) and none has a point. ``1,234`` alone may be a thousand or one and a bit;
    it is refused. Raises ``UsageError`` ``assess.number``.
    """
    columns = [[cells[place] for _, cells in of.rows] for place in places]
    words = [set(cells) for cells in columns]
    every = {cell: cell.strip() for cell in set().union(*words)}  # each text is read once
    comma = any(_COMMA.match(cell) and not _EITHER.match(cell) for cell in every.values()) and not (
        any("." in cell and _NUMBER.match(cell) for cell in every.values())
    )
    read = {cell: _number(bare, comma=comma) for cell, bare in every.items()}
    sure = {cell: value for cell, value in read.items() if value is not None}
    for place, cells, seen in zip(places, columns, words, strict=True):
        wrong = seen - sure.keys()
        if wrong:
            row = next(number for number, cell in enumerate(cells) if cell in wrong)
            line = of.rows[row][0]
            raise of.bad("assess.number", line, of.header[place], _why_not(every[cells[row]]))
    return [[sure[cell] for cell in cells] for cells in columns]


def whole_numbers(of: Table, place: int, *, least: int = 1) -> list[int | None]:
    """A column of whole numbers; ``None`` where there is none.

    Raises ``UsageError`` ``assess.number``, ``assess.range``.
    """
    (column,) = numbers(of, [place])
    found: list[int | None] = []
    for (line, cells), value in zip(of.rows, column, strict=True):
        if math.isnan(value):
            found.append(None)
            continue
        if value != int(value) or value < least:
            raise of.bad(
                "assess.range",
                line,
                of.header[place],
                f"{cells[place].strip()[:40]} is no whole number from {least} on.",
            )
        found.append(int(value))
    return found


def check_points(given: Table, place: int, values: Sequence[float]) -> None:
    """Raise ``UsageError`` ``assess.range`` for points below 0."""
    below = {value for value in set(values) if value < 0}
    if below:
        row = next(number for number, value in enumerate(values) if value in below)
        raise given.bad(
            "assess.range",
            given.rows[row][0],
            given.header[place],
            f"{values[row]:g} points are below 0.",
        )


def holds_numbers(of: Table, place: int) -> bool:
    """Whether any cell of the column is a number."""
    return any(_COMMA.match(cell) or _NUMBER.match(cell) for cell in set(of.texts(place)))


def _number(cell: str, *, comma: bool) -> float | None:
    if cell.casefold() in MISSING:
        return math.nan
    if comma and _COMMA.match(cell):
        cell = cell.replace(",", ".")
    value = float(cell) if _NUMBER.match(cell) else math.inf
    return value if math.isfinite(value) else None


def _why_not(cell: str) -> str:
    shown = repr(cell[:40])
    if _EITHER.match(cell):
        return f"{shown} may be a thousand or a decimal comma; write 1234 or 1.234."
    if _COMMA.match(cell):
        return f"{shown} has a decimal comma while other cells have a point; use one of them."
    if cell.endswith("%"):
        return f"{shown} is no plain number; leave the % sign out."
    return f"{shown} is no number; write one like 66.5, or nothing where there is none."


def _plain(title: str) -> str:
    return re.sub(r"[\s_-]+", "", title.casefold())
