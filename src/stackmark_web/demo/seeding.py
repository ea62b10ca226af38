"""Make the demo world: the same people and courses each time, signed with keys of its own."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from stackmark.adapters.files import write_atomic
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import claims
from stackmark_web.demo import (
    accrediting_history,
    assessing_design,
    assessing_figures,
    assessing_history,
    founding,
    pathways_design,
    pathways_history,
    planner_demo,
    quality,
    recognising_history,
    recognising_open,
    world,
)
from stackmark_web.demo.awarding_history import award_course, mishaps
from stackmark_web.demo.courses import COURSES
from stackmark_web.demo.queries import address, notes
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import duties
from stackmark_web.passport import actions as passport
from stackmark_web.passport import sharing
from stackmark_web.passport.models import Holding
from stackmark_web.verifying import actions as verifying

_AGENCY: Final = "european-quality-board"
_NOTES: Final = {_AGENCY: "What it accredits counts here"}
YEARS: Final = timedelta(days=3 * 365)


def is_seeded() -> bool:
    """Whether the demo world was made here, whole; some of its people may be erased since."""
    everybody = [address(one.word) for one in world.CAST]
    return notes().exists() and get_user_model().objects.filter(email__in=everybody).exists()


def seed(tell: Callable[[str], object]) -> None:
    """Make everything or nothing; ``tell`` hears of each step."""
    with transaction.atomic():
        _seed(tell)
    duties.run_all()


def _seed(tell: Callable[[str], object]) -> None:
    chance = random.Random(world.SEED)  # noqa: S311 - the same invented world each time
    today = clock.now().replace(minute=0, second=0, microsecond=0)
    with clock.at(today - YEARS - timedelta(days=30)):
        cast = founding.people(chance)
        houses = founding.organisations(cast)
        tell(f"{len(cast)} people, {len(houses)} organisations and units")
    versions = _publish(cast, houses, today)
    tell(f"{len(versions)} achievements")
    accrediting_history.statements(versions, cast, houses, today=today)
    tell("what the quality agency says of them")
    number = assessing_design.designs(versions, cast, today=today)
    tell(f"{number} judges set the standard of an examination")
    made: list[Any] = []
    for course in COURSES:
        made += award_course(course, versions[course.word], cast, chance=chance, today=today)
        tell(f"{len(made)} credentials signed")
    mishaps(made, cast, chance=chance)
    count = assessing_history.attempts(versions, cast, today=today)
    tell(f"{count} attempts at every stage of an assessment")
    _trust(houses, cast)
    number = planner_demo.make(cast, houses, today=today)
    tell(f"{number} ways to a role, to plan with")
    found = pathways_design.pathways(versions, cast, houses, today=today)
    tell(f"{len(found)} pathways")
    founding.unfinished(cast, houses)
    quality.keep(cast, houses, versions, today)
    number = assessing_figures.figures(versions, cast, today=today)
    tell(f"{number} attempts at an examination, and facts signed on them")
    number = recognising_history.requests(versions, cast, houses, today=today)
    tell(f"{number} requests for recognition")
    number = recognising_open.decisions(versions, cast, houses, today=today)
    recognising_open.portfolio(versions, cast, houses, today=today)
    tell(f"{number} decisions of one centre, and a portfolio that waits")
    number = pathways_history.following(found, versions, cast, houses, today=today)
    tell(f"{number} people on the way to a nano-degree")
    _letters_went_out()
    _stage(versions, cast)


def _publish(cast: Any, houses: Any, today: Any) -> dict[str, Any]:
    with clock.at(today - YEARS):
        found = {one.word: founding.achievement(one, cast, houses) for one in COURSES}
    for one in COURSES:
        founding.offers(found[one.word], one)
    return found


def _trust(houses: dict[str, Any], cast: dict[str, Any]) -> None:
    """The operator vouches for four issuers, not for all: the page must show both."""
    from stackmark_web.tenancy.queries import did_of

    for slug in ("northfield", "harbour-skills", "guild-of-assurance", "european-quality-board"):
        verifying.trust(
            actor=cast["petra"],
            organisation=None,
            issuer=did_of(houses[slug]),
            name=houses[slug].name,
            note=_NOTES.get(slug, "Reviewed by the European Quality Board, 2025"),
            accepted_as=["issuer", "agency"] if slug == _AGENCY else ["issuer"],
        )


def _letters_went_out() -> None:
    """The letters of past years are not sent again."""
    OutboxMail.everywhere.filter(state=OutboxMail.State.QUEUED).update(
        state=OutboxMail.State.SENT, sent_at=F("queued_at")
    )


def _stage(versions: dict[str, Any], cast: dict[str, Any]) -> None:
    """What the tour shows: an award waiting for Lena; and what she shows already."""
    lena = cast["lena"]
    award = awarding.create_award(
        versions["green-logistics"],
        actor=cast["tomas"],
        recipient_email=lena.email,
        recipient_name=lena.name,
        locale="en",
        narrative="Best case study of the group.",
        via="demo",
    )
    awarding.offer(award, actor=cast["tomas"], via="demo")
    mine = list(Holding.objects.filter(user=lena).order_by("-award__signed_at"))
    shown = next(one for one in mine if one.award and one.award.version.kind == "nano-degree-part")
    passport.publish(shown, actor=lena)
    sharing.make_share(lena, mine[:3], title="Lena’s data skills")
    found = {
        "achievement": str(award.version.achievement_id),
        "award": str(award.pk),
        "claim": claims.new_link(award),
    }
    write_atomic(notes(), json.dumps(found).encode(), mode=0o600)
