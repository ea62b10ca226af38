"""Holders drawn by lot: reproducible, voluntary, and nothing touches a credential."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.assessing import figuring, retests
from stackmark_web.assessing.actions import retesting
from stackmark_web.assessing.models import Attempt, RetestInvitation
from stackmark_web.assessing.refusing import Problem
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail

pytestmark = pytest.mark.django_db


def holder(world, word, *, days=10):
    user = world.person(word)
    with clock.at(clock.now() - timedelta(days=days)):
        award = awarding.create_award(
            world.version, actor=None, recipient_email=user.email, recipient_name=user.name
        )
        awarding.offer(award, actor=None)
        awarding.claim(Award.everywhere.get(pk=award.pk), user=user)
    return user


def drawn(world, **changes):
    values = {
        "share": 50,
        "supervision": "onsite",
        "closes_on": clock.today() + timedelta(days=30),
    } | changes
    return retesting.invite(world.achievement, actor=world.assessor, **values)


def test_the_lot_is_reproducible_and_takes_a_share_rounded_up():
    keys = [f"award {number}" for number in range(101)]
    one = retests.draw(keys, seed="a", share=20)
    assert len(one) == 21
    assert one == retests.draw(list(reversed(keys)), seed="a", share=20)
    assert one != retests.draw(keys, seed="b", share=20)


def test_every_holder_is_as_likely_as_another():
    keys = [f"award {number}" for number in range(20)]
    hits = [retests.draw(keys, seed=str(seed), share=25).count("award 7") for seed in range(2_000)]
    assert 0.22 < sum(hits) / 2_000 < 0.28


def test_recent_holders_are_drawn_and_get_a_letter(world):
    people = [holder(world, f"h{number}") for number in range(4)]
    holder(world, "old", days=200)
    made = drawn(world)
    invited = list(made.invitations.all())
    assert len(invited) == 2
    assert {one.holder for one in invited} <= set(people)
    keys = sorted(str(one.pk) for one in Award.everywhere.filter(holder__in=people))
    again = retests.draw(keys, seed=made.seed, share=50)
    assert sorted(again) == sorted(str(one.award_id) for one in invited)
    mails = OutboxMail.everywhere.filter(kind="retest_invited")
    assert {one.to for one in mails} == {one.holder.email for one in invited}
    assert "voluntary" in mails[0].text
    others = drawn(world, share=100)
    assert not {one.award_id for one in others.invitations.all()} & {
        one.award_id for one in invited
    }


def test_an_answer_can_be_changed_until_it_is_closed(world, client):
    user = holder(world, "h1")
    one = drawn(world, share=100).invitations.get()
    client.force_login(user)
    address = reverse("assessing:retest_answer", args=[one.pk])
    assert "voluntary" in client.get(address).content.decode()
    client.post(address, {"comes": "yes"})
    one.refresh_from_db()
    assert one.answer == "yes"
    client.post(address, {"comes": "no"})
    one.refresh_from_db()
    assert one.answer == "no"
    retesting.close(one.retest, actor=world.assessor)
    with pytest.raises(Problem):
        retesting.answer(one, actor=user, comes=True)
    client.force_login(world.learner)
    assert client.get(address).status_code == 404


def test_a_failed_retest_changes_nothing_but_the_rate(world):
    user = holder(world, "h1")
    one = drawn(world, share=100).invitations.get()
    with pytest.raises(Problem):
        retesting.record_result(one, actor=world.assessor, percent=30, sat_on=clock.today())
    retesting.answer(one, actor=user, comes=True)
    before = Award.everywhere.values_list("state", "signed").get(holder=user)
    made = retesting.record_result(one, actor=world.assessor, percent=30, sat_on=clock.today())
    assert (made.purpose, made.passed, made.cut) == ("retest", False, 60.0)
    assert Award.everywhere.values_list("state", "signed").get(holder=user) == before
    assert figuring.retained_of(world.achievement)["retained_pass_rate"].n == 0  # still open
    retesting.close(one.retest, actor=world.assessor)
    rates = figuring.retained_of(world.achievement)
    assert (rates["retained_pass_rate"].n, rates["retained_pass_rate"].value) == (1, None)
    assert rates["retained_pass_rate"].insufficient
    with pytest.raises(Problem):
        retesting.record_result(one, actor=world.assessor, percent=90, sat_on=clock.today())


def test_rates_have_wilson_intervals_from_thirty_on(world):
    holder(world, "h1")
    one = drawn(world, share=100).invitations.get()
    retest = one.retest
    for number in range(39):
        person = world.person(f"p{number}")
        other = awarding.create_award(
            world.version, actor=None, recipient_email=person.email, recipient_name=person.name
        )
        made = Attempt.everywhere.create(
            organisation=world.here,
            achievement=world.achievement,
            version=world.version,
            candidate=f"c{number}",
            number=1,
            purpose="retest",
            state="decided",
            opened_at=clock.now(),
            total=80 if number < 30 else 40,
            cut=60,
        )
        RetestInvitation.objects.create(
            retest=retest,
            award=other,
            holder=person,
            candidate=f"c{number}",
            sent_at=clock.now(),
            answer="yes",
            attempt=made,
        )
    retesting.close(retest, actor=world.assessor)
    found = figuring.retained_of(world.achievement)
    assert found["retained_pass_rate"].value == pytest.approx(30 / 39)
    assert found["retained_pass_rate"].interval == pytest.approx((0.6166, 0.8735), abs=1e-3)
    assert found["retest_response_rate"].n == 40


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"share": 0}, "share"),
        ({"supervision": "none"}, "supervision"),
        ({"window_days": 0}, "window_days"),
        ({"closes_on": clock.today()}, "closes_on"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_at_its_field(world, changes, field):
    holder(world, "h1")
    with pytest.raises(Problem) as caught:
        drawn(world, **changes)
    assert caught.value.field == field


def test_without_holders_there_is_nobody_to_ask(world):
    with pytest.raises(Problem) as caught:
        drawn(world)
    assert caught.value.field == "window_days"
