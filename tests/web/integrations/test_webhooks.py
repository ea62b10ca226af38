"""Webhooks: what is sent, signed, tried again, ordered, and never sent inside (A107, F14)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from stackmark.errors import CouldNotTell, UsageError
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.integrations import webhook_actions, webhook_secrets, webhook_sending
from stackmark_web.integrations.models import Message, OutboxMail, Webhook

GUIDE = Path(__file__).parents[3] / "docs/how-to/receive-webhooks.md"


def documented_check():
    """The receiver's code as the guide prints it."""
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)[1]
    found = {}
    exec(code, found)
    return found


def revoke(world, award):
    awarding.revoke(award, actor=world.owner, reason="issued-in-error", note="A secret note")


def test_an_award_is_told_without_its_recipient(world, receiver):
    world.hook("award.offered", "credential.issued", "credential.revoked")
    award = world.offered()
    revoke(world, award)
    assert webhook_sending.send_due() == 3
    assert receiver.events == ["credential.issued", "award.offered", "credential.revoked"]
    bodies = [json.loads(body) for _url, body, _fields in receiver.came]
    assert [one["sequence"] for one in bodies] == [1, 2, 3]
    data = bodies[2]["data"]
    assert (data["id"], data["state"], data["reason"]) == (
        str(award.pk),
        "revoked",
        "issued-in-error",
    )
    assert data["url"].endswith(f"/api/v1/awards/{award.pk}")
    told = b"".join(body for _url, body, _fields in receiver.came)
    for word in (b"ada@mail", b"Lovelace", b"secret note", b"A secret"):
        assert word not in told
    assert {one.state for one in Message.objects.all()} == {"delivered"}


def test_the_recipient_is_added_when_asked_for_and_kept_nowhere(world, receiver):
    world.hook("award.offered", include_recipient=True)
    world.offered()
    webhook_sending.send_due()
    body = json.loads(receiver.came[0][1])
    assert body["data"]["recipient"]["email"] == "ada@mail.example"
    assert "ada@mail" not in json.dumps(Message.objects.get().body)


def test_no_change_no_message(world):
    """The message is in the transaction of the change: taken back with it."""
    world.hook("award.offered")
    with transaction.atomic():
        world.offered()
        assert Message.objects.count() == 1
        transaction.set_rollback(True)
    assert Message.objects.count() == 0
    assert Webhook.everywhere.get().sequence == 0


def test_others_hear_nothing_and_units_are_heard_above(world, receiver):
    webhook_actions.add_webhook(
        world.elsewhere, actor=world.stranger, url="https://e.example", events=["award.offered"]
    )
    world.offered()
    assert webhook_sending.send_due() == 0
    from stackmark_web.tenancy import actions as tenancy

    unit = tenancy.create_unit(
        world.here, actor=world.owner, name="Science", unit_kind="faculty", slug="science"
    )
    world.hook("award.offered")
    draft = awarding.create_award(
        world.version, actor=world.owner, organisation=unit, recipient_email="bo@mail.example"
    )
    awarding.offer(draft, actor=world.owner)
    webhook_sending.send_due()
    assert json.loads(receiver.came[0][1])["data"]["organisation"] == "science"


def test_the_guide_checks_what_is_sent(world, receiver):
    """The code of the guide takes ours and refuses forged, changed and old ones."""
    hook, secret = world.hook("award.offered")
    world.offered()
    webhook_sending.send_due()
    _url, body, fields = receiver.came[0]
    guide = documented_check()
    sent = int(fields["webhook-timestamp"])
    guide["time"] = type("Time", (), {"time": staticmethod(lambda: sent + 299)})
    assert guide["check"](secret, fields, body)
    assert not guide["check"](secret, fields, body + b" ")
    assert not guide["check"](webhook_secrets.new(), fields, body)
    assert not guide["check"](secret, fields | {"webhook-id": "msg_other"}, body)
    moved = fields | {"webhook-timestamp": str(sent + 10)}
    assert not guide["check"](secret, moved, body)
    guide["time"] = type("Time", (), {"time": staticmethod(lambda: sent + 301)})
    assert not guide["check"](secret, fields, body)
    assert fields["webhook-id"] == f"msg_{Message.objects.get().pk.hex}"
    assert secret not in hook.secret  # sealed at rest


def test_two_signatures_while_a_secret_is_renewed(world, receiver):
    hook, old = world.hook("award.offered")
    new = webhook_actions.renew_secret(hook, actor=world.owner)
    world.offered()
    webhook_sending.send_due()
    _url, body, fields = receiver.came[0]
    guide = documented_check()
    sent = int(fields["webhook-timestamp"])
    guide["time"] = type("Time", (), {"time": staticmethod(lambda: sent)})
    assert guide["check"](old, fields, body)
    assert guide["check"](new, fields, body)
    with clock.at(clock.now() + timedelta(hours=25)):
        world.offered()
        webhook_sending.send_due()
    assert len(receiver.came[1][2]["webhook-signature"].split()) == 1


def test_failures_are_tried_again_in_order_and_given_up(world, receiver):
    """Eight tries within a day; the next message waits for the one before."""
    world.hook("award.offered", "credential.revoked")
    revoke(world, world.offered())
    receiver.script = [500, 302, CouldNotTell("fetch.timeout", "No answer.")] + [503] * 5
    now, tried = clock.now(), []
    for seconds in (0, 5, *webhook_sending.WAITS):
        now += timedelta(seconds=seconds)
        with clock.at(now):
            tried.append(webhook_sending.send_due())
    first, second = Message.objects.order_by("sequence")
    assert (first.state, first.attempts) == ("failed", 8)
    assert receiver.events == ["award.offered"] * 8 + ["credential.revoked"]
    assert tried == [1, 0, 1, 1, 1, 1, 1, 1, 2]
    assert second.state == "delivered"
    assert now - clock.now() < timedelta(hours=24)
    rows = list(first.tries.values_list("status", "answer", "error"))
    assert rows[:3] == [(500, "thanks", ""), (302, "thanks", ""), (None, "", "No answer.")]


def test_one_that_fails_does_not_hold_up_another(world, receiver):
    world.hook("award.offered", url="https://bad.example/x")
    world.hook("award.offered", url="https://good.example/x")
    world.offered()
    world.offered()
    webhook_sending.send_due()
    good = Message.objects.filter(webhook__url__contains="good")
    assert {one.state for one in good} == {"delivered"}


def test_long_failure_switches_off_with_one_letter(world, receiver):
    hook, _secret = world.hook("award.offered")
    receiver.script = [500, 500, 200]
    world.offered()
    webhook_sending.send_due()
    later = clock.now() + timedelta(hours=73)
    with clock.at(later):
        webhook_sending.send_due()
        hook.refresh_from_db()
        assert hook.state == "disabled"
        assert webhook_sending.send_due() == 0
        letter = OutboxMail.everywhere.get(kind="webhook_off")
        assert letter.to == "alice@people.example"
        assert "hooks.example.org" in letter.text
        webhook_actions.change_webhook(hook, actor=world.owner, enabled=True)
    with clock.at(later + timedelta(minutes=5)):
        assert webhook_sending.send_due() == 1
    assert Message.objects.get().state == "delivered"


def test_a_sender_that_died_leaves_its_message_to_the_next(world, receiver):
    """At least once: what was being sent is sent again after a minute, under the same id."""
    world.hook("award.offered")
    world.offered()
    receiver.script = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        webhook_sending.send_due()
    assert webhook_sending.send_due() == 0
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert webhook_sending.send_due() == 1
    first, second = receiver.came
    assert first[2]["webhook-id"] == second[2]["webhook-id"]


def test_sent_again_by_hand_and_a_test(world, receiver):
    hook, _secret = world.hook("award.offered")
    message = webhook_actions.ping(hook, actor=world.owner)
    webhook_sending.send_due()
    webhook_actions.redeliver(message, actor=world.owner)
    with pytest.raises(UsageError, match="on its way"):
        webhook_actions.redeliver(message, actor=world.owner)
    webhook_sending.send_due()
    assert receiver.events == ["ping", "ping"]
    assert message.tries.count() == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://hooks.internal/x",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org:22/",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_are_refused(world, url):
    with pytest.raises(UsageError) as refused:
        world.hook("award.offered", url=url)
    assert refused.value.reason == "webhook.url"


def test_a_name_that_leads_inside_gets_no_packet(world, monkeypatch):
    """The address is checked when it is sent, by the one fetcher: rebinding opens nothing."""
    opened = []

    def connect(*where):
        opened.append(where)
        raise OSError

    from stackmark.adapters.fetcher import HttpFetcher

    inside = HttpFetcher(resolver=lambda *_: ["10.0.0.5"], connect=connect)
    monkeypatch.setattr(webhook_sending, "fetcher_for", lambda url: inside)
    world.hook("award.offered")
    world.offered()
    webhook_sending.send_due()
    assert opened == []
    one = Message.objects.get().tries.get()
    assert one.error == "The host is not known on the open internet."


def test_this_machine_only_where_things_are_tried_out(world, settings):
    settings.DEMO = True
    assert world.hook("award.offered", url="http://127.0.0.1:9999/in")
    settings.DEMO = False
    with pytest.raises(UsageError):
        world.hook("award.offered", url="http://127.0.0.1:9999/in")


def test_old_messages_go(world, receiver):
    world.hook("award.offered")
    world.offered()
    webhook_sending.send_due()
    assert webhook_sending.forget_old() == 0
    with clock.at(clock.now() + timedelta(days=31)):
        assert webhook_sending.forget_old() > 0
    assert not Message.objects.exists()
