"""A role to plan for, ways to it that differ in money, time and number, and an award on the way."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson

from stackmark.rendering.badge_art import default_art
from stackmark_web import clock
from stackmark_web.assessing.actions import importing, publishing_facts
from stackmark_web.assessing.imports.planning import Choices
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.offerings import save_offering
from stackmark_web.demo import planner_courses as told
from stackmark_web.demo import world
from stackmark_web.demo.founding import owner_of
from stackmark_web.pathways.actions import designing, publishing, roles
from stackmark_web.pathways.models import Pathway
from stackmark_web.tenancy.queries import did_of
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.queries import register_for

AWARD: Final = "health-data-certificate"


def make(cast: dict[str, Any], houses: dict[str, Any], *, today: datetime) -> int:
    """Everything for the planner's showpiece; gives how many offers there are."""
    with clock.at(today - timedelta(days=420)):
        made = {one.word: _publish(one, cast, houses) for one in told.WAYS}
    for one in told.WAYS:
        if one.price:
            _offer(one, made[one.word])
        if one.passed:
            _cohort(one, made[one.word], owner_of(one.house, cast), today)
    _role(cast["amir"], houses["meridian-health"])
    _accept(houses["northfield"], houses["harbour-skills"], cast["olga"])
    _award(made, houses["northfield-data"], cast["olga"], today)
    return sum(1 for one in told.WAYS if one.price)


def _publish(way: told.Way, cast: dict[str, Any], houses: dict[str, Any]) -> Any:
    owner = owner_of(way.house, cast)
    draft = catalogue.create_draft(houses[way.house], actor=owner, content=told.descriptor(way))
    accent = next(one.accent for one in world.HOUSES if one.slug == way.house)
    art = default_art(way.title, accent, "certificate", sub=f"EQF {way.level}")
    draft = catalogue.set_art(draft, actor=owner, art=art, revision=draft.revision)
    return catalogue.publish(draft, actor=owner, review_months=36)


def _offer(way: told.Way, version: Any) -> None:
    values: dict[str, Any] = {
        "delivery": way.delivery,
        "price": way.price,
        "currency": "EUR",
        "language": "en",
        "enrol_url": f"https://{way.house}.example/enrol/{way.word}",
    }
    if way.starts is not None and way.weeks is not None:
        starts = clock.today() + timedelta(weeks=way.starts)
        values |= {
            "starts_on": starts,
            "ends_on": starts + timedelta(weeks=way.weeks),
            "apply_by": starts - timedelta(weeks=1),
            "seats": 24,
        }
    save_offering(version.achievement, actor=None, values=values)


def _cohort(way: told.Way, version: Any, owner: Any, today: datetime) -> None:
    """First attempts of last year's group, brought in as a file, and the facts signed on them."""
    assert way.passed is not None
    chance = random.Random(way.word)  # noqa: S311 - the same invented people each time
    with clock.at(today - timedelta(days=60)):
        made = importing.upload(
            version,
            actor=owner,
            filename=f"{way.word}-results.csv",
            data=_results(chance, *way.passed, (today - timedelta(days=200)).date()),
        )
        importing.choose(made, actor=owner, choices=Choices(match_people=False))
        importing.confirm(made, actor=owner)
        publishing_facts.publish(version.achievement, actor=owner)


def _results(chance: random.Random, passed: int, people: int, day: date) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["candidate", "attempt", "date", "score", "max_score"])
    for who in range(people):
        score = chance.randint(60, 97) if who < passed else chance.randint(28, 59)
        writer.writerow([f"P-{who + 1:03}", 1, day, score, 100])
    return out.getvalue().encode()


def _role(owner: Any, house: Any) -> None:
    """The role as its employer publishes it, from a framework of its own."""
    data = orjson.dumps(told.framework())
    loaded = roles.load(house, actor=owner, name="meridian-skills-2026-1.json", data=data)
    role = roles.make(
        house,
        actor=owner,
        framework=loaded,
        title="Health data analyst",
        summary="Makes clinical data fit for use, and says on the ward what it shows.",
    )
    for skill in loaded.skills.order_by("pk"):
        roles.put(role, skill, actor=owner, confidence=None)
        role.refresh_from_db()
    roles.publish(role, actor=owner)


def _accept(body: Any, issuer: Any, owner: Any) -> None:
    """The university takes what the provider awards, as it does for its own courses."""
    register, did = register_for(body).register, did_of(issuer)
    if register.standing(did, [], clock.now())[0] != "known":
        note = "Reviewed by the faculty; counts by the rules of each award."
        verifying.trust(body, actor=owner, issuer=did, name=issuer.name, note=note)


def _award(made: dict[str, Any], house: Any, owner: Any, today: datetime) -> None:
    """A certificate that two of the steps complete, whoever taught them."""
    steps = ("health-data-exchange", "clinical-data-quality", "charts-that-decide")
    addresses = [str(made[one].signable["id"]) for one in steps]
    rule = {
        "all": [
            {
                "id": "steps",
                "title": "Two steps",
                "count": {"select": {"achievement": addresses}, "min": 2},
            }
        ]
    }
    with clock.at(today - timedelta(days=30)):
        draft = designing.create(
            house,
            actor=owner,
            kind=Pathway.Kind.CERTIFICATE,
            title="Certificate in Health Data",
            summary="Two of three steps into health data, from any of the issuers.",
            achievement=made[AWARD].achievement,
            conferral=Pathway.Conferral.BOARD,
            rules={"unit": "ects", "rule": rule},
        )
        publishing.publish(draft, actor=owner)
