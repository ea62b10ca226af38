"""What a panel shows as plots: scores in bins, two markers side by side, the map of the items.

Counts of one to four people are left out, and everything below thirty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stackmark.assessment.ledger import Attempt as Entry
from stackmark.assessment.ledger import ledger
from stackmark.assessment.marks import LEAST_UNITS
from stackmark.assessment.statistic import LEAST
from stackmark_web.assessing import figuring, plots
from stackmark_web.assessing.ledger import TOTAL, Mark

SMALL: Final = 5
MOST_ITEMS: Final = 100
STEP: Final = 20.0  # percent of the total, where there are no levels to compare


def shown(entries: Sequence[Entry], marks: Sequence[Mark]) -> dict[str, Any]:
    """Distribution, matrix of markers and items, as far as there are enough."""
    return {
        "distribution": distribution(entries, small=SMALL),
        "markers": matrix(marks, small=SMALL),
        "items": items(entries),
    }


def distribution(entries: Sequence[Entry], *, small: int = 0) -> dict[str, Any]:
    """First attempts by score, in bins of ten percent."""
    scores = figuring.scores_of(ledger(entries))
    if small and len(scores) < LEAST:
        return {"n": len(scores), "bins": [], "note": f"insufficient data: at least {LEAST}"}
    bins = plots.bins_of(scores, small=small)
    return {
        "n": len(scores),
        "population": "first attempts",
        "bins": [{"low": one.low, "high": one.high, "count": one.count} for one in bins],
    }


def matrix(marks: Sequence[Mark], *, small: int = 0, what: str = "") -> dict[str, Any]:
    """What one marker gave against what the other gave, over everything marked in levels.

    Without levels the totals, in steps of twenty percent. ``what`` asks for one criterion.
    """
    levels = [one for one in marks if one.what == what or (not what and one.what != TOTAL)]
    used = levels or [one for one in marks if one.what == TOTAL]
    pairs: dict[tuple[str, str], list[float]] = {}
    for one in used:
        pairs.setdefault((one.attempt, one.what), []).append(one.value)
    both = [(one[0], one[1]) for one in pairs.values() if len(one) > 1]
    if small and len(both) < LEAST_UNITS:
        words = f"insufficient data: at least {LEAST_UNITS}"
        return {"n": len(both), "of": "units", "labels": [], "counts": [], "note": words}
    if not both:
        return {"n": 0, "of": "units", "labels": [], "counts": []}
    places = [
        (_rank(one, used=bool(levels)), _rank(other, used=bool(levels))) for one, other in both
    ]
    size = max(max(pair) for pair in places) + 1 if levels else int(100 / STEP)
    counts = [[0] * size for _row in range(size)]
    for row, column in places:
        counts[row][column] += 1
    labels = (
        [str(at + 1) for at in range(size)]
        if levels
        else [f"{at * STEP:g}–{(at + 1) * STEP:g}" for at in range(size)]
    )
    flat = plots.suppressed([one for row in counts for one in row], small)
    told = [flat[at * size : (at + 1) * size] for at in range(size)]
    return {
        "n": len(both),
        "of": "units",
        "population": "pieces of work marked twice",
        "levels": bool(levels),
        "labels": labels,
        "counts": told,
    }


def _rank(value: float, *, used: bool) -> int:
    return int(value) if used else min(int(value / STEP), int(100 / STEP) - 1)


def items(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Difficulty and discrimination of each item, called by its number; none below thirty."""
    report = figuring.items_of(entries)
    if report is None or report.candidates < LEAST:
        return []
    return [
        {
            "item": number,
            "advice": report.advice[name][0],
            "difficulty": report.items[name]["difficulty"].to_json(),
            "discrimination": report.items[name]["discrimination"].to_json(),
        }
        for number, name in enumerate(list(report.items)[:MOST_ITEMS], 1)
    ]
