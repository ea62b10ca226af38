"""The second half of the seed: 600 credentials over three years, and what became of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.demo.courses import Course
from stackmark_web.demo.founding import owner_of
from stackmark_web.passport import actions as passport

SESSIONS: Final = 4  # groups of graduates of each course
_REASONS: Final = ("issued-in-error", "misconduct", "requirements-not-met")
_EVIDENCE: Final = "https://northfield-data.example/work/"


def award_course(
    course: Course,
    version: AchievementVersion,
    cast: dict[str, Any],
    *,
    chance: random.Random,
    today: datetime,
) -> list[Award]:
    """All credentials of one course, in a few sessions over the years up to ``today``."""
    learners = [user for word, user in cast.items() if word.startswith(("learner", "guest"))]
    chosen = [cast["lena"]] if course.house.startswith(("northfield", "guild")) else []
    most = len(learners)
    made: list[Award] = []
    newest = today - timedelta(days=40 + _apart(course))
    for when, size in _sessions(course.awards - len(chosen), newest):
        group = chance.sample(learners, min(size, most))
        if when == newest and chosen:
            group += chosen
        made += _session(course, version, group, cast, chance=chance, when=when)
    return made


def _apart(course: Course) -> int:
    """Days by which this course ends before others, so that not all things happen on one day."""
    return sum(course.word.encode()) % 100


def _sessions(awards: int, newest: datetime) -> Iterator[tuple[datetime, int]]:
    """When each group finished, the oldest first, and how many there were."""
    size, rest = divmod(awards, SESSIONS)
    for number in range(SESSIONS):
        back = timedelta(days=300 * (SESSIONS - 1 - number))
        yield newest - back, size + (rest if number == SESSIONS - 1 else 0)


def _session(
    course: Course,
    version: AchievementVersion,
    group: list[Any],
    cast: dict[str, Any],
    *,
    chance: random.Random,
    when: datetime,
) -> list[Award]:
    """Award a group on one day; most of them claim within the next weeks."""
    actor = cast["ivo"] if course.house.startswith("northfield") else owner_of(course.house, cast)
    with clock.at(when):
        awards = [
            awarding.create_award(
                version,
                actor=actor,
                recipient_email=user.email,
                recipient_name=user.name,
                locale="en",
                suspendable=course.suspendable,
                valid_until=_until(course, when),
                evidence=_evidence(course, user),
                again=True,
                via="demo",
            )
            for user in group
        ]
        refused = [one for one in awarding.offer_many(awards, actor=actor, via="demo") if one]
        if refused:
            raise refused[0]
    for award, user in zip(awards, group, strict=True):
        _reply(award, user, chance, when)
    return awards


def _until(course: Course, when: datetime) -> datetime | None:
    return when + timedelta(days=30 * course.months) if course.months else None


def _evidence(course: Course, user: Any) -> list[dict[str, str]]:
    if "project" not in course.methods:
        return []
    work = f"{_EVIDENCE}{course.word}/{user.pk.hex[:8]}"
    return [{"url": work, "name": "Project report", "text": "Handed in and marked."}]


def _reply(award: Award, user: Any, chance: random.Random, when: datetime) -> None:
    """Claim, decline, or never answer."""
    dice = chance.random()
    if user.email.startswith("lena@") or dice < 0.86:
        with clock.at(when + timedelta(days=chance.randint(0, 20), hours=chance.randint(1, 9))):
            passport.take(awarding.claim(award, user=user, via="demo"), user, via="demo")
    elif dice < 0.88:
        with clock.at(when + timedelta(days=2)):
            awarding.decline(award, user=user, via="demo")


def mishaps(awards: list[Award], cast: dict[str, Any], *, chance: random.Random) -> None:
    """A few are revoked, suspended or corrected, as in life. Nothing happens to Lena's."""
    claimed = [a for a in awards if a.state == Award.State.CLAIMED and a.holder != cast["lena"]]
    for award in chance.sample(claimed, 30):
        house = award.organisation.slug
        actor = owner_of(house, cast)
        with clock.at(award.claimed_at + timedelta(days=10)):
            _mishap(award, actor, chance)


def _mishap(award: Award, actor: Any, chance: random.Random) -> None:
    dice = chance.random()
    if award.suspendable and dice < 0.6:
        awarding.suspend(award, actor=actor, reason="requirements-not-met", via="demo")
    elif dice < 0.8:
        awarding.revoke(award, actor=actor, reason=chance.choice(_REASONS), via="demo")
    else:
        name = f"{award.recipient_name} MSc"
        awarding.correct(award, actor=actor, changes={"recipient_name": name}, via="demo")
