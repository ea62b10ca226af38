"""Who follows the demo's pathways: Lena halfway, some complete and waiting for the board.

Nothing here is invented apart: people follow, and audits of what they hold do the rest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.demo.founding import owner_of
from stackmark_web.passport import claiming
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.actions import auditing, conferring
from stackmark_web.pathways.actions.following import follow
from stackmark_web.pathways.models import Completion
from stackmark_web.tenancy.queries import did_of
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying import queries

NANO: Final = "applied-data-nano-degree"
_WAY: Final = (
    ("python-analysis", 200),
    ("machine-learning", 120),
    ("green-logistics", 90),
    ("data-capstone", 30),
)
_FOLLOWERS: Final = 12


def following(
    found: dict[str, Any],
    versions: dict[str, Any],
    cast: dict[str, Any],
    houses: dict[str, Any],
    *,
    today: datetime,
) -> int:
    """How many follow the nano-degree; one of them has it, one waits for the board."""
    pathway = found[NANO].pathway
    _accept_harbour(cast, houses)
    first, second = (cast[word] for word in _learners(cast)[:2])
    for who in (first, second):
        _whole_way(who, versions, cast, today)
    people = [cast["lena"], first, second, *_others(cast, versions, (first, second))]
    with clock.at(today - timedelta(days=80)):
        for who in people:
            follow(who, pathway, via="demo")
    auditing.audit_waiting(limit=len(people) * 2)
    _one_conferred(pathway, first, cast, today)
    return len(people)


def _accept_harbour(cast: Any, houses: Any) -> None:
    """Northfield takes what Harbour Skills awards without deciding each by itself."""
    did = did_of(houses["harbour-skills"])
    if queries.entries(houses["northfield"]).filter(issuer=did).exists():
        return
    verifying.trust(
        actor=cast["olga"],
        organisation=houses["northfield"],
        issuer=did,
        name=houses["harbour-skills"].name,
        note="Agreement on the nano-degree, 2025",
        accepted_as=["issuer"],
    )


def _learners(cast: Any) -> list[str]:
    return sorted(word for word in cast if word.startswith("learner"))


def _whole_way(who: Any, versions: Any, cast: Any, today: datetime) -> None:
    """Everything the nano-degree asks for, earned in its order, so far as it is not held."""
    for word, days in _WAY:
        version = versions[word]
        actor = cast["tomas"] if word == "green-logistics" else cast["ivo"]
        with clock.at(today - timedelta(days=days)):
            award = awarding.create_award(
                version,
                actor=actor,
                recipient_email=who.email,
                recipient_name=who.name,
                locale="en",
                again=True,
                via="demo",
            )
            claiming.keep(awarding.offer(award, actor=actor, via="demo"), user=who, via="demo")


def _others(cast: Any, versions: Any, but: tuple[Any, ...]) -> list[Any]:
    """Some who hold the first course."""
    held = Holding.objects.filter(award__version=versions["python-analysis"])
    rows = get_user_model().objects.filter(pk__in=held.values("user")).order_by("email")
    rows = rows.exclude(pk__in=[cast["lena"].pk, *(one.pk for one in but)])
    return list(rows[: _FOLLOWERS - 3])


def _one_conferred(pathway: Any, who: Any, cast: Any, today: datetime) -> None:
    done = Completion.everywhere.filter(user=who, state=Completion.State.WAITING).first()
    if done is None or done.version.pathway_id != pathway.pk:
        return
    with clock.at(today - timedelta(days=7)):
        conferring.confer_one(
            done,
            actor=owner_of("northfield", cast),
            minute="Board of studies, item 4: conferred without dissent.",
        )
        done.refresh_from_db()
        if done.award is not None:
            claiming.keep(done.award, user=who, via="demo")
