"""Who chose which option of an item: the table that finds dead distractors and wrong keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stackmark.assessment.intervals import Floats, wilson
from stackmark.assessment.items import discrimination_of
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError

DEAD: Final = 0.05
_SOURCE: Final = "Haladyna and Downing (1993), Educational and Psychological Measurement 53"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of an item: how many chose it, and how they did on the other items.

    ``discrimination`` is the correlation (-1 to 1) of choosing it with the share of other items
    right: above 0 for a key, below 0 for a distractor that works. ``note`` says what is odd.
    """

    item: str
    option: str
    is_key: bool
    share: Statistic
    discrimination: Statistic
    note: str = ""


def distractor_table(
    choices: Sequence[Sequence[str | None]],
    key: Sequence[str],
    *,
    names: Sequence[str] = (),
    population: str = "",
    all_n: bool = False,
) -> tuple[tuple[Option, ...], ...]:
    """A row an option, a table an item, the options in alphabetical order.

    ``choices`` (candidates × items) hold the option chosen, ``None`` or "" where there is none;
    ``key`` the right option of each item. Shares are of those who answered, Wilson interval. A
    distractor fewer than 5 % choose is dead, one that better candidates choose may be the key.
    Least n: 30 answers. Source: Haladyna and Downing (1993). Raises ``UsageError``
    ``usage.responses`` where rows differ in length from the key.
    """
    named = tuple(names) or tuple(f"item{one}" for one in range(1, len(key) + 1))
    if not key or len(named) != len(key) or any(len(row) != len(key) for row in choices):
        raise UsageError("usage.responses", f"Give every candidate {len(key)} choices, as the key.")
    rows = [[one or "" for one in row] for row in choices]
    table = np.array(rows, dtype=str).reshape(len(rows), len(key))
    right = np.where(table == "", np.nan, table == np.asarray(key, dtype=str))
    return tuple(
        _options(named[one], table[:, one], key[one], _rest(right, one), population, all_n=all_n)
        for one in range(len(key))
    )


def _rest(right: Floats, one: int) -> Floats:
    others = np.delete(right, one, axis=1)
    there = (~np.isnan(others)).sum(axis=1)
    shares: Floats = np.nansum(others, axis=1) / np.where(there > 0, there, np.nan)
    return shares


def _options(
    item: str, chosen: NDArray[np.str_], key: str, rest: Floats, population: str, *, all_n: bool
) -> tuple[Option, ...]:
    answered = chosen != ""
    n = int(answered.sum())
    found = []
    for option in sorted({*chosen[answered].tolist(), key}):
        picked = np.where(answered, chosen == option, np.nan)
        times = int(np.nansum(picked))
        share = Statistic(
            value=times / n if n else None,
            interval=wilson(times, n),
            n=n,
            method="chosen / answered; Wilson interval",
            source=_SOURCE,
            population=population,
            unit="share",
        )
        r = discrimination_of(picked, rest, population)
        note = _note(share, r, is_key=option == key) if all_n or n >= share.least else ""
        found.append(
            Option(
                item=item,
                option=option,
                is_key=option == key,
                share=settle(share, all_n=all_n),
                discrimination=settle(r, all_n=all_n),
                note=note,
            )
        )
    return tuple(found)


def _note(share: Statistic, r: Statistic, *, is_key: bool) -> str:
    if is_key:
        return "better candidates avoid the key" if (r.value or 0) < 0 else ""
    if (share.value or 0) < DEAD:
        return "hardly anybody chooses it"
    return "better candidates choose it" if (r.value or 0) > 0 else ""
