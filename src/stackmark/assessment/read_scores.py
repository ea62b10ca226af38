"""Item responses, marks and judges' ratings from tables, long or wide."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stackmark.assessment.angoff import Rating
from stackmark.assessment.ledger import Attempt, Ledger, Purpose
from stackmark.assessment.marks import Marks
from stackmark.assessment.tables import (
    MISSING,
    Columns,
    Table,
    check_points,
    holds_numbers,
    numbers,
    whole_numbers,
)
from stackmark.errors import UsageError

Matrix = npt.NDArray[np.float64]

_CANDIDATE: Final = "candidate_id student student_id learner learner_id person"
RESPONSES: Final = {
    "candidate": _CANDIDATE,
    "attempt": "attempt_number attempt_no",
    "item": "item_id question question_id",
    "score": "response correct mark points",
}
MARKS: Final = {
    "unit": f"script submission work subject candidate {_CANDIDATE}",
    "rater": "marker assessor judge observer coder",
    "mark": "score grade rating level value",
}
RATINGS: Final = {
    "judge": "judge_id rater panelist",
    "round": "",
    "item": "item_id question question_id",
    "probability": "p rating estimate",
}
_ABOUT: Final = frozenset(
    (
        *("age", "email", "first_name", "gender", "group", "last_name", "name", "sex"),
        *("anchor_script", "anchors", "cohort", "cut", "date", "form", "hours", "max_score"),
        *("purpose", "score", "supervision", "total"),
    )
)
"""Columns of a wide responses file that speak of the candidate, never of an item."""


@dataclass(frozen=True, slots=True)
class ResponseTable:
    """Candidates by items.

    ``scores`` has a row for each candidate and a column for each item, in points; NaN where there
    is no answer. ``attempts`` has the attempt number of each row, 0 where the file has none.
    ``about`` has the other columns as text, by their title.
    """

    candidates: tuple[str, ...]
    attempts: tuple[int, ...]
    items: tuple[str, ...]
    scores: Matrix
    about: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def dichotomous(self) -> bool:
        """Whether every score is 0 or 1."""
        return bool(np.all(np.isnan(self.scores) | (self.scores == 0) | (self.scores == 1)))

    def once(self) -> ResponseTable:
        """One row for each candidate: that of the lowest attempt number."""
        best: dict[str, int] = {}
        for row, name in enumerate(self.candidates):
            if name not in best or self.attempts[row] < self.attempts[best[name]]:
                best[name] = row
        if len(best) == len(self.candidates):
            return self
        rows = sorted(best.values())
        left = len(self.candidates) - len(rows)
        return ResponseTable(
            tuple(self.candidates[row] for row in rows),
            tuple(self.attempts[row] for row in rows),
            self.items,
            self.scores[rows],
            {name: tuple(cells[row] for row in rows) for name, cells in self.about.items()},
            (*self.notes, f"Only the first attempt of each candidate is used; {left} are not."),
        )


@dataclass(frozen=True, slots=True)
class MarkTable:
    """The marks of a file, and sentences about columns that were not read."""

    marks: Marks
    notes: tuple[str, ...] = ()


def response_table(given: Table, *, about: Sequence[str] = ()) -> ResponseTable:
    """A table of item responses.

    Long: ``candidate,item,score``, one row an answer. Wide: ``candidate,item1,item2,…``, one row a
    candidate; columns that hold no number at all, and those called like ``group`` or ``form``, are
    about the candidate and no items, and so are those of ``about``. ``attempt`` may stand in both.
    Raises ``UsageError`` ``assess.…``.
    """
    columns = Columns(given, RESPONSES)
    if "item" in columns and "score" in columns:
        columns.need("candidate", shape="candidate,item,score")
        return _long_responses(columns)
    columns.keep("candidate", "attempt")
    columns.need("candidate", shape="candidate,item1,item2 or candidate,item,score")
    return _wide_responses(columns, {title.casefold() for title in about})


def _wide_responses(columns: Columns, about: set[str]) -> ResponseTable:
    given = columns.table
    said = [p for p in columns.others if _is_about(given, p, about)]
    items = [p for p in columns.others if p not in said]
    if not items:
        raise UsageError(
            "assess.column", f"{given.name} has no column that holds the scores of an item."
        )
    who = columns.filled("candidate")
    attempts = _attempt_numbers(columns)
    _check_once(given, list(zip(who, attempts, strict=True)), _person)
    read = numbers(given, items)
    for place, column in zip(items, read, strict=True):
        check_points(given, place, column)
    titles = {p: given.header[p] for p in said}
    notes = [f"Not items: {', '.join(titles.values())}."] if titles else []
    return ResponseTable(
        tuple(who),
        tuple(attempts),
        tuple(given.header[p] for p in items),
        np.array(read, dtype=float).T.copy(),
        {title: tuple(given.texts(p)) for p, title in titles.items()},
        tuple(notes),
    )


def _is_about(given: Table, place: int, about: set[str]) -> bool:
    title = given.header[place].casefold()
    plain = re.sub(r"[\s-]+", "_", title)
    return title in about or plain in _ABOUT or not holds_numbers(given, place)


def _long_responses(columns: Columns) -> ResponseTable:
    given = columns.table
    who, what = columns.filled("candidate"), columns.filled("item")
    attempts = _attempt_numbers(columns)
    (score,) = numbers(given, [columns.places["score"]])
    check_points(given, columns.places["score"], score)
    keys = list(zip(who, attempts, strict=True))
    _check_once(given, list(zip(keys, what, strict=True)), _answer)
    rows, items = list(dict.fromkeys(keys)), list(dict.fromkeys(what))
    scores = _matrix(keys, what, score, rows, items)
    about = {given.header[p]: _constant(given, p, keys, rows) for p in columns.others}
    return ResponseTable(
        tuple(name for name, _ in rows),
        tuple(number for _, number in rows),
        tuple(items),
        scores,
        about,
    )


def _constant(
    given: Table, place: int, keys: list[tuple[str, int]], rows: list[tuple[str, int]]
) -> tuple[str, ...]:
    """What a column of a long table says of each candidate; it must say the same on each row."""
    said: dict[tuple[str, int], str] = {}
    for (line, _), key, cell in zip(given.rows, keys, given.texts(place), strict=True):
        if said.setdefault(key, cell) != cell:
            raise given.bad(
                "assess.differs",
                line,
                given.header[place],
                f"{cell[:40]!r}, but {said[key][:40]!r} stands on an earlier line for candidate "
                f"{key[0][:40]!r}; write the same on each.",
            )
    return tuple(said[key] for key in rows)


def mark_table(given: Table) -> MarkTable:
    """A table of marks: long, ``unit,rater,mark``, or wide, ``unit,r1,r2,…``.

    Where no mark at all is a number, marks are words, and only nominal statistics are defined.
    Raises ``UsageError`` ``assess.…``.
    """
    columns = Columns(given, MARKS)
    if "rater" in columns and "mark" in columns:
        columns.need("unit", shape="unit,rater,mark")
        return _long_marks(columns)
    columns.keep("unit")
    columns.need("unit", shape="unit,rater,mark or unit,r1,r2")
    return _wide_marks(columns)


def _long_marks(columns: Columns) -> MarkTable:
    given = columns.table
    units, raters = columns.filled("unit"), columns.filled("rater")
    _check_once(given, list(zip(units, raters, strict=True)), _mark)
    (mark,), words = _codes(given, [columns.places["mark"]])
    rows, across = list(dict.fromkeys(units)), list(dict.fromkeys(raters))
    if len(across) < 2:
        raise _one_rater(given, 1)
    table = _matrix(units, raters, mark, rows, across)
    return MarkTable(Marks(table, tuple(rows), tuple(across), words))


def _wide_marks(columns: Columns) -> MarkTable:
    given, units = columns.table, columns.filled("unit")
    _check_once(given, units, lambda unit: f"unit {unit[:40]!r}")
    marked = [p for p in columns.others if holds_numbers(given, p)] or columns.others
    left = [given.header[p] for p in columns.others if p not in marked]
    if len(marked) < 2:
        raise _one_rater(given, len(marked))
    codes, words = _codes(given, marked)
    raters = tuple(given.header[p] for p in marked)
    notes = (f"Not raters: {', '.join(left)}; no mark stands there.",) if left else ()
    table = np.array(codes, dtype=float).T.copy()
    return MarkTable(Marks(table, tuple(units), raters, words), notes)


def _codes(given: Table, places: list[int]) -> tuple[list[list[float]], tuple[str, ...]]:
    """Marks as numbers; words as their place among all words."""
    if any(holds_numbers(given, p) for p in places):
        return numbers(given, places), ()
    cells = [given.texts(p) for p in places]
    every = {cell for column in cells for cell in column if cell.casefold() not in MISSING}
    words = tuple(sorted(every))
    code = {word: float(place) for place, word in enumerate(words)}
    return [[code.get(cell, math.nan) for cell in column] for column in cells], words


def _one_rater(given: Table, found: int) -> UsageError:
    return UsageError(
        "assess.column",
        f"{given.name} has marks of {found} rater{'s' * (found != 1)}; agreement needs two.",
    )


def rating_table(given: Table) -> tuple[Rating, ...]:
    """A table of ratings: long, ``judge,round,item,probability``, or wide, ``judge,round,item1,…``.

    A probability is that a borderline candidate is right, 0 to 1; an empty cell is no rating.
    Without ``round`` there is one. Raises ``UsageError`` ``assess.…``.
    """
    columns = Columns(given, RATINGS)
    if "item" in columns and "probability" in columns:
        columns.need("judge", shape="judge,round,item,probability")
        places, items = [columns.places["probability"]], columns.filled("item")
        what = [[item] for item in items]
    else:
        columns.keep("judge", "round")
        columns.need("judge", shape="judge,round,item,probability or judge,round,item1,item2")
        places = columns.others
        what = [[given.header[p] for p in places]] * len(given.rows)
    return tuple(_ratings(columns, places, what))


def _ratings(columns: Columns, places: list[int], what: list[list[str]]) -> Iterator[Rating]:
    given, judges = columns.table, columns.filled("judge")
    stated = whole_numbers(given, columns.places["round"]) if "round" in columns else []
    rounds = [number or 1 for number in stated] or [1] * len(judges)
    read = numbers(given, places)
    seen: set[tuple[str, int, str]] = set()
    for row, (line, _) in enumerate(given.rows):
        for place, item, column in zip(places, what[row], read, strict=True):
            one = Rating(judges[row], rounds[row], item, column[row])
            if (key := (one.judge, one.round, item)) in seen:
                raise UsageError(
                    "assess.duplicate",
                    f"{given.name}, line {line}: judge {one.judge[:40]!r} rates item "
                    f"{item[:40]!r} twice in round {one.round}; remove one.",
                )
            seen.add(key)
            if not math.isnan(one.probability):
                _check_probability(given, line, place, one.probability)
                yield one


def _check_probability(given: Table, line: int, place: int, value: float) -> None:
    if not 0 <= value <= 1:
        hint = f"; write {value / 100:g} for {value:g} %" if 1 < value <= 100 else ""
        raise given.bad(
            "assess.range",
            line,
            given.header[place],
            f"{value:g} is no probability from 0 to 1{hint}.",
        )


def with_responses(attempts: Ledger, scores: ResponseTable, name: str) -> Ledger:
    """The ledger with item scores put to the attempts they belong to.

    Where the responses have no attempt number, they are those of the candidate's first counted
    attempt. ``name`` is the responses file, for errors. Raises ``UsageError``
    ``assess.unknown`` for a candidate or attempt that is not in the ledger.
    """
    made = list(attempts.attempts)
    place = {(one.candidate, one.number): row for row, one in enumerate(made)}
    first = {one.candidate: row for row, one in enumerate(made) if one.purpose is Purpose.FIRST}
    for row, (who, number) in enumerate(zip(scores.candidates, scores.attempts, strict=True)):
        at = place.get((who, number)) if number else first.get(who)
        if at is None:
            what = f"attempt {number}" if number else "first attempt"
            raise UsageError(
                "assess.unknown",
                f"{name}: candidate {who[:40]!r} has no {what} among the attempts; "
                "use the same names in both files.",
            )
        made[at] = _with_items(made[at], scores.items, scores.scores[row])
    return Ledger(tuple(made))


def _with_items(one: Attempt, items: tuple[str, ...], scores: Matrix) -> Attempt:
    anchors = one.anchors & frozenset(items)
    return replace(one, items=items, item_scores=tuple(scores.tolist()), anchors=anchors)


def _attempt_numbers(columns: Columns) -> list[int]:
    if "attempt" not in columns:
        return [0] * len(columns.table.rows)
    return [n or 0 for n in whole_numbers(columns.table, columns.places["attempt"])]


def _matrix(
    keys: Sequence[Hashable],
    what: Sequence[str],
    values: Sequence[float],
    rows: Sequence[Hashable],
    across: list[str],
) -> Matrix:
    at = {key: place for place, key in enumerate(rows)}
    over = {key: place for place, key in enumerate(across)}
    made = np.full((len(rows), len(across)), np.nan)
    made[[at[key] for key in keys], [over[key] for key in what]] = values
    return made


def _check_once(given: Table, keys: Sequence[Hashable], told: Callable[[Any], str]) -> None:
    """Raise ``UsageError`` ``assess.duplicate`` where a key comes again."""
    if len(set(keys)) == len(keys):
        return
    seen: dict[Hashable, int] = {}
    for (line, _), key in zip(given.rows, keys, strict=True):
        if key in seen:
            raise UsageError(
                "assess.duplicate",
                f"{given.name}, line {line}: {told(key)} stands on line {seen[key]} already; "
                "remove one.",
            )
        seen[key] = line


def _person(key: tuple[str, int]) -> str:
    who, number = key
    attempt = f" with attempt {number}" if number else ""
    return f"candidate {who[:40]!r}{attempt}"


def _answer(key: tuple[tuple[str, int], str]) -> str:
    who, item = key
    return f"{_person(who)}, item {item[:40]!r}"


def _mark(key: tuple[str, str]) -> str:
    return f"unit {key[0][:40]!r}, rater {key[1][:40]!r}"
