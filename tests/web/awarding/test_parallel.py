"""Many at once on PostgreSQL, where nothing but our own care keeps them apart (F04, F05)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection

from stackmark_web.awarding import actions, lists
from stackmark_web.awarding.models import Award, StatusList, Step
from stackmark_web.integrations.models import OutboxMail

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite in memory lets one write at a time"
    ),
]
WORKERS = 8


def together(work, count=WORKERS):
    """What each of several threads gets from ``work``; an exception is a result too."""

    def one(number):
        try:
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(count)))


def test_no_index_is_given_twice(university):
    lists.take(university, 1)
    found = together(lambda _: [lists.take(university, 2) for _ in range(20)])
    places = [place for many in found for few in many for place in few]
    assert len(set(places)) == len(places) == WORKERS * 20 * 2
    assert StatusList.everywhere.get().next == len(places) + 1


def test_one_award_offered_by_many_is_issued_once(draft):
    award = draft()
    results = together(lambda _: actions.offer(Award.everywhere.get(pk=award.pk)))
    assert {bytes(one.signed) for one in results} == {bytes(Award.everywhere.get().signed)}
    assert OutboxMail.everywhere.filter(kind="offer").count() == 1
    assert Step.objects.filter(award=award, to_state="offered").count() == 1


def test_the_same_award_made_by_many_is_made_once(draft):
    results = together(lambda _: draft())
    made = [one for one in results if isinstance(one, Award)]
    assert len(made) == 1
    assert all(isinstance(one, actions.Duplicate) for one in results if one not in made)
    assert Award.everywhere.count() == 1


def test_the_same_form_sent_many_times_is_one_award(draft):
    results = together(lambda _: draft(nonce="n1"), 50)
    assert {one.pk for one in results} == {Award.everywhere.get().pk}


def test_revoked_and_put_on_hold_at_once_has_one_order(offered, alice):
    award = offered(suspendable=True)

    def change(number):
        one = Award.everywhere.get(pk=award.pk)
        if number % 2:
            return actions.revoke(one, actor=alice, reason="misconduct")
        return actions.suspend(one, actor=alice, reason="A question")

    results = together(change)
    told = [one for one in results if isinstance(one, actions.WrongState)]
    done = [one for one in results if isinstance(one, Award)]
    assert len(told) + len(done) == WORKERS
    states = list(award.steps.values_list("from_state", "to_state"))
    assert all(a[1] == b[0] for a, b in pairwise(states))
    assert Award.everywhere.get().state == states[-1][1]
    assert len(done) == len(states) - 2  # beside the draft and the offer
