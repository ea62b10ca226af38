"""A slow or greedy receiver holds up nobody else (F13's cousin for webhooks)."""

from __future__ import annotations

import threading
import time

import pytest

import api_world
from stackmark_web.integrations import webhook_actions, webhook_lanes, webhook_sending
from stackmark_web.integrations.models import Message
from stackmark_web.tenancy.queries import root_of


class Slow:
    """In the place of the network: addresses with ``slow`` answer when they are let go."""

    def __init__(self):
        self.came, self.gate = [], threading.Event()
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    def post(self, url, body, fields, *, keep=1024):
        self.came.append(url)
        if "slow" in url:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            self.gate.wait(20)
            with self.lock:
                self.now -= 1
        return 200, b""


@pytest.fixture
def lanes(monkeypatch):
    made = webhook_lanes.Lanes()
    monkeypatch.setattr(webhook_sending, "_LANES", made)
    return made


@pytest.fixture
def network(monkeypatch, lanes):
    made = Slow()
    monkeypatch.setattr(webhook_sending, "fetcher_for", lambda url: made)
    monkeypatch.setattr(webhook_sending, "ROUND", 0.3)
    monkeypatch.setattr(webhook_sending, "_PAUSE", 0.05)
    yield made
    made.gate.set()


def pinged(organisation, owner, *urls, times=1):
    for url in urls:
        hook, _secret = webhook_actions.add_webhook(
            organisation, actor=owner, url=f"https://{url}.example/in", events=["award.offered"]
        )
        for _ in range(times):
            webhook_actions.ping(hook, actor=owner)


def waiting():
    return set(
        Message.objects.exclude(state="delivered").values_list("webhook__url", flat=True).distinct()
    )


def test_twenty_slow_receivers_of_one_hold_up_nobody(world, network):
    """Those of the slow institution were there first, and wait longest: they would always win."""
    pinged(world.here, world.owner, *(f"slow{n}" for n in range(20)))
    pinged(world.elsewhere, world.stranger, "quick", times=5)
    for _ in range(20):
        webhook_sending.send_due()  # returns although nobody slow has answered
    assert waiting() == {f"https://slow{n}.example/in" for n in range(20)}
    assert network.most == webhook_lanes.OF_ONE
    network.gate.set()
    for _ in range(100):
        webhook_sending.send_due()
        if not waiting():
            break
    assert waiting() == set(), "they come in their turn"


def test_the_units_of_an_institution_are_one_with_it(world, network):
    from stackmark_web.tenancy import actions as tenancy

    for number in range(3):
        unit = tenancy.create_unit(
            world.here,
            actor=world.owner,
            name=f"U{number}",
            unit_kind="faculty",
            slug=f"u-{number}",
        )
        assert root_of(unit) == world.here
        pinged(unit, world.owner, f"slow-a{number}", f"slow-b{number}")
    webhook_sending.send_due()
    assert network.most == webhook_lanes.OF_ONE


def test_receivers_known_to_be_slow_leave_the_lanes_of_others_free(world, network, monkeypatch):
    """Many institutions with slow receivers: once known, they share lanes of their own."""
    monkeypatch.setattr(webhook_lanes, "SLOW", 0.1)
    slow = []
    for number in range(12):
        owner = api_world.person(f"o{number}")
        slow.append((api_world.organisation(f"org{number}", owner), owner))
    for number, (place, owner) in enumerate(slow):
        pinged(place, owner, f"slow{number}", times=2)
    for _ in range(3):  # eight begin, turn out to be slow, and four more may begin, …
        webhook_sending.send_due()
    network.gate.set()
    while webhook_sending._LANES.busy:
        webhook_sending.send_due()
    network.gate.clear()
    Message.objects.all().delete()
    network.came.clear()
    network.most = 0
    for hook in webhook_sending.Webhook.everywhere.all():
        webhook_actions.ping(hook, actor=hook.made_by)
    pinged(world.elsewhere, world.stranger, "quick", times=3)
    for _ in range(10):
        webhook_sending.send_due()
    assert network.most == webhook_lanes.SLOW_LANES
    assert network.came.count("https://quick.example/in") == 3


def test_institutions_take_turns_however_much_one_has_waiting(world, network):
    for place, owner in ((world.here, world.owner), (world.elsewhere, world.stranger)):
        pinged(place, owner, *(f"quick{n}-{place.slug}" for n in range(5)))
    heads = webhook_sending._heads()
    slugs = [one.webhook.organisation.slug for one in heads]
    assert len(heads) == 10
    assert all({*slugs[n : n + 2]} == {"northfield", "elsewhere"} for n in range(0, 10, 2))


def test_an_answer_that_comes_after_the_round_counts(world, network):
    pinged(world.here, world.owner, "slow", times=2)
    assert webhook_sending.send_due() == 1
    assert webhook_sending.send_due() == 0, "the next waits for the one before"
    assert Message.objects.filter(state="sending").count() == 1
    network.gate.set()
    time.sleep(0.1)
    assert webhook_sending.send_due() == 1
    assert waiting() == set()
    assert Message.objects.first().tries.get().milliseconds >= 300


def test_a_webhook_that_was_removed_while_it_was_asked_is_no_trouble(world, network):
    pinged(world.here, world.owner, "slow")
    pinged(world.elsewhere, world.stranger, "quick")
    webhook_sending.send_due()
    webhook_actions.remove_webhook(Message.objects.get(state="sending").webhook, actor=world.owner)
    network.gate.set()
    time.sleep(0.1)
    assert webhook_sending.send_due() == 0
    assert not webhook_sending._LANES.busy


def test_a_fault_of_ours_is_a_failed_try_and_the_others_go_on(world, network, monkeypatch, caplog):
    def post(url, body, fields, *, keep=1024):
        if "odd" in url:
            raise ValueError("what nobody thought of")
        return 200, b""

    monkeypatch.setattr(network, "post", post)
    pinged(world.here, world.owner, "odd", "quick")
    webhook_sending.send_due()
    assert waiting() == {"https://odd.example/in"}
    one = Message.objects.get(state="waiting")
    assert one.tries.get().error == "The message could not be sent."
    assert "ValueError" in caplog.text


def test_the_first_open_message_is_found_however_many_there_are(world, django_assert_num_queries):
    """By an index of open ones: neither a month of done ones nor a long queue is read."""
    from django.db import connection

    pinged(world.here, world.owner, "quick")
    with django_assert_num_queries(1) as asked:
        assert len(webhook_sending._heads()) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "USING INDEX message_open" in plan or "COVERING INDEX message_open" in plan, plan
