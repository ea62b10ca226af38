"""From the ledger to figures: facts, items, agreement, DIF, what stayed; nothing is stored here.

Every figure is the library's, with n, interval, method, source and population. What is asked again
for the same attempts is not worked out again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
from django.db.models import Q

from stackmark.assessment.agreement import Agreement, agreement
from stackmark.assessment.dif import LEAST_GROUP, Dif, dif
from stackmark.assessment.facts import Facts, facts
from stackmark.assessment.intervals import wilson
from stackmark.assessment.irt import LEAST_RASCH, constant, rasch
from stackmark.assessment.item_report import ItemReport, item_report
from stackmark.assessment.ledger import Attempt as Entry
from stackmark.assessment.ledger import Ledger, Purpose, ledger
from stackmark.assessment.marks import Marks, marks_from_rows
from stackmark.assessment.read_scores import ResponseTable
from stackmark.assessment.statistic import Statistic, settle
from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.assessing.ledger import TOTAL, Mark, natural
from stackmark_web.assessing.models import RetestInvitation

WILSON: Final = "Wilson (1927), JASA 22, 209-212"
_MOST: Final = 64  # answers kept in a process
_KEPT: Final[dict[str, Any]] = {}
T = TypeVar("T")


def once(name: str, entries: Sequence[Any], make: Callable[[], T]) -> T:
    """What ``make`` gives for these entries; from memory when they are the same as before."""
    key = f"{name} {hashlib.sha256(repr(entries).encode()).hexdigest()}"
    if key not in _KEPT:
        while len(_KEPT) >= _MOST:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = make()
    found: T = _KEPT[key]
    return found


def facts_of(entries: Sequence[Entry], *, all_n: bool = False) -> Facts:
    """The facts of these attempts. Raises ``UsageError`` when there is no ledger in them."""
    return once(f"facts {all_n}", entries, lambda: facts(ledger(entries), all_n=all_n))


def firsts(entries: Sequence[Entry]) -> list[Entry]:
    """The first attempts, which every figure about items is of."""
    return [one for one in entries if one.purpose is Purpose.FIRST]


def table_of(entries: Sequence[Entry], form: str = "") -> ResponseTable | None:
    """First attempts by items; None where nobody has any item."""
    mine = [one for one in firsts(entries) if one.items and (not form or one.form == form)]
    names = sorted({name for one in mine for name in one.items}, key=natural)
    if not names:
        return None
    scores = np.full((len(mine), len(names)), math.nan)
    place = {name: at for at, name in enumerate(names)}
    for row, one in enumerate(mine):
        scores[row, [place[name] for name in one.items]] = one.item_scores
    about = {"form": tuple(one.form for one in mine)}
    return ResponseTable(
        tuple(one.candidate for one in mine),
        tuple(one.number for one in mine),
        tuple(names),
        scores,
        about,
    )


def items_of(entries: Sequence[Entry], form: str = "") -> ItemReport | None:
    """Everything about the items."""
    table = table_of(entries, form)
    if table is None:
        return None
    words = f"first attempts at form {form}" if form else "first attempts of all candidates"
    return once(f"items {form}", firsts(entries), lambda: item_report(table, population=words))


def abilities_of(entries: Sequence[Entry]) -> list[float]:
    """Abilities under the Rasch model, in logits; none where it cannot be fitted."""
    table = table_of(entries)
    if table is None or not table.dichotomous or len(table.candidates) < LEAST_RASCH:
        return []
    return once("abilities", firsts(entries), lambda: _abilities(table))


def _abilities(table: ResponseTable) -> list[float]:
    kept = [at for at in range(len(table.items)) if at not in set(constant(table.scores))]
    if len(kept) < 2:
        return []
    model = rasch(table.scores[:, kept], names=[table.items[at] for at in kept])
    return [float(one) for one in model.ability if math.isfinite(one)]


# -- markers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreed:
    """What two markers agree on: every coefficient of one thing, and which one is used."""

    what: str
    marks: Marks
    figures: Agreement
    operational: Statistic
    kind: str


def agreement_of(given: Sequence[Mark], *, markers: int = 1) -> list[Agreed]:
    """The total first, then every criterion; nothing where nobody was marked twice.

    ``markers`` is how many mark each piece of work: with two or more the mean of theirs decides,
    so that the reliability of a mean is the one used operationally.
    """
    things = sorted({one.what for one in given}, key=lambda one: (one != TOTAL, natural(one)))
    return [
        once(
            f"agreement {what} {markers}",
            [one for one in given if one.what == what],
            lambda what=what: _agreed(what, given, markers),  # type: ignore[misc]
        )
        for what in things
    ]


def _agreed(what: str, given: Sequence[Mark], markers: int) -> Agreed:
    mine = [one for one in given if one.what == what]
    raters = {one.marker for one in mine}
    marks = marks_from_rows((one.attempt, one.marker, one.value) for one in mine)
    if len(raters) > 2:  # pairs differ from piece to piece: only who was first can be told
        marks = marks_from_rows(_paired(mine))
    figures = agreement(marks, population="pieces of work marked twice: sample and near the cut")
    if what == TOTAL:
        name = f"icc_{2 if len(raters) == 2 else 1}_{'k' if markers > 1 else '1'}"
    else:
        name = "cohen_kappa_quadratic" if len(raters) == 2 else "krippendorff_alpha_ordinal"
    return Agreed(what, marks, figures, getattr(figures, name), name)


def _paired(mine: Sequence[Mark]) -> list[tuple[str, str, float]]:
    seen: dict[str, int] = {}
    found = []
    for one in mine:
        seen[one.attempt] = seen.get(one.attempt, 0) + 1
        found.append((one.attempt, f"marker {seen[one.attempt]}", one.value))
    return found


# -- items between groups ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DifSummary:
    """How many items work alike (A), somewhat otherwise (B), clearly otherwise (C) in groups."""

    grouping: str
    counts: Mapping[str, int]
    n: int
    note: str
    rows: Dif | None = None

    @property
    def is_told(self) -> bool:
        """Whether anything could be compared."""
        return self.rows is not None

    def to_json(self) -> dict[str, Any]:
        """Counts with what they rest on; never a group's own figures."""
        return {
            "grouping": self.grouping,
            "counts": dict(self.counts),
            "n": self.n,
            "of": "candidates",
            "least": LEAST_GROUP,
            "interval": None,
            "method": "Mantel-Haenszel D-DIF by total score, ETS classes A, B, C; counts of items",
            "source": "Holland and Thayer (1988); Zwick (2012), ETS RR-12-08",
            "population": "first attempts with item responses",
            "note": self.note,
        }


def dif_of(entries: Sequence[Entry], groups: Mapping[str, str], grouping: str) -> DifSummary:
    """DIF of 0/1 items between groups; ``groups`` has each candidate's."""
    table = table_of(entries)
    none = {"A": 0, "B": 0, "C": 0, "unknown": 0}
    if table is None:
        return DifSummary(grouping, none, 0, "not examined: there are no item responses")
    if not table.dichotomous:
        words = "not examined: items are not all scored 0 or 1"
        return DifSummary(grouping, none, len(table.candidates), words)
    labels = [groups.get(one, "") for one in table.candidates]
    known = sum(bool(one) for one in labels)
    sizes = sorted((labels.count(one) for one in {*labels} - {""}), reverse=True)
    if len(sizes) < 2 or sizes[1] < LEAST_GROUP:
        words = f"not examined: fewer than two groups have {LEAST_GROUP} candidates"
        return DifSummary(grouping, none, known, words)
    try:
        found = dif(table.scores, labels, names=table.items)
    except UsageError as error:
        return DifSummary(grouping, none, known, f"not examined: {error.detail}")
    return DifSummary(grouping, found.counts(), known, "", found)


def dif_by_form(entries: Sequence[Entry]) -> DifSummary:
    """Between forms, over the items they share: whether a shared item works alike in both."""
    mine = firsts(entries)
    shared = [set(one.items) for one in mine if one.items]
    common = set.intersection(*shared) if shared else set()
    if len({one.form for one in mine}) < 2 or len(common) < 3:
        words = "not examined: there are no two forms with three items in common"
        return DifSummary("form", {"A": 0, "B": 0, "C": 0, "unknown": 0}, len(mine), words)
    kept = [_with_items(one, common) for one in mine]
    return dif_of(kept, {one.candidate: one.form for one in mine}, "form")


def _with_items(one: Entry, names: set[str]) -> Entry:
    pairs = [
        (name, score)
        for name, score in zip(one.items, one.item_scores, strict=True)
        if name in names
    ]
    return replace(
        one,
        items=tuple(name for name, _score in pairs),
        item_scores=tuple(score for _name, score in pairs),
        anchors=frozenset(),
    )


# -- what stayed -----------------------------------------------------------------------------------


def retained_of(achievement: Any) -> dict[str, Statistic]:
    """Who came to a re-test of those who were invited, and who of them passed it again.

    Re-tests that are still open do not count: their rates would only seem low.
    """
    rows = RetestInvitation.objects.filter(
        Q(retest__closed_at__isnull=False) | Q(retest__closes_at__lte=clock.now()),
        retest__achievement=achievement,
    )
    asked = rows.select_related("attempt")
    came = [one.attempt for one in asked if one.attempt is not None]
    told = [one.total >= one.cut for one in came if one.total is not None and one.cut is not None]
    return {
        "retained_pass_rate": _share(
            sum(told),
            len(told),
            "holders who reached the cut in force again / holders re-tested, Wilson interval",
            "holders drawn at random, invited, and re-tested under supervision",
        ),
        "retest_response_rate": _share(
            len(came),
            len(asked),
            "holders re-tested / holders invited, Wilson interval",
            "holders drawn at random and invited within the window",
        ),
    }


def _share(some: int, whole: int, method: str, population: str) -> Statistic:
    return settle(
        Statistic(
            value=some / whole if whole else None,
            interval=wilson(some, whole) if whole else None,
            n=whole,
            of="holders",
            method=method,
            source=WILSON,
            population=population,
            unit="share",
            note="" if whole else "no re-test was held and closed",
        )
    )


def scores_of(attempts: Ledger) -> list[float]:
    """The scores of first attempts, for a plot."""
    return [one.score for one in attempts.firsts()]
