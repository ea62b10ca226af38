"""An examination's answers, brought in from another platform, and facts signed on them.

Invented candidates answer by a simple model: the abler they are, the likelier they are right.
Resits are at another form that shares most items; one item has a wrong key, as in life.
"""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from stackmark.assessment.angoff import Rating, angoff
from stackmark_web import clock
from stackmark_web.assessing.actions import importing, publishing_facts
from stackmark_web.assessing.imports.planning import Choices
from stackmark_web.assessing.models import CutScore

COURSE: Final = "security-practitioner"
CANDIDATES: Final = 320
ITEMS: Final = 24
SHARED: Final = 18  # items that stand in both forms; the first six are kept back as anchors
WRONG_KEY: Final = "item07"
PASS: Final = 15


def figures(versions: dict[str, Any], cast: dict[str, Any], *, today: datetime) -> int:
    """Import the examination, reserve anchors, publish the facts; gives how many attempts."""
    version = versions[COURSE]
    chance = random.Random(COURSE)  # noqa: S311 - the same invented people each time
    start = today - timedelta(days=400)
    with clock.at(start - timedelta(days=30)):
        _standard(version, cast["greta"], chance)
    with clock.at(today - timedelta(days=20)):
        made = importing.upload(
            version,
            actor=cast["greta"],
            filename="examination-responses.csv",
            data=_file(chance, start.date()),
        )
        importing.choose(made, actor=cast["greta"], choices=Choices(match_people=False))
        done = importing.confirm(made, actor=cast["greta"])
    achievement = version.achievement
    with clock.at(today - timedelta(days=19)):
        anchors = [f"item{number:02}" for number in range(1, 7)]
        publishing_facts.reserve(achievement, actor=cast["greta"], items=anchors)
        publishing_facts.publish(achievement, actor=cast["greta"])
    count: int = done.counts["new"]
    return count


def _standard(version: Any, owner: Any, chance: random.Random) -> None:
    """The cut of a panel that met before the platform was used: nine judges, two rounds."""
    ratings = [
        Rating(f"J{judge}", number, f"item{item:02}", _rating(chance, item, number))
        for judge in range(1, 10)
        for number in (1, 2)
        for item in range(1, ITEMS + 1)
    ]
    found = angoff(ratings)
    if found.share is None or found.standard_error.value is None:
        raise RuntimeError("nine judges always give a cut")
    CutScore.everywhere.create(
        organisation=version.organisation,
        achievement=version.achievement,
        method=CutScore.Method.ANGOFF,
        cut=100 * found.share,
        standard_error=100 * found.standard_error.value / ITEMS,
        judges=[f"J{judge}" for judge in range(1, found.judges + 1)],
        rounds=len(found.rounds),
        note="Set by a panel on paper; entered with its ratings.",
        set_by=owner,
        set_at=clock.now(),
        in_force_from=clock.now(),
    )


def _rating(chance: random.Random, item: int, number: int) -> float:
    """Judges come closer together in the second round."""
    likely = 0.6 + 0.12 * math.sin(item)
    return min(0.95, max(0.05, chance.gauss(likely, 0.14 / number)))


def _file(chance: random.Random, start: date) -> bytes:
    out = io.StringIO()
    items = [f"item{number:02}" for number in range(1, ITEMS * 2 - SHARED + 1)]
    writer = csv.writer(out)
    writer.writerow(["candidate", "attempt", "date", "form", "score", "max_score", *items])
    for who in range(CANDIDATES):
        writer.writerows(_candidate(chance, who, start, items))
    return out.getvalue().encode()


def _candidate(
    chance: random.Random, who: int, start: date, items: list[str]
) -> Iterator[list[Any]]:
    """One or two attempts: who fell short mostly comes again, at the other form."""
    ability = chance.gauss(0.9, 1.0)
    form = 0
    for attempt in (1, 2):
        asked = items[:SHARED] + items[SHARED + form * 6 : SHARED + form * 6 + 6]
        right = {one: _is_right(chance, one, ability, items) for one in asked}
        score = sum(right.values())
        day = start + timedelta(days=30 * (who % 12) + 21 * (attempt - 1))
        cells = [right.get(one, "") for one in items]
        yield [f"SP-{who + 1:04}", attempt, day, "AB"[form], score, ITEMS, *cells]
        if score >= PASS or chance.random() < 0.3:
            return
        ability, form = ability + 0.3, 1 - form


def _is_right(chance: random.Random, item: str, ability: float, items: list[str]) -> int:
    hard = -1.6 + 3.2 * ((items.index(item) * 7) % len(items)) / len(items)
    share = 1 / (1 + math.exp(-1.5 * (ability - hard)))
    if item == WRONG_KEY:
        share = 1 - share
    return int(chance.random() < share)
