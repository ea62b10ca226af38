"""Every event there is comes of what it is said to come of, one by one or from a file of many."""

from __future__ import annotations

import pytest

from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.integrations import webhook_events, webhook_sending
from stackmark_web.jobs.worker import work_once

ROWS = [{"recipient_email": f"p{n}@mail.example", "recipient_name": f"P {n}"} for n in range(5)]


def many(world):
    order = {"version": str(world.version.pk), "recipients": ROWS}
    assert world.call.post("/runs", order).status_code == 201
    while work_once("test"):
        pass
    return list(Award.everywhere.order_by("row"))


def told(receiver, name):
    webhook_sending.send_due()
    return [one["data"] for one in receiver.bodies if one["type"] == name]


@pytest.mark.parametrize("name", ["credential.issued", "award.offered"])
def test_each_award_of_a_run_is_told(world, receiver, name):
    """The trail has one event for a part of a run; whoever listens hears of each of its awards."""
    world.hook(name, "run.finished", include_recipient=True)
    made = many(world)
    assert len(made) == len(ROWS)
    found = told(receiver, name)
    assert [one["id"] for one in found] == [str(one.pk) for one in made]
    for one, row in zip(found, ROWS, strict=True):
        assert (one["object"], one["state"]) == ("award", "offered")
        assert one["credential"].endswith(one["id"])
        assert one["recipient"]["email"] == row["recipient_email"]
    assert len(told(receiver, "run.finished")) == 1
    assert [one["sequence"] for one in receiver.bodies] == [1, 2, 3, 4, 5, 6]


def test_each_credential_of_a_run_taken_back_is_told(world, receiver):
    made = many(world)
    world.hook("credential.revoked")
    run = made[0].run
    keys = [one.pk for one in made]
    awarding.revoke_many(keys, actor=world.owner, reason="issued-in-error", run=run)
    found = told(receiver, "credential.revoked")
    assert [one["id"] for one in found] == [str(one) for one in keys]
    assert {(one["state"], one["reason"]) for one in found} == {("revoked", "issued-in-error")}


def test_a_corrected_one_is_told_of_the_one_it_replaces(world, receiver):
    old = world.offered()
    world.hook("credential.superseded", "credential.issued")
    new = awarding.correct(old, actor=world.owner, changes={"recipient_name": "Ada King"})
    (data,) = told(receiver, "credential.superseded")
    assert (data["id"], data["state"]) == (str(old.pk), "superseded")
    (data,) = told(receiver, "credential.issued")
    assert data["id"] == str(new.pk)


def test_every_event_comes_of_a_verb_the_trail_knows():
    """So that an event does not fall silent because a verb was renamed."""
    from stackmark_web.audit.verbs import SENTENCES

    heard = webhook_events._OF_VERB
    assert set(heard) <= set(SENTENCES)
    assert {name for names in heard.values() for name in names} == set(webhook_events.EVENTS)
