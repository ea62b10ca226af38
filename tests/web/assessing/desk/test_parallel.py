"""Many at once on PostgreSQL: a script is taken once, a decision confirmed once, awarded once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from stackmark_web.assessing import awarding_from
from stackmark_web.assessing.actions import deciding
from stackmark_web.assessing.actions import marking as markings
from stackmark_web.assessing.models import Decision, Marking
from stackmark_web.awarding.models import Award
from web.assessing.desk.helping import ENOUGH, alone, decision_of, hand_in, mark, marks

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite in memory lets one write at a time"
    ),
]


def together(*works):
    """What each of several threads gets; an exception is a result too."""

    def one(work):
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def wins(results):
    return [one for one in results if not isinstance(one, Exception)]


def test_a_script_is_taken_by_one(world):
    alone(world)
    pk = Marking.everywhere.get(attempt=hand_in(world)).pk
    people = [world.member(f"m{n}", "assessor") for n in range(6)]
    results = together(
        *(lambda who=one: markings.take(Marking.everywhere.get(pk=pk), actor=who) for one in people)
    )
    assert len(wins(results)) == 1
    assert Marking.everywhere.get(pk=pk).marker == wins(results)[0].marker


def test_one_person_never_gets_both_markings_of_a_script(world):
    attempt = hand_in(world)  # drawn: two wait
    two = list(Marking.everywhere.filter(attempt=attempt))
    results = together(*(lambda one=one: markings.take(one, actor=world.assessor) for one in two))
    assert len(wins(results)) == 1


def test_two_handed_in_at_once_come_to_one_decision(world):
    attempt = hand_in(world)
    for kind, who in (("first", world.assessor), ("second", world.second)):
        markings.take(Marking.everywhere.get(attempt=attempt, kind=kind), actor=who)

    def submit(kind, who):
        one = Marking.everywhere.get(attempt=attempt, kind=kind)
        return markings.submit_marking(one, actor=who, marks=marks(*ENOUGH), revision=0)

    results = together(
        lambda: submit("first", world.assessor), lambda: submit("second", world.second)
    )
    assert len(wins(results)) == 2, results
    assert decision_of(attempt).basis == "agreed"


def test_confirmed_by_many_it_is_awarded_once(world):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    pk = decision_of(attempt).pk
    people = [world.assessor, world.second, world.owner]
    results = together(
        *(
            lambda who=one: deciding.confirm(Decision.everywhere.get(pk=pk), actor=who)
            for one in people
        ),
        awarding_from.award_waiting,
        awarding_from.award_waiting,
    )
    confirmed = [one for one in results if isinstance(one, Decision)]
    assert len(confirmed) == 1
    awarding_from.award_waiting()
    assert Award.everywhere.filter(signed__isnull=False).count() == Award.everywhere.count() == 1
