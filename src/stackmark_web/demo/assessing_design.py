"""Two courses open for applications, and a finished workshop of ten judges with its cut."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.assessing.actions import designing, standards
from stackmark_web.demo.queries import address

COURSE: Final = "python-analysis"
OPEN: Final = ("data-literacy", COURSE)
JUDGES: Final = tuple(f"learner{number:02}" for number in range(51, 61))
GUIDANCE: Final = (
    "Read the rubric first; it is what you are marked by.\n\n- Hand in what you are proud of.\n"
    "- Say in your own words which help you had, AI tools among it."
)
WHO: Final = (
    "Gets data from two sources into one table and says what was lost on the way. Makes an "
    "interval with a library function and reads it correctly most of the time.\n\nDoes not yet "
    "choose between models, and needs the documentation for joins."
)
TALK: Final = "Between the rounds the judges talked about tasks 7 and 15, where they lay far apart."
ITEMS: Final = 20


def designs(versions: dict[str, Any], cast: dict[str, Any], *, today: datetime) -> int:
    """Open the courses and set the standard of one; gives how many people judged."""
    for word in OPEN:
        values = {"takes_applications": True, "guidance": GUIDANCE, "resit_wait_days": 14}
        designing.save_setup(versions[word].achievement, actor=cast["dana"], values=values)
    chance = random.Random(COURSE)  # noqa: S311 - the same invented judges each time
    with clock.at(today - timedelta(days=200)):
        _workshop(versions[COURSE].achievement, cast, chance)
    return len(JUDGES)


def _workshop(achievement: Any, cast: dict[str, Any], chance: random.Random) -> None:
    achievement.refresh_from_db()
    leader = cast["dana"]
    room = standards.create_workshop(
        achievement,
        actor=leader,
        method="angoff",
        title="Cut of the practical examination",
        component="examination",
        candidate_text=WHO,
        items=[{"id": str(n), "text": f"Task {n}"} for n in range(1, ITEMS + 1)],
    )
    judges = [standards.invite_judge(room, actor=leader, email=address(word)) for word in JUDGES]
    hard = {str(n): 0.42 + 0.4 * chance.random() for n in range(1, ITEMS + 1)}
    for spread in (0.14, 0.07):  # judges move together once they have seen each other's ratings
        room = standards.open_round(room, actor=leader)
        for one in judges:
            lean = chance.gauss(0, spread / 2)
            said = {item: _near(value + lean, spread, chance) for item, value in hard.items()}
            standards.rate(one, actor=one.user, number=room.round, values=said, done=True)
        room = standards.close_round(room, actor=leader)
    standards.confirm_cut(room, actor=leader, note=TALK)


def _near(value: float, spread: float, chance: random.Random) -> float:
    """A probability as people say it: in steps of five percent."""
    said = round(chance.gauss(value, spread) * 20) / 20
    return min(max(said, 0.05), 0.95)
