"""Recipients go to a webhook as long as who asked for them may still see them (A92)."""

from __future__ import annotations

import pytest

import api_world
from stackmark_web import clock
from stackmark_web.accounts import erasure
from stackmark_web.audit.models import AuditEvent
from stackmark_web.integrations import webhook_actions, webhook_sending
from stackmark_web.integrations.models import OutboxMail, Webhook
from stackmark_web.tenancy.models import Membership


@pytest.fixture
def ivan(world):
    """An issuer, who may see awards."""
    user = api_world.person("ivan")
    Membership.everywhere.create(user=user, organisation=world.here, role="issuer")
    return user


@pytest.fixture
def hook(world, ivan):
    made, _secret = webhook_actions.add_webhook(
        world.here,
        actor=ivan,
        url="https://hooks.example.org/in",
        events=["award.offered"],
        include_recipient=True,
    )
    return made


def leaves(world, ivan):
    Membership.everywhere.filter(user=ivan).update(ended_at=clock.now())


def loses_the_right(world, ivan):
    """A designer may register webhooks, and may not see awards."""
    Membership.everywhere.filter(user=ivan).update(role="designer")


def may_make_none_any_more(world, ivan):
    """An analyst sees awards, and may not register webhooks."""
    Membership.everywhere.filter(user=ivan).update(role="analyst")


def is_blocked(world, ivan):
    ivan.is_active = False
    ivan.save()


def is_erased(world, ivan):
    erasure.erase(ivan, actor=ivan)


@pytest.mark.parametrize(
    "change", [leaves, loses_the_right, may_make_none_any_more, is_blocked, is_erased]
)
def test_recipients_stay_here_when_who_asked_for_them_lost_the_right(
    world, ivan, hook, receiver, change
):
    world.offered()
    webhook_sending.send_due()
    assert receiver.bodies[0]["data"]["recipient"]["email"] == "ada@mail.example"
    world.offered()  # put into the outbox while the right was there, sent when it is gone
    change(world, ivan)
    webhook_sending.send_due()
    world.offered()
    webhook_sending.send_due()
    assert [one["type"] for one in receiver.bodies] == ["award.offered"] * 3, "messages go on"
    assert ["recipient" in one["data"] for one in receiver.bodies] == [True, False, False]
    hook.refresh_from_db()
    assert (hook.include_recipient, hook.state) == (False, "active")


def test_it_is_noted_and_written_once(world, ivan, hook, receiver):
    leaves(world, ivan)
    for _ in range(3):
        world.offered()
        webhook_sending.send_due()
    told = AuditEvent.objects.get(verb="webhook.recipients-withheld")
    assert (told.actor, told.via, told.organisation_id) == (None, "job", world.here.pk)
    letter = OutboxMail.everywhere.get(kind="webhook_recipients")
    assert letter.to == world.here.email
    assert "hooks.example.org" in letter.text
    assert f"/manage/northfield/api/webhooks/{hook.pk}" in letter.text


def test_whoever_may_asks_for_them_anew_and_answers_for_them_then(world, ivan, hook, receiver):
    leaves(world, ivan)
    world.offered()
    webhook_sending.send_due()
    hook.refresh_from_db()
    webhook_actions.change_webhook(hook, actor=world.owner, include_recipient=True)
    world.offered()
    webhook_sending.send_due()
    assert ["recipient" in one["data"] for one in receiver.bodies] == [False, True]
    assert Webhook.everywhere.get().recipients_by == world.owner


def test_who_changes_where_recipients_go_answers_for_them(world, ivan, hook, receiver):
    webhook_actions.change_webhook(hook, actor=world.owner, url="https://hooks.example.org/new")
    leaves(world, ivan)
    world.offered()
    webhook_sending.send_due()
    assert "recipient" in receiver.bodies[0]["data"], "the owner chose that address, and is there"


def test_a_change_that_tells_nothing_more_makes_nobody_answer_for_it(world, ivan, hook, receiver):
    dora = api_world.person("dora")
    Membership.everywhere.create(user=dora, organisation=world.here, role="designer")
    webhook_actions.change_webhook(hook, actor=dora, description="Mine now")
    world.offered()
    webhook_sending.send_due()
    assert "recipient" in receiver.bodies[0]["data"]
    leaves(world, ivan)
    world.offered()
    webhook_sending.send_due()
    assert "recipient" not in receiver.bodies[1]["data"]


def test_an_old_message_sent_again_by_a_colleague_tells_no_more(world, ivan, hook, receiver):
    world.offered()
    webhook_sending.send_due()
    loses_the_right(world, ivan)
    webhook_actions.redeliver(hook.messages.get(), actor=ivan)
    webhook_sending.send_due()
    assert ["recipient" in one["data"] for one in receiver.bodies] == [True, False]
