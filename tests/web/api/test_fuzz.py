"""No request the description allows, and none it forbids, is a fault or breaks the description.

A small sample each time; ``make api-fuzz`` sends as many as asked and prints the answers.
"""

from __future__ import annotations

import os

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

import api_fuzzing
import api_world
from stackmark_web.integrations import queries, webhook_actions

SAMPLE = 1  # requests of each operation in the suite


@pytest.fixture
def begun(db, monkeypatch):
    cache.clear()
    api_fuzzing.unlimited(monkeypatch)
    world = api_world.ApiWorld()
    award = world.offered()
    draft = world.call.post("/achievements", {"content": {"language": "en", "title": {"en": "T"}}})
    run = world.call.post(
        "/runs",
        {
            "version": str(world.version.pk),
            "recipients": [{"recipient_email": "bo@mail.example"}],
            "confirm": False,
        },
    )
    hook, _secret = world.hook()
    message = webhook_actions.ping(hook, actor=world.owner)
    assert queries.message_of(world.here, message.pk) == message
    ids = {
        "award_id": str(award.pk),
        "achievement_id": str(world.version.achievement_id),
        "run_id": run.json()["id"],
        "webhook_id": str(hook.pk),
        "message_id": str(message.pk),
        "number": 1,
        "draft": draft.json()["achievement"],
    }
    return world, ids


@pytest.fixture
def fuzzed(begun):
    """What a real server closes after each request is the transaction of the test here.

    Django's own test client connects it again after each request: so this comes last.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield begun
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_fault_and_no_break(fuzzed):
    """A right request of every second operation, a wrong one of the others; always the same ones."""
    world, ids = fuzzed
    campaign = api_fuzzing.Campaign(world, ids)
    found = api_fuzzing.operations(api_fuzzing.description())
    assert len(found) > 35
    for number, operation in enumerate(found):
        mode = (api_fuzzing.RIGHT, api_fuzzing.WRONG)[number % 2]
        campaign.run(operation, SAMPLE, [mode])
    assert campaign.sent.total() > 0.8 * len(found)


@pytest.mark.slow
def test_many(fuzzed, capsys):
    """``STACKMARK_API_EXAMPLES`` right and as many wrong requests of each operation."""
    world, ids = fuzzed
    examples = int(os.environ.get("STACKMARK_API_EXAMPLES", "50"))
    campaign = api_fuzzing.Campaign(world, ids, seed=int(os.environ.get("STACKMARK_API_SEED", "1")))
    found = api_fuzzing.operations(api_fuzzing.description())
    only = os.environ.get("STACKMARK_API_ONLY", "")
    broken = []
    for operation in found:
        if only in operation.label:
            try:
                campaign.run(operation, examples)
            except BaseExceptionGroup as errors:
                broken += [(operation.label, str(one)) for one in errors.exceptions]
            except Exception as error:
                broken.append((operation.label, str(error)))
    with capsys.disabled():
        for label, said in broken:
            print(f"\n{label}: {said[:1500]}")
        print(f"\n{campaign.sent.total()} requests to {len(found)} operations")
        for line, number in sorted(campaign.sent.items()):
            print(f"{number:7} {line}")
    assert broken == []
