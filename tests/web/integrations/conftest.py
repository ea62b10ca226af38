"""A world with webhooks, and a receiver in the place of the network."""

from __future__ import annotations

import json

import pytest

import api_world
from stackmark_web.integrations import webhook_sending


class Receiver:
    """In the place of the network: answers by a script, keeps what came."""

    def __init__(self):
        self.came, self.script = [], []

    def post(self, url, body, fields, *, keep=1024):
        answer = self.script.pop(0) if self.script else 500 if "bad" in url else 200
        self.came.append((url, body, dict(fields)))
        if isinstance(answer, BaseException):
            raise answer
        return answer, b"thanks"[:keep]

    @property
    def events(self):
        return [json.loads(body)["type"] for _url, body, _fields in self.came]

    @property
    def bodies(self):
        return [json.loads(body) for _url, body, _fields in self.came]


@pytest.fixture
def world(db):
    return api_world.ApiWorld()


@pytest.fixture
def receiver(monkeypatch):
    made = Receiver()
    monkeypatch.setattr(webhook_sending, "fetcher_for", lambda url: made)
    return made
