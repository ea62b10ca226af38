"""Fifty requests under one key at the same moment, on a SQLite file as a small server has it (F05).

``tests/web/api/test_idempotency.py`` has the same on PostgreSQL.
"""

from __future__ import annotations

import json
import threading
from collections import Counter

from django.core.management import call_command
from django.db import connections

import api_world
from stackmark_web.api import actions, limits
from stackmark_web.api.models import Answered
from stackmark_web.awarding.models import Award

MANY = 50


def at_once(call, body):
    answers, gate = [], threading.Barrier(MANY)

    def send():
        gate.wait()
        answers.append(call.post("/awards", body, idempotency_key="one"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(MANY)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers


def test_fifty_at_once_are_one_award(system):
    with system.on():
        call_command("createcachetable")  # rates are counted there
        limits.forget()
        scopes = ["awards:read", "awards:write"]
        _token, text = actions.make_token(system.here, actor=system.owner, name="P", scopes=scopes)
        call = api_world.Caller(text)
        body = {"version": str(system.version.pk), "recipient_email": "ada@mail.example"}
        answers = at_once(call, body)
        codes = Counter(one.status_code for one in answers)
        assert codes.keys() <= {201, 409, 503}, codes  # 503: a busy file, ask again
        again = call.post("/awards", body, idempotency_key="one")
        assert again["Idempotency-Replayed"] == "true"
        assert {one.content for one in answers if one.status_code == 201} == {again.content}
        award = Award.everywhere.get()
        assert (str(award.pk), award.state) == (json.loads(again.content)["id"], "offered")
        assert award.steps.filter(to_state="offered").count() == 1
        assert Answered.objects.get().status == 201
        other = call.post("/awards", body | {"narrative": "x"}, idempotency_key="one")
        assert (other.status_code, Award.everywhere.count()) == (422, 1)
